/// A set of task indices that gives its smallest member first: bits, and a summary of their words.
///
/// Membership, insertion and removal are O(1). The smallest member is found through the summary, a
/// 4096th of the capacity. Which of several ready tasks starts first is therefore a function of the
/// set alone and not of the history that filled it, so a rebuilt run goes on as the old one would.
struct TaskSet: Sendable {
    private var words: [UInt64] = []
    private var summary: [UInt64] = []
    private(set) var count = 0
    /// Room is made with the first member: most of a run's sets never have one.
    private var capacity: Int

    /// Makes an empty set for indices below the capacity.
    init(capacity: Int) { self.capacity = capacity }

    var isEmpty: Bool { count == 0 }

    /// Takes indices below a larger capacity from now on; what is in the set stays.
    mutating func grow(to capacity: Int) { self.capacity = max(self.capacity, capacity) }

    private mutating func makeRoom() {
        let wordCount = (capacity + 63) / 64
        words.append(contentsOf: repeatElement(0, count: wordCount - words.count))
        let summaryCount = (wordCount + 63) / 64
        summary.append(contentsOf: repeatElement(0, count: summaryCount - summary.count))
    }

    func contains(_ index: Int) -> Bool {
        let word = index >> 6
        return word < words.count && words[word] & 1 << UInt64(index & 63) != 0
    }

    mutating func insert(_ index: Int) {
        let word = index >> 6
        let bit: UInt64 = 1 << UInt64(index & 63)
        if word >= words.count { makeRoom() }
        guard words[word] & bit == 0 else { return }
        words[word] |= bit
        summary[word >> 6] |= 1 << UInt64(word & 63)
        count += 1
    }

    mutating func remove(_ index: Int) {
        let word = index >> 6
        let bit: UInt64 = 1 << UInt64(index & 63)
        guard word < words.count, words[word] & bit != 0 else { return }
        words[word] &= ~bit
        if words[word] == 0 { summary[word >> 6] &= ~(1 << UInt64(word & 63)) }
        count -= 1
    }

    /// The smallest member, or nil when there is none.
    var first: Int? {
        for position in summary.indices where summary[position] != 0 {
            let word = position << 6 | summary[position].trailingZeroBitCount
            return word << 6 | words[word].trailingZeroBitCount
        }
        return nil
    }

    /// The members in order; O(members + capacity / 4096).
    var members: [Int] {
        var found: [Int] = []
        found.reserveCapacity(count)
        for position in summary.indices {
            var wordsLeft = summary[position]
            while wordsLeft != 0 {
                let word = position << 6 | wordsLeft.trailingZeroBitCount
                wordsLeft &= wordsLeft - 1
                var bitsLeft = words[word]
                while bitsLeft != 0 {
                    found.append(word << 6 | bitsLeft.trailingZeroBitCount)
                    bitsLeft &= bitsLeft - 1
                }
            }
        }
        return found
    }
}
