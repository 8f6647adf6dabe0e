import TestSupport

/// One Swift file, split into what the rules look at.
struct SourceFile: Sendable {
    let path: String
    let lines: [Substring]

    init(_ path: String) throws {
        self.path = path
        lines = try Checkout.text(path).split(separator: "\n", omittingEmptySubsequences: false)
    }

    static func all(below folder: String) throws -> [SourceFile] {
        try Checkout.files(below: folder, suffix: ".swift").map { try SourceFile($0) }
    }

    /// The target the file belongs to: `Sources/HTTP/…` is of `HTTP`.
    var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }

    /// The lines with code, comments and the insides of one-line strings taken out.
    var code: [(number: Int, text: String)] {
        lines.enumerated().compactMap { index, line in
            let trimmed = line.drop { $0 == " " }
            guard !trimmed.hasPrefix("//") else { return nil }
            return (index + 1, SourceFile.withoutStrings(trimmed))
        }
    }

    /// The functions with their lengths: a formatted function ends at the brace below its start.
    var functions: [(line: Int, length: Int)] {
        var found: [(line: Int, length: Int)] = []
        for (index, line) in lines.enumerated() {
            let trimmed = line.drop { $0 == " " }
            guard SourceFile.startsFunction(trimmed) else { continue }
            let indentation = line.count - trimmed.count
            let end = String(repeating: " ", count: indentation) + "}"
            guard !line.hasSuffix("}"),
                let last = lines[(index + 1)...].firstIndex(where: { $0 == end || $0 == end + "()" }
                )
            else { continue }
            found.append((index + 1, last - index + 1))
        }
        return found
    }

    private static func startsFunction(_ line: Substring) -> Bool {
        guard !line.hasPrefix("//"), !line.hasPrefix("case ") else { return false }
        let words = line.split(separator: " ").prefix(6)
        return words.contains("func")
            || words.contains { word in
                word.hasPrefix("init(") || word.hasPrefix("init?(") || word == "deinit"
            }
    }

    private static func withoutStrings(_ line: Substring) -> String {
        var text = ""
        var isInside = false
        var before: Character = " "
        for character in line {
            if character == "\"", before != "\\" {
                isInside.toggle()
                text.append(character)
            } else if !isInside {
                text.append(character)
            }
            before = before == "\\" && character == "\\" ? " " : character
        }
        return text.firstRange(of: " // ").map { String(text[..<$0.lowerBound]) } ?? text
    }
}
