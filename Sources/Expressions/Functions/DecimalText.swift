/// The exact decimal digits of a double, rounded where asked for.
///
/// Every double is a whole number divided by a power of two, so its decimal expansion ends; rounding
/// that expansion (half to even) is exact where arithmetic in doubles is not.
struct DecimalText {
    /// Digits, the most significant first, without leading zeros.
    private var digits: [UInt8]
    /// How many of the digits stand before the point; may be negative.
    private var point: Int
    private let isNegative: Bool

    /// The digits of a finite number.
    init(_ value: Double) {
        isNegative = value.sign == .minus
        let bits = value.significandBitPattern
        let isSubnormal = value.exponentBitPattern == 0
        let significand = isSubnormal ? bits : bits | 1 << 52
        let exponent = Int(isSubnormal ? 1 : value.exponentBitPattern) - 1075
        // Limbs of nine digits, the least significant first.
        var limbs = [
            UInt32(significand % 1_000_000_000),
            UInt32(significand / 1_000_000_000 % 1_000_000_000),
        ]
        var left = abs(exponent)
        // m / 2^k is m * 5^k / 10^k.
        let (factor, chunk): (UInt64, Int) = exponent < 0 ? (5, 12) : (2, 28)
        while left > 0 {
            let count = min(left, chunk)
            DecimalText.multiply(
                &limbs, by: (0..<count).reduce(1) { product, _ in product * factor })
            left -= count
        }
        var text: [UInt8] = []
        for limb in limbs.reversed() {
            let chunk = Array(String(limb).utf8).map { $0 - UInt8(ascii: "0") }
            text += Array(repeating: 0, count: 9 - chunk.count) + chunk
        }
        let leading = text.prefix { $0 == 0 }.count
        digits = Array(text.dropFirst(leading))
        point = digits.count - max(0, -exponent)
    }

    private static func multiply(_ limbs: inout [UInt32], by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = UInt64(limbs[index]) * factor + carry
            limbs[index] = UInt32(product % 1_000_000_000)
            carry = product / 1_000_000_000
        }
        while carry > 0 {
            limbs.append(UInt32(carry % 1_000_000_000))
            carry /= 1_000_000_000
        }
    }

    /// Keeps so many digits, rounding half to even.
    private mutating func round(toDigits count: Int) {
        guard count < digits.count else { return }
        guard count >= 0 else {
            digits = []
            return
        }
        let rest = digits[count...]
        let half = rest.first ?? 0
        let isOdd = count > 0 && digits[count - 1] % 2 == 1
        let up = half > 5 || half == 5 && (isOdd || rest.dropFirst().contains { $0 != 0 })
        digits.removeSubrange(count...)
        guard up else { return }
        var index = count - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            digits[index] += 1
        } else {
            digits.insert(1, at: 0)
            point += 1
        }
    }

    private var sign: String { isNegative ? "-" : "" }

    /// The number with so many digits after the point, as `%.3f` writes it.
    func fixed(_ precision: Int) -> String {
        var number = self
        number.round(toDigits: number.point + precision)
        let point = number.digits.isEmpty ? 0 : number.point
        let whole = (0..<max(0, point)).map { $0 < number.digits.count ? number.digits[$0] : 0 }
        let fraction = (point..<point + precision).map { index in
            index >= 0 && index < number.digits.count ? number.digits[index] : 0
        }
        let text = sign + (whole.isEmpty ? "0" : DecimalText.text(whole))
        return precision == 0 ? text : text + "." + DecimalText.text(fraction)
    }

    /// The number with one digit before the point and so many after, as `%.3e` writes it.
    func scientific(_ precision: Int) -> String {
        var number = self
        number.round(toDigits: precision + 1)
        let exponent = number.digits.isEmpty ? 0 : number.point - 1
        let all = (0...precision).map { $0 < number.digits.count ? number.digits[$0] : 0 }
        let text =
            sign + DecimalText.text(Array(all.prefix(1)))
            + (precision == 0 ? "" : "." + DecimalText.text(Array(all.dropFirst())))
        return text + "e" + (exponent < 0 ? "-" : "+") + (abs(exponent) < 10 ? "0" : "")
            + String(abs(exponent))
    }

    private static func text(_ digits: [UInt8]) -> String {
        String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    }
}
