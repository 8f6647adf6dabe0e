/// Amounts of resources as Kubernetes writes them: `500m`, `2`, `1.5`, `8Gi`, `1e3`.
///
/// Source: `k8s.io/apimachinery/pkg/api/resource`, "Quantity".
public enum Quantity {
    /// Reads a quantity as a number of base units: cores, bytes, pieces.
    ///
    /// - Returns: nil where the text is none, or the number is negative or not finite.
    public static func value(parsing text: String) -> Double? {
        let bytes = Array(text.utf8)
        let digits = bytes.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
        guard digits.contains(where: isDigit),
            digits.count(where: { $0 == UInt8(ascii: ".") }) <= 1,
            let number = Double(String(decoding: digits, as: UTF8.self)),
            let factor = factor(of: String(decoding: bytes[digits.count...], as: UTF8.self))
        else { return nil }
        let value = number * factor
        return value.isFinite ? value : nil
    }

    private static func factor(of suffix: String) -> Double? {
        switch suffix {
        case "": 1
        case "n": 1e-9
        case "u": 1e-6
        case "m": 1e-3
        case "k": 1e3
        case "M": 1e6
        case "G": 1e9
        case "T": 1e12
        case "P": 1e15
        case "E": 1e18
        case "Ki": 1024
        case "Mi": 0x1p20
        case "Gi": 0x1p30
        case "Ti": 0x1p40
        case "Pi": 0x1p50
        case "Ei": 0x1p60
        default: exponent(suffix)
        }
    }

    /// `e3`, `E-2`: a power of ten.
    private static func exponent(_ suffix: String) -> Double? {
        guard suffix.first == "e" || suffix.first == "E", let power = Int(suffix.dropFirst()),
            (-30...30).contains(power)
        else { return nil }
        return Double("1e\(power)")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
