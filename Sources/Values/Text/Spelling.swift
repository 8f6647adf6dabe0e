/// Finds the name somebody probably meant.
public enum Spelling {
    /// The longest name that is compared; longer ones are never a suggestion.
    private static let maximumLength = 64
    /// The shortest beginning that says which name is meant.
    private static let minimumBeginning = 4

    /// The candidate nearest to a word, where one is near enough to be worth proposing.
    ///
    /// Near enough is a distance of at most a third of the word (and at least one edit) in
    /// insertions, deletions, substitutions and swaps of neighbours, letters of either case being
    /// one. Among equals the first in byte order stands, so the answer is deterministic. Where none
    /// is near, the only one stands that begins with the word or that the word begins with, from
    /// four letters on. Cost: length × length for each candidate.
    public static func nearest(
        to word: String, among candidates: some Sequence<String>
    ) -> String? {
        let target = Array(word.lowercased().utf8)
        guard !target.isEmpty, target.count <= maximumLength else { return nil }
        var best: (distance: Int, name: String)?
        var related: Set<String> = []
        for candidate in candidates {
            let name = Array(candidate.lowercased().utf8)
            if min(name.count, target.count) >= minimumBeginning,
                name.starts(with: target) || target.starts(with: name)
            {
                related.insert(candidate)
            }
            let allowed = max(1, max(target.count, name.count) / 3)
            guard name.count <= maximumLength, abs(name.count - target.count) <= allowed else {
                continue
            }
            let distance = editDistance(target, name)
            guard distance <= allowed, distance < max(target.count, name.count) else { continue }
            if let present = best, (present.distance, present.name) <= (distance, candidate) {
                continue
            }
            best = (distance, candidate)
        }
        return best?.name ?? (related.count == 1 ? related.first : nil)
    }

    /// The optimal string alignment distance: three rows of the table are enough.
    private static func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: second.count + 1)
        var last = Array(0...second.count)
        var current = last
        for row in 0..<first.count {
            current[0] = row + 1
            for column in 0..<second.count {
                let substitution = last[column] + (first[row] == second[column] ? 0 : 1)
                var cost = min(substitution, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1],
                    first[row - 1] == second[column]
                {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current[column + 1] = cost
            }
            swap(&beforeLast, &last)
            swap(&last, &current)
        }
        return last[second.count]
    }
}
