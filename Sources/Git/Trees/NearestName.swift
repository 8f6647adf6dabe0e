/// The search for the name that somebody probably meant.
enum NearestName {
    private static let candidates = 1000
    private static let length = 64

    /// The nearest of some names, or nil where none is near.
    static func of(_ wanted: String, among names: [String]) -> String? {
        guard wanted.utf8.count <= length else { return nil }
        let target = Array(wanted.lowercased().utf8)
        let scored = names.prefix(candidates).filter { $0.utf8.count <= length }.map { name in
            (distance: distance(target, Array(name.lowercased().utf8)), name: name)
        }
        let best = scored.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        guard let best, best.distance <= max(1, target.count / 3) else { return nil }
        return best.name
    }

    /// Insertions, deletions, replacements and swaps of neighbours from one text to the other.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var before: [Int] = []
        var above = Array(0...second.count)
        for (line, byte) in first.enumerated() {
            var row = [line + 1]
            for (column, other) in second.enumerated() {
                let replaced = above[column] + (byte == other ? 0 : 1)
                var best = min(replaced, above[column + 1] + 1, row[column] + 1)
                if line > 0, column > 0, byte == second[column - 1], other == first[line - 1] {
                    best = min(best, before[column - 1] + 1)
                }
                row.append(best)
            }
            (before, above) = (above, row)
        }
        return above[second.count]
    }
}
