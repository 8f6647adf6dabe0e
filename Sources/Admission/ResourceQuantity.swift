/// An amount of cpu, memory or anything else, in thousandths, as Kubernetes writes them.
///
/// Source: Kubernetes, `resource.Quantity`. What is finer than a thousandth is rounded up.
public enum ResourceQuantity {
    private static let decimal: [String: Double] = [
        "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
        "P": 1e15, "E": 1e18,
    ]
    private static let binary: [String: Double] = [
        "Ki": 1024, "Mi": 1_048_576, "Gi": 1_073_741_824, "Ti": 1_099_511_627_776,
        "Pi": 1_125_899_906_842_624, "Ei": 1_152_921_504_606_846_976,
    ]

    /// Reads `500m`, `2`, `1.5`, `8Gi` or `1e3`; nil where the text is none, or negative.
    public static func milli(parsing text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "+") }
        var suffix = String(text.dropFirst(digits.count))
        var number = String(digits)
        if let mark = suffix.first, mark == "e" || mark == "E", suffix.count > 1,
            Int(suffix.dropFirst()) != nil
        {
            number += suffix
            suffix = ""
        }
        guard let scale = decimal[suffix] ?? binary[suffix], let value = Double(number) else {
            return nil
        }
        return milli(value * scale)
    }

    /// A number of whole units in thousandths, stopping at the end of 64 bits; nil where it is
    /// negative or none.
    public static func milli(_ units: Double) -> Int64? {
        guard units.isFinite, units >= 0 else { return nil }
        let thousandths = (units * 1000).rounded(.up)
        return thousandths < Double(Int64.max) ? Int64(thousandths) : .max
    }

    /// Thousandths as a text: `1500` is `1.5`.
    public static func text(milli: Int64) -> String {
        let (whole, part) = milli.quotientAndRemainder(dividingBy: 1000)
        guard part != 0 else { return String(whole) }
        var fraction = String(part + 1000).dropFirst()
        while fraction.hasSuffix("0") { fraction = fraction.dropLast() }
        return "\(whole).\(fraction)"
    }
}
