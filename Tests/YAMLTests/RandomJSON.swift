import Values

/// A seeded source of random JSON, rich in what is hard to write as YAML.
struct RandomJSON: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func value(depth: Int = 0) -> JSON {
        switch Int.random(in: 0..<(depth < 5 ? 9 : 6), using: &self) {
        case 0: return [nil, true, false].randomElement(using: &self) ?? nil
        case 1: return .integer(Int64(bitPattern: next()) >> Int64.random(in: 0..<64, using: &self))
        case 2:
            let number = Double(bitPattern: next())
            return .double(number.isFinite ? number : 0.5)
        case 3...5: return .string(text())
        case 6:
            return .array(
                (0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth + 1) })
        default:
            return .object(
                JSONObject(
                    (0..<Int.random(in: 0...4, using: &self)).map { _ in
                        (text(), value(depth: depth + 1))
                    }))
        }
    }

    private static let pieces: [String] = [
        "a", "b", "word", " ", "  ", "\n", "\n\n", "\t", ":", ": ", "#", " #", "-", "- ", "\"", "'",
        "\\", "1", "0", ".", "e", "+", "_", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%",
        "@", "`", "?", "~", "=", "<<", "no", "null", "true", "é", "😀", "\u{0}", "\u{7F}", "\u{85}",
        "\u{A0}", "\u{2028}", "\u{FEFF}", "\u{FFFE}", "\r", "---", "...", "${{ x }}", "x:y", "/",
    ]

    mutating func text() -> String {
        (0..<Int.random(in: 0...6, using: &self)).map { _ in
            RandomJSON.pieces.randomElement(using: &self) ?? ""
        }.joined()
    }
}
