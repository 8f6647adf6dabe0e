import Values

/// The typing of scalars: the core schema of YAML 1.2.2, section 10.3.2, as far as JSON holds it.
enum CoreSchema {
    /// Why a plain scalar has no value here.
    struct Refusal: Error {
        var code: YAMLError.Code
        var message: String
    }

    /// The value of a scalar.
    static func value(of scalar: Event.Scalar) throws(Refusal) -> JSON {
        switch scalar.properties.tag {
        case nil where scalar.style == .plain: return try plain(scalar.text)
        case nil, "!", "tag:yaml.org,2002:str": return .string(scalar.text)
        case let tag?: return try tagged(scalar.text, tag)
        }
    }

    /// Whether a tag of a sequence or mapping is the one it has anyway.
    static func isCollectionTag(_ tag: String, mapping: Bool) -> Bool {
        tag == "!" || tag == "tag:yaml.org,2002:" + (mapping ? "map" : "seq")
    }

    /// A tag as it is mostly written.
    static func shorthand(_ tag: String) -> String {
        let prefix = "tag:yaml.org,2002:"
        return excerpt(tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag)
    }

    /// The start of a text of the file, for messages.
    static func excerpt(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(YAMLLimits.quotedCharacters)
        let isWhole = shown.endIndex == text.unicodeScalars.endIndex
        let clean = shown.map { $0.properties.generalCategory == .control ? " " : Character($0) }
        return String(clean) + (isWhole ? "" : "…")
    }

    private static func tagged(_ text: String, _ tag: String) throws(Refusal) -> JSON {
        let value = try plain(text)
        let fits: JSON? =
            switch (tag, value) {
            case ("tag:yaml.org,2002:null", .null), ("tag:yaml.org,2002:bool", .bool),
                ("tag:yaml.org,2002:int", .integer), ("tag:yaml.org,2002:float", .double):
                value
            case ("tag:yaml.org,2002:float", .integer(let number)): .double(Double(number))
            default: nil
            }
        if let fits { return fits }
        let known = ["null", "bool", "int", "float"].map { "tag:yaml.org,2002:" + $0 }
        guard known.contains(tag) else {
            throw Refusal(
                code: .unsupportedTag,
                message: "the tag '\(shorthand(tag))' is not read: remove it")
        }
        throw Refusal(
            code: .tagMismatch,
            message: "'\(excerpt(text))' is not what its tag '\(shorthand(tag))' says: "
                + "remove the tag or correct the value")
    }

    private static func plain(_ text: String) throws(Refusal) -> JSON {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "~"): return text.utf8.count == 1 ? .null : .string(text)
        case UInt8(ascii: "n"), UInt8(ascii: "N"):
            return text == "null" || text == "Null" || text == "NULL" ? .null : .string(text)
        case UInt8(ascii: "t"), UInt8(ascii: "T"):
            return text == "true" || text == "True" || text == "TRUE" ? true : .string(text)
        case UInt8(ascii: "f"), UInt8(ascii: "F"):
            return text == "false" || text == "False" || text == "FALSE" ? false : .string(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            return try number(text) ?? .string(text)
        default: return .string(text)
        }
    }

    /// The number a plain scalar is, or nil where it is a string.
    private static func number(_ text: String) throws(Refusal) -> JSON? {
        let bytes = Array(text.utf8)
        if bytes.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")]) {
            return try hexadecimal(text, bytes)
        }
        let signed = bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-")
        let body = bytes[(signed ? 1 : 0)...]
        let named = String(decoding: body, as: UTF8.self)
        if [".inf", ".Inf", ".INF"].contains(named)
            || !signed && [".nan", ".NaN", ".NAN"].contains(named)
        {
            throw refusal(text, "is no number that JSON can hold")
        }
        let digits = body.prefix(while: isDigit).count
        guard digits < body.count else { return try decimal(text, body) }
        guard isFloat(body, integerDigits: digits) else { return nil }
        guard let value = Double(text), value.isFinite else {
            throw refusal(text, "is too large for a double of 64 bits")
        }
        return .double(value)
    }

    private static func decimal(
        _ text: String, _ digits: ArraySlice<UInt8>
    ) throws(Refusal) -> JSON? {
        guard !digits.isEmpty else { return nil }
        guard let value = Int64(text) else { throw refusal(text, "does not fit 64 bits") }
        let isOctal = digits.first == UInt8(ascii: "0") && value.magnitude > 7
        if isOctal, digits.allSatisfy({ $0 < UInt8(ascii: "8") }) {
            throw Refusal(
                code: .unsupportedNumber,
                message: "'\(excerpt(text))' is octal to some readers of YAML and decimal to "
                    + "others: write it without leading zeros, or in quotes to keep it as text")
        }
        return .integer(value)
    }

    private static func hexadecimal(_ text: String, _ bytes: [UInt8]) throws(Refusal) -> JSON? {
        let digits = bytes.dropFirst(2)
        guard !digits.isEmpty, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return nil }
        guard let value = Int64(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw refusal(text, "does not fit 64 bits")
        }
        return .integer(value)
    }

    /// Whether bytes without a sign are `.5`, `1.`, `1.5`, `1e3` or `1.5e-3`.
    private static func isFloat(_ body: ArraySlice<UInt8>, integerDigits: Int) -> Bool {
        var rest = body.dropFirst(integerDigits)
        var digits = integerDigits
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            let fraction = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(fraction)
            digits += fraction
        }
        guard digits > 0 else { return false }
        guard let mark = rest.first else { return true }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return false }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
            rest = rest.dropFirst()
        }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    private static func refusal(_ text: String, _ reason: String) -> Refusal {
        Refusal(
            code: .unsupportedNumber,
            message: "'\(excerpt(text))' \(reason): put it in quotes to keep it as text")
    }
}
