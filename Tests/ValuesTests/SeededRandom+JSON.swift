import TestSupport
import Values

/// Random values of JSON.
extension SeededRandom {
    /// A value of any kind, with containers down to a depth.
    mutating func json(depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &self) {
        case 0: .null
        case 1: .bool(Bool.random(using: &self))
        case 2: .integer(Int64(bitPattern: next()) >> Int64.random(in: 0..<64, using: &self))
        case 3: .double(double())
        case 4, 5: .string(string())
        case 6:
            .array((0..<Int.random(in: 0..<6, using: &self)).map { _ in json(depth: depth - 1) })
        default:
            .object(
                JSONObject(
                    (0..<Int.random(in: 0..<6, using: &self)).map { _ in
                        (string(), json(depth: depth - 1))
                    }))
        }
    }

    /// A finite double: half of them of any bits, half of them short decimals.
    mutating func double() -> Double {
        if Bool.random(using: &self) {
            let digits = Double(Int64(bitPattern: next()) >> Int64.random(in: 8..<60, using: &self))
            return digits / [1, 10, 100, 1e5, 1e11, 1e22][Int.random(in: 0..<6, using: &self)]
        }
        while true {
            let value = Double(bitPattern: next())
            if value.isFinite { return value }
        }
    }

    /// A string of up to 40 characters of every width, quotes and control characters among them.
    mutating func string() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", "0", "-", "_", " ", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1F}", "\u{7F}",
            "\u{E9}", "\u{301}", "\u{20AC}", "\u{FFFD}", "\u{10FFFF}", "\u{1F600}",
        ]
        let plain = Bool.random(using: &self)
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<40, using: &self) {
            text.append(scalars[Int.random(in: 0..<(plain ? 6 : scalars.count), using: &self)])
        }
        return String(text)
    }
}
