extension Evaluator {
    mutating func numberFilter(
        _ filter: Filter, _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        switch filter {
        case .abs:
            guard let result = try number(.abs, value, at: input.node) else {
                throw unfit(value, input)
            }
            return result
        case .int: return try toInteger(value, input)
        case .float: return try toFloat(value, input)
        case .round: return try rounded(value, input)
        default: return try sum(value, input)
        }
    }

    /// The integer of a number or of a text; another value where it is none.
    private func toInteger(
        _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        let base = try bounded(1, of: input, or: 10, within: 2...36)
        let standard = input.argument(0) ?? .int(0)
        switch value {
        case .int: return value
        case .uint(let number): return Int64(exactly: number).map(CELValue.int) ?? standard
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .double(let number): return integer(number) ?? standard
        case .string(let text):
            let digits = TextNumber.trimmed(text)
            if let integer = TextNumber.integer(digits, base: base) { return .int(integer) }
            guard base == 10, let number = TextNumber.double(digits) else { return standard }
            return integer(number) ?? standard
        default: return standard
        }
    }

    private func integer(_ number: Double) -> CELValue? {
        guard number > -0x1p63, number < 0x1p63 else { return nil }
        return .int(Int64(number))
    }

    private func toFloat(
        _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        switch value {
        case .double: value
        case .int(let number): .double(Double(number))
        case .uint(let number): .double(Double(number))
        case .bool(let flag): .double(flag ? 1 : 0)
        case .string(let text):
            TextNumber.double(TextNumber.trimmed(text)).map(CELValue.double)
                ?? input.argument(0) ?? .double(0)
        default: input.argument(0) ?? .double(0)
        }
    }

    /// Rounds half to even of the exact decimal value, or up or down where the method says so.
    private func rounded(
        _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        let precision = try bounded(
            0, of: input, or: 0, within: -Limits.filterWidth...Limits.filterWidth)
        let method = try string(1, of: input) ?? "common"
        guard ["common", "ceil", "floor"].contains(method) else {
            throw error(
                .invalidArgument, "round takes common, ceil or floor, not '\(method)'",
                at: input.node)
        }
        let number: Double
        switch value {
        case .double(let double): number = double
        case .int(let integer):
            if method == "common", precision >= 0 { return value }
            number = Double(integer)
        case .uint(let integer):
            if method == "common", precision >= 0 { return value }
            number = Double(integer)
        default: throw unfit(value, input)
        }
        guard number.isFinite else { return .double(number) }
        let result = TextNumber.rounded(number, precision: precision, method: method)
        if case .double = value { return .double(result) }
        guard method == "common", let integer = Int64(exactly: result) else {
            return .double(result)
        }
        return .int(integer)
    }

    /// The sum of numbers, of a field of each element where one is named.
    private mutating func sum(
        _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        let path = try fieldPath(0, of: input)
        var total = input.argument(1) ?? .int(0)
        for element in try sequence(value, input) {
            let number = try field(path, of: element, input)
            switch (total, number) {
            case (.int(let left), .int(let right)):
                let (sum, overflow) = left.addingReportingOverflow(right)
                if overflow { throw self.overflow("sum", at: input.node) }
                total = .int(sum)
            default:
                guard let left = total.asDouble, let right = number.asDouble else {
                    throw unfit(total.asDouble == nil ? total : number, input)
                }
                total = .double(left + right)
            }
        }
        return total
    }
}

extension CELValue {
    /// A number as a double; nil for what is no number.
    var asDouble: Double? {
        switch self {
        case .int(let number): Double(number)
        case .uint(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
}

/// Numbers as texts hold them.
enum TextNumber {
    /// A text without the white space around it.
    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[start...end])
    }

    /// The integer of a text, whose digits may have the prefix of their base.
    static func integer(_ text: String, base: Int) -> Int64? {
        let sign = text.hasPrefix("-") ? "-" : ""
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let prefix = [2: "0b", 8: "0o", 16: "0x"][base] ?? ""
        let hasPrefix = !prefix.isEmpty && digits.lowercased().hasPrefix(prefix)
        let rest = digits.dropFirst(hasPrefix ? 2 : 0)
        guard rest.first.map({ $0 != "-" && $0 != "+" }) == true else { return nil }
        return Int64(sign + rest, radix: base)
    }

    /// The number of a text in decimal digits, and no name such as `inf`.
    static func double(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text)
    }

    /// Rounds to a number of digits after the point.
    static func rounded(_ number: Double, precision: Int, method: String) -> Double {
        let scale = (0..<abs(precision)).reduce(1.0) { scale, _ in scale * 10 }
        guard method == "common" else {
            let scaled = precision < 0 ? number / scale : number * scale
            let whole = scaled.rounded(method == "ceil" ? .up : .down)
            guard scaled.isFinite else { return number }
            return precision < 0 ? whole * scale : whole / scale
        }
        guard precision >= 0 else { return (number / scale).rounded(.toNearestOrEven) * scale }
        return Double(DecimalText(number).fixed(precision)) ?? number
    }
}
