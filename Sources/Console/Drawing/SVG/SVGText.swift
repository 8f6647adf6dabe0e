/// Text inside an SVG picture: how wide it is, and how it is written.
enum SVGText {
    /// About how wide a text is in a sans-serif font of a size; a little more, rather than less.
    ///
    /// A picture is drawn with the font of whoever looks at it, so the widths are those of common
    /// fonts by classes of letters.
    static func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
        let units = text.unicodeScalars.reduce(0.0) { $0 + unit($1) }
        return units * size * (isBold ? 1.06 : 1)
    }

    private static func unit(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!": 0.29
        case "f", "t", "r", "-", "(", ")", "[", "]", "/", " ", "\"": 0.38
        case "m", "M", "W", "@", "%": 0.92
        case "w": 0.78
        case "A"..."Z", "_", "&", "+", "=", "<", ">": 0.69
        case "a"..."z", "0"..."9": 0.58
        default: scalar.value < 0x2E80 ? 0.62 : 1.05
        }
    }

    /// A text cut to a width, with an ellipsis where something is missing.
    static func fitting(
        _ text: String, width limit: Double, size: Double, isBold: Bool = false
    ) -> String {
        guard width(text, size: size, isBold: isBold) > limit else { return text }
        var cut = text[...]
        while !cut.isEmpty, width(cut + "…", size: size, isBold: isBold) > limit {
            cut.removeLast()
        }
        return cut + "…"
    }

    /// A text as XML holds it: marks are escaped, and what XML cannot hold is shown as a sign.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(" ")
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}":
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func width(_ text: Substring, size: Double, isBold: Bool) -> Double {
        width(String(text), size: size, isBold: isBold)
    }

    /// A number with one decimal at most.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let size = tenths.magnitude
        return size % 10 == 0 ? "\(sign)\(size / 10)" : "\(sign)\(size / 10).\(size % 10)"
    }
}
