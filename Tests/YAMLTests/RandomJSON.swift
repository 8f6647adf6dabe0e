import TestSupport
import Values

/// A seeded source of random JSON, rich in what is hard to write as YAML.
struct RandomJSON: RandomNumberGenerator {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func next() -> UInt64 { random.next() }

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
