/// A class of a regular expression, made for finding out quickly whether a scalar is in it.
struct ScalarClass: Sendable {
    /// The ranges, sorted and apart.
    private let ranges: [ClosedRange<UInt32>]
    /// The categories, a bit for each.
    private let categories: UInt32
    private let isNegated: Bool
    /// Whether letters match in either case.
    let ignoresCase: Bool
    /// How many moves a look into it is.
    let moves: Int

    /// Sorts the ranges of a set, and joins those that touch.
    init(_ set: ScalarSet) {
        var ranges: [ClosedRange<UInt32>] = []
        for range in set.ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = ranges.last, range.lowerBound <= last.upperBound + 1 {
                let end = max(last.upperBound, range.upperBound)
                ranges[ranges.count - 1] = last.lowerBound...end
            } else {
                ranges.append(range)
            }
        }
        self.ranges = ranges
        var categories: UInt32 = 0
        for (category, isNegated) in set.categories {
            categories |= isNegated ? ~category.bits : category.bits
        }
        self.categories = categories
        isNegated = set.isNegated
        ignoresCase = set.ignoresCase
        let halvings = Int.bitWidth - (ranges.count + 1).leadingZeroBitCount
        moves = (1 + halvings / 2) * (set.ignoresCase ? 2 : 1)
    }

    /// Whether the category of a scalar matters.
    var hasCategories: Bool { categories != 0 }

    func contains(_ subject: MatchedScalar) -> Bool {
        var isMember = holds(subject.value, subject.category)
        if !isMember, ignoresCase {
            isMember = subject.otherCases.contains { holds($0.value, $0.category) }
        }
        return isMember != isNegated
    }

    /// A binary search.
    private func holds(_ value: UInt32, _ category: UInt32) -> Bool {
        if categories & category != 0 { return true }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= value
    }
}

/// A scalar of a text, with what the classes of a program ask of it: found once, however many places
/// of the program look at it.
struct MatchedScalar {
    let value: UInt32
    /// The bit of its category, where one matters.
    private(set) var category: UInt32 = 0
    /// Its other cases, where they matter.
    private(set) var otherCases: [(value: UInt32, category: UInt32)] = []

    init(_ value: UInt32, withCategory: Bool, withCases: Bool) {
        self.value = value
        if withCategory { category = UnicodeCategory.bit(of: value) }
        guard withCases else { return }
        otherCases = MatchedScalar.otherCases(of: value).map {
            ($0, withCategory ? UnicodeCategory.bit(of: $0) : 0)
        }
    }

    /// The other cases of a letter, as far as each is one scalar.
    static func otherCases(of value: UInt32) -> [UInt32] {
        if value < 0x80 {
            return (value | 0x20) &- 0x61 < 26 ? [value ^ 0x20] : []
        }
        guard let scalar = Unicode.Scalar(value) else { return [] }
        return [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping]
            .compactMap { text in
                let scalars = text.unicodeScalars
                guard let only = scalars.first, scalars.count == 1, only != scalar else {
                    return nil
                }
                return only.value
            }
    }
}
