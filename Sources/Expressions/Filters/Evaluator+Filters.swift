internal import Values

/// What a filter works on: its name for messages, its place, and its arguments.
struct FilterInput {
    let name: String
    let node: NodeIndex
    /// One for each parameter; nil where it is not given.
    let arguments: [CELValue?]

    /// An argument, where it is given.
    func argument(_ index: Int) -> CELValue? {
        index < arguments.count ? arguments[index] : nil
    }
}

extension Evaluator {
    mutating func filter(_ index: Int, at node: NodeIndex) throws(EvaluationError) -> CELValue {
        let call = tree.filters[index]
        if call.filter == .default { return try defaultFilter(call) }
        let value = try evaluate(call.operand)
        var arguments: [CELValue?] = []
        for argument in call.arguments {
            arguments.append(argument < 0 ? nil : try evaluate(argument))
        }
        let input = FilterInput(
            name: tree.names[Int(call.name)], node: node, arguments: arguments)
        if let item = call.item { return try each(call.filter, item, value, input) }
        return try apply(call.filter, to: value, input)
    }

    /// Gives the value, or another where the value is not there.
    ///
    /// As in Jinja `null` is a value, unless the second argument says that all that is empty counts.
    private mutating func defaultFilter(_ call: FilterCall) throws(EvaluationError) -> CELValue {
        do throws(EvaluationError) {
            let value = try evaluate(call.operand)
            switch value {
            case .optional(nil): break
            case .optional(let inner?): return inner
            default:
                guard call.arguments[1] >= 0,
                    case .bool(true) = try evaluate(call.arguments[1]), value.isEmpty
                else { return value }
            }
        } catch {
            guard error.isMissingValue else { throw error }
        }
        return call.arguments[0] < 0 ? .string("") : try evaluate(call.arguments[0])
    }

    /// Applies a filter that is none of each element.
    mutating func apply(
        _ filter: Filter, to value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        switch filter {
        case .upper, .lower, .capitalize, .title, .trim, .truncate, .indent, .replace, .split,
            .wordcount, .escape, .shell, .base64Encode, .base64Decode:
            try text(filter, value, input)
        case .abs, .int, .float, .round, .sum: try numberFilter(filter, value, input)
        case .json: .string(try jsonText(value, input))
        case .urlencode: .string(try urlText(value, input))
        case .string: .string(try outputText(value, at: input.node))
        case .raw, .default: value
        default: try listFilter(filter, value, input)
        }
    }

    // MARK: Arguments

    /// The error for a value that a filter does not take.
    func unfit(_ value: CELValue, _ input: FilterInput) -> EvaluationError {
        error(
            .noSuchOverload, "the filter \(input.name) does not take a \(value.type.name)",
            at: input.node)
    }

    private func unfit(
        argument index: Int, _ value: CELValue, _ wanted: String, _ input: FilterInput
    ) -> EvaluationError {
        let parameters = FilterSignature.named[input.name]?.parameters ?? []
        let name = index < parameters.count ? " '\(parameters[index])'" : ""
        return error(
            .noSuchOverload,
            "the argument\(name) of \(input.name) is a \(value.type.name), not \(wanted)",
            at: input.node)
    }

    func integer(
        _ index: Int, of input: FilterInput, or standard: Int
    ) throws(EvaluationError) -> Int {
        switch input.argument(index) {
        case nil: return standard
        case .int(let number)?: return Int(clamping: number)
        case .uint(let number)?: return Int(clamping: number)
        case let value?: throw unfit(argument: index, value, "an int", input)
        }
    }

    func flag(_ index: Int, of input: FilterInput) throws(EvaluationError) -> Bool {
        switch input.argument(index) {
        case nil: return false
        case .bool(let flag)?: return flag
        case let value?: throw unfit(argument: index, value, "a bool", input)
        }
    }

    func string(
        _ index: Int, of input: FilterInput
    ) throws(EvaluationError) -> String? {
        switch input.argument(index) {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case let value?: throw unfit(argument: index, value, "a string", input)
        }
    }

    /// A number that must lie within bounds, as it says how much is made.
    func bounded(
        _ index: Int, of input: FilterInput, or standard: Int, within range: ClosedRange<Int>
    ) throws(EvaluationError) -> Int {
        let number = try integer(index, of: input, or: standard)
        guard range.contains(number) else {
            throw error(
                .invalidArgument,
                "\(input.name) takes \(range.lowerBound) to \(range.upperBound), not \(number)",
                at: input.node)
        }
        return number
    }

    // MARK: Values as texts

    /// The text of a value as it is put into a template: a string as it is, others as JSON.
    mutating func outputText(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> String {
        if case .string(let text) = value { return text }
        let text = try JSONConversion.json(of: value, at: tree.offset(node)).text
        try charge(units: text.utf8.count, at: node)
        return text
    }

    private mutating func jsonText(
        _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> String {
        let text = try JSONConversion.json(of: value, at: tree.offset(input.node)).text
        try checkString(bytes: text.utf8.count, at: input.node)
        guard input.argument(0) != nil else { return text }
        let width = try bounded(0, of: input, or: 0, within: 0...Limits.filterWidth)
        let pretty = JSONIndentation.text(
            text, width: width, limit: Limits.stringBytes)
        guard let pretty else {
            throw error(.tooLarge, "the text is over \(Limits.stringBytes) bytes", at: input.node)
        }
        try charge(units: pretty.utf8.count, at: input.node)
        return pretty
    }

    /// The text for a URL; of a map or a list of pairs that of a query.
    private mutating func urlText(
        _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> String {
        var pairs: [(CELValue, CELValue)] = []
        switch value {
        case .map(let map): pairs = map.entries
        case .list(let list):
            for element in list.values {
                guard case .list(let pair) = element, pair.count == 2 else {
                    throw unfit(element, input)
                }
                pairs.append((pair[0], pair[1]))
            }
        default:
            let text = try outputText(value, at: input.node)
            try checkString(bytes: text.utf8.count * 3, at: input.node)
            return TextEncoding.url(text, keeping: "/")
        }
        var parts: [String] = []
        for (name, value) in pairs {
            let name = try outputText(name, at: input.node)
            let value = try outputText(value, at: input.node)
            try checkString(bytes: (name.utf8.count + value.utf8.count) * 3, at: input.node)
            parts.append(
                TextEncoding.url(name, spaceAsPlus: true) + "="
                    + TextEncoding.url(value, spaceAsPlus: true))
        }
        return parts.joined(separator: "&")
    }
}

extension CELValue {
    /// Whether a condition of a template takes the value for false: what is empty, zero or nothing.
    var isEmpty: Bool {
        if case .optional(let value?) = self { return value.isEmpty }
        return isZero
    }
}
