extension Evaluator {
    /// Applies a filter, a field or a test to each element.
    mutating func each(
        _ filter: Filter, _ item: FilterCall.Item, _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        var result: [CELValue] = []
        for element in try sequence(value, input) {
            try charge(1, at: input.node)
            switch item {
            case .attribute(let path):
                let found = try find(path, in: element, at: input.node)
                guard let value = found ?? input.argument(0) else {
                    throw missing(path, element, input)
                }
                result.append(value)
            case .filter(let inner): result.append(try apply(inner, to: element, input))
            case .test(let test, let path):
                let tested = try path.isEmpty ? element : find(path, in: element, at: input.node)
                let isWanted = filter == .select || filter == .selectattr
                if try holds(test, tested, input) == isWanted { result.append(element) }
            }
        }
        return .list(CELList(result))
    }

    /// The path of a field that an argument names.
    func fieldPath(_ index: Int, of input: FilterInput) throws(EvaluationError) -> [String] {
        if case .int(let number)? = input.argument(index) { return [String(number)] }
        return try string(index, of: input).map { $0.split(separator: ".").map(String.init) } ?? []
    }

    /// The value at a path in an element, or an error where there is none.
    mutating func field(
        _ path: [String], of element: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        guard !path.isEmpty else { return element }
        try charge(path.count, at: input.node)
        guard let value = try find(path, in: element, at: input.node) else {
            throw missing(path, element, input)
        }
        return value
    }

    private func missing(
        _ path: [String], _ element: CELValue, _ input: FilterInput
    ) -> EvaluationError {
        error(
            .noSuchKey,
            "the filter \(input.name) found no '\(path.joined(separator: "."))' in a "
                + element.type.name, at: input.node)
    }

    private mutating func find(
        _ path: [String], in element: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        var value = element
        for name in path {
            try charge(units: name.utf8.count, at: node)
            switch value {
            case .map(let map):
                guard let member = map[name] else { return nil }
                value = member
            case .list(let list):
                guard let index = Int(name), index >= 0, index < list.count else { return nil }
                value = list[index]
            default: return nil
            }
        }
        return value
    }

    private mutating func holds(
        _ test: FilterTest, _ value: CELValue?, _ input: FilterInput
    ) throws(EvaluationError) -> Bool {
        guard let value else {
            // A field that is not there is like nothing: it is no number, no text, and not true.
            return test == .notEqual
        }
        switch (test, value) {
        case (.truthy, _): return !value.isEmpty
        case (.defined, _): return true
        case (.none, .null): return true
        case (.odd, .int(let number)): return number % 2 != 0
        case (.even, .int(let number)): return number % 2 == 0
        case (.divisibleby, .int(let number)):
            guard case .int(let divisor)? = input.argument(0), divisor != 0 else {
                throw error(.divisionByZero, "remainder by zero", at: input.node)
            }
            return number.remainderReportingOverflow(dividingBy: divisor).partialValue == 0
        case (.string, .string), (.boolean, .bool), (.mapping, .map): return true
        case (.number, .int), (.number, .uint), (.number, .double): return true
        case (.sequence, .list), (.sequence, .map), (.sequence, .string): return true
        case (.odd, _), (.even, _), (.divisibleby, _): throw unfit(value, input)
        default: return try compares(test, value, input)
        }
    }

    private mutating func compares(
        _ test: FilterTest, _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> Bool {
        guard test.takesArgument, let argument = input.argument(0) else { return false }
        let symbol: BinaryOperator =
            switch test {
            case .equal: .equal
            case .notEqual: .notEqual
            case .less: .less
            case .lessOrEqual: .lessOrEqual
            case .greater: .greater
            case .greaterOrEqual: .greaterOrEqual
            default: .memberOf
            }
        return try binary(symbol, value, argument, at: input.node) == .bool(true)
    }
}
