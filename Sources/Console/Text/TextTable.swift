/// Columns of text, as kubectl prints them: upper-case headings, three spaces between columns.
public struct TextTable: Sendable {
    private let headings: [String]
    private var rows: [[String]] = []

    /// Makes a table with headings and no rows.
    public init(_ headings: [String]) { self.headings = headings }

    /// Adds a row of as many cells as there are headings.
    public mutating func add(_ row: [String]) {
        precondition(row.count == headings.count, "one cell a heading")
        rows.append(row.map { $0.isEmpty ? "<none>" : $0 })
    }

    /// The table's lines.
    public var text: String {
        let lines = [headings] + rows
        let widths = headings.indices.map { column in
            lines.map { $0[column].count }.max() ?? 0
        }
        return lines.map { line in
            var text = ""
            for (column, cell) in line.enumerated() {
                text += cell
                guard column < line.count - 1 else { continue }
                text += String(repeating: " ", count: widths[column] - cell.count + 3)
            }
            return text + "\n"
        }.joined()
    }
}
