/// A set of Unicode scalars as a class of a regular expression is read; ``ScalarClass`` is what it
/// is matched by.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var categories: [(category: UnicodeCategory, isNegated: Bool)] = []
    var isNegated = false
    /// Whether letters match in either case.
    var ignoresCase = false

    static let digits = ScalarSet(ranges: [0x30...0x39])
    static let words = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let blanks = ScalarSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])

    /// The classes of POSIX, which are of ASCII.
    static let named: [String: [ClosedRange<UInt32>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A],
        "ascii": [0x00...0x7F], "blank": [0x09...0x09, 0x20...0x20],
        "cntrl": [0x00...0x1F, 0x7F...0x7F], "digit": [0x30...0x39], "graph": [0x21...0x7E],
        "lower": [0x61...0x7A], "print": [0x20...0x7E],
        "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        "space": [0x09...0x0D, 0x20...0x20], "upper": [0x41...0x5A],
        "word": words.ranges, "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]

    /// The ranges of what is in none of some ranges, which are sorted and apart.
    static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return result
    }

    /// Whether a value is in one of the ranges of a small set.
    func holds(_ value: UInt32) -> Bool { ranges.contains { $0.contains(value) } }
}

/// A general category of Unicode as `\p{…}` names it: `L`, `Lu`, `Nd`; one or several of those that
/// scalars have.
struct UnicodeCategory: Sendable {
    /// The categories, a bit for each.
    let bits: UInt32

    private static let all: [(category: Unicode.GeneralCategory, name: String)] = [
        (.uppercaseLetter, "Lu"), (.lowercaseLetter, "Ll"), (.titlecaseLetter, "Lt"),
        (.modifierLetter, "Lm"), (.otherLetter, "Lo"), (.nonspacingMark, "Mn"),
        (.spacingMark, "Mc"), (.enclosingMark, "Me"), (.decimalNumber, "Nd"),
        (.letterNumber, "Nl"), (.otherNumber, "No"), (.connectorPunctuation, "Pc"),
        (.dashPunctuation, "Pd"), (.openPunctuation, "Ps"), (.closePunctuation, "Pe"),
        (.initialPunctuation, "Pi"), (.finalPunctuation, "Pf"), (.otherPunctuation, "Po"),
        (.mathSymbol, "Sm"), (.currencySymbol, "Sc"), (.modifierSymbol, "Sk"),
        (.otherSymbol, "So"), (.spaceSeparator, "Zs"), (.lineSeparator, "Zl"),
        (.paragraphSeparator, "Zp"), (.control, "Cc"), (.format, "Cf"), (.surrogate, "Cs"),
        (.privateUse, "Co"), (.unassigned, "Cn"),
    ]

    private static let bitOfCategory = Dictionary(
        uniqueKeysWithValues: all.enumerated().map { ($1.category, UInt32(1) << $0) })

    /// The category of a name; nil where there is none, as for the name of a script.
    init?(_ name: String) {
        var bits: UInt32 = 0
        for (index, entry) in UnicodeCategory.all.enumerated()
        where !name.isEmpty && entry.name.hasPrefix(name) {
            bits |= 1 << index
        }
        guard bits != 0 else { return nil }
        self.bits = bits
    }

    /// The bit of the category that a scalar is of; none for what is no scalar.
    static func bit(of value: UInt32) -> UInt32 {
        Unicode.Scalar(value).flatMap { bitOfCategory[$0.properties.generalCategory] } ?? 0
    }
}
