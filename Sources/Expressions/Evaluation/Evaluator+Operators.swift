extension Evaluator {
    mutating func binary(
        _ symbol: BinaryOperator, _ left: CELValue, _ right: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        switch symbol {
        case .equal: return .bool(try areEqual(left, right, at: node))
        case .notEqual: return .bool(!(try areEqual(left, right, at: node)))
        case .less: return .bool(try order(symbol, left, right, at: node) == .less)
        case .greater: return .bool(try order(symbol, left, right, at: node) == .greater)
        case .lessOrEqual:
            let order = try order(symbol, left, right, at: node)
            return .bool(order == .less || order == .equal)
        case .greaterOrEqual:
            let order = try order(symbol, left, right, at: node)
            return .bool(order == .greater || order == .equal)
        case .memberOf: return .bool(try isMember(left, of: right, at: node))
        case .add: return try add(left, right, at: node)
        case .subtract: return try subtract(left, right, at: node)
        case .multiply, .divide, .remainder: return try scale(symbol, left, right, at: node)
        }
    }

    mutating func order(
        _ symbol: BinaryOperator, _ left: CELValue, _ right: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> Ordering {
        try charge(units: left.lookupUnits, at: node)
        guard let order = left.order(to: right) else {
            throw noOverload(symbol.symbol, [left, right], at: node)
        }
        return order
    }

    private mutating func isMember(
        _ value: CELValue, of container: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> Bool {
        switch container {
        case .list(let list):
            if let elements = list.json {
                for element in elements {
                    try charge(1, at: node)
                    if try areEqual(value, CELValue(element), at: node) { return true }
                }
                return false
            }
            for element in list.values {
                try charge(1, at: node)
                if try areEqual(value, element, at: node) { return true }
            }
            return false
        case .map(let map):
            try charge(units: value.lookupUnits, at: node)
            return map[value] != nil
        default: throw noOverload("in", [value, container], at: node)
        }
    }

    mutating func isMember(
        _ value: CELValue, of set: ConstantSet, at node: NodeIndex
    ) throws(EvaluationError) -> Bool {
        if case .string(let text) = value { try charge(units: text.utf8.count, at: node) }
        if let answer = set.contains(value) { return answer }
        return try isMember(value, of: .list(set.list), at: node)
    }

    func negate(_ value: CELValue, at node: NodeIndex) throws(EvaluationError) -> CELValue {
        switch value {
        case .int(let number):
            guard number != .min else { throw overflow("-", at: node) }
            return .int(-number)
        case .double(let number): return .double(-number)
        case .duration(let nanoseconds):
            guard nanoseconds != .min else { throw overflow("-", at: node) }
            return .duration(nanoseconds: -nanoseconds)
        default: throw noOverload("-", [value], at: node)
        }
    }

    func overflow(_ symbol: String, at node: NodeIndex) -> EvaluationError {
        error(.overflow, "the result of '\(symbol)' is out of range", at: node)
    }

    private mutating func add(
        _ left: CELValue, _ right: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        switch (left, right) {
        case (.int(let left), .int(let right)):
            let (sum, overflow) = left.addingReportingOverflow(right)
            if overflow { throw self.overflow("+", at: node) }
            return .int(sum)
        case (.uint(let left), .uint(let right)):
            let (sum, overflow) = left.addingReportingOverflow(right)
            if overflow { throw self.overflow("+", at: node) }
            return .uint(sum)
        case (.double(let left), .double(let right)): return .double(left + right)
        case (.string(let left), .string(let right)):
            try checkString(bytes: left.utf8.count + right.utf8.count, at: node)
            return .string(left + right)
        case (.bytes(let left), .bytes(let right)):
            try checkString(bytes: left.count + right.count, at: node)
            return .bytes(left + right)
        case (.list(let left), .list(let right)):
            try checkList(count: left.count + right.count, at: node)
            return .list(CELList(left.values + right.values))
        case (.timestamp(let moment), .duration(let delta)),
            (.duration(let delta), .timestamp(let moment)):
            guard let sum = moment.adding(nanoseconds: delta) else { throw overflow("+", at: node) }
            return .timestamp(sum)
        case (.duration(let left), .duration(let right)):
            let (sum, overflow) = left.addingReportingOverflow(right)
            if overflow { throw self.overflow("+", at: node) }
            return .duration(nanoseconds: sum)
        default: throw mismatch("+", left, right, at: node)
        }
    }

    private func subtract(
        _ left: CELValue, _ right: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        switch (left, right) {
        case (.int(let left), .int(let right)):
            let (difference, overflow) = left.subtractingReportingOverflow(right)
            if overflow { throw self.overflow("-", at: node) }
            return .int(difference)
        case (.uint(let left), .uint(let right)):
            let (difference, overflow) = left.subtractingReportingOverflow(right)
            if overflow { throw self.overflow("-", at: node) }
            return .uint(difference)
        case (.double(let left), .double(let right)): return .double(left - right)
        case (.timestamp(let moment), .duration(let delta)):
            guard delta != .min, let result = moment.adding(nanoseconds: -delta) else {
                throw overflow("-", at: node)
            }
            return .timestamp(result)
        case (.timestamp(let left), .timestamp(let right)):
            guard let difference = left.nanoseconds(since: right) else {
                throw overflow("-", at: node)
            }
            return .duration(nanoseconds: difference)
        case (.duration(let left), .duration(let right)):
            let (difference, overflow) = left.subtractingReportingOverflow(right)
            if overflow { throw self.overflow("-", at: node) }
            return .duration(nanoseconds: difference)
        default: throw mismatch("-", left, right, at: node)
        }
    }

    private func scale(
        _ symbol: BinaryOperator, _ left: CELValue, _ right: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        switch (left, right) {
        case (.int(let left), .int(let right)):
            return .int(try scale(symbol, left, right, at: node))
        case (.uint(let left), .uint(let right)):
            return .uint(try scale(symbol, left, right, at: node))
        case (.double(let left), .double(let right)) where symbol == .multiply:
            return .double(left * right)
        case (.double(let left), .double(let right)) where symbol == .divide:
            return .double(left / right)
        default: throw mismatch(symbol.symbol, left, right, at: node)
        }
    }

    private func scale<Number: FixedWidthInteger>(
        _ symbol: BinaryOperator, _ left: Number, _ right: Number, at node: NodeIndex
    ) throws(EvaluationError) -> Number {
        if symbol != .multiply, right == 0 {
            throw error(
                .divisionByZero, symbol == .divide ? "division by zero" : "remainder by zero",
                at: node)
        }
        let (result, overflow) =
            switch symbol {
            case .multiply: left.multipliedReportingOverflow(by: right)
            case .divide: left.dividedReportingOverflow(by: right)
            default: left.remainderReportingOverflow(dividingBy: right)
            }
        if overflow { throw self.overflow(symbol.symbol, at: node) }
        return result
    }

    /// The error for arithmetic of two types, which the language never mixes.
    private func mismatch(
        _ symbol: String, _ left: CELValue, _ right: CELValue, at node: NodeIndex
    ) -> EvaluationError {
        var error = noOverload(symbol, [left, right], at: node)
        if left.numericOrder(to: right) != nil {
            error.message += "; convert one with int(), uint() or double()"
        } else if case .string = left {
            error.message += "; convert the other with string()"
        } else if case .string = right {
            error.message += "; convert the other with string()"
        }
        return error
    }

    /// Takes the steps for making a string, and checks its size.
    mutating func checkString(bytes: Int, at node: NodeIndex) throws(EvaluationError) {
        guard bytes <= Limits.stringBytes else {
            throw error(.tooLarge, "the text is over \(Limits.stringBytes) bytes", at: node)
        }
        try charge(units: bytes, at: node)
    }

    /// Takes the steps for making a list, and checks its size.
    mutating func checkList(
        count: Int, at node: NodeIndex, charging: Bool = true
    ) throws(EvaluationError) {
        guard count <= Limits.elements else {
            throw error(.tooLarge, "the list has over \(Limits.elements) elements", at: node)
        }
        if charging { try charge(count, at: node) }
    }
}
