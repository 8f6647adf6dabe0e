extension Evaluator {
    /// The greatest or least of some numbers, or of a list of them; of equal ones the first.
    mutating func extremum(
        _ function: Function, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        var values = arguments
        if arguments.count == 1, case .list(let list) = arguments[0] {
            try charge(list.count, at: node)
            values = list.values
        }
        guard var best = values.first, best.numericOrder(to: best) != nil else { return nil }
        for value in values.dropFirst() {
            guard let order = value.numericOrder(to: best) else { return nil }
            if order == (function == .greatest ? .greater : .less) { best = value }
        }
        return best
    }

    func number(
        _ function: Function, _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch (function, value) {
        case (.abs, .int(let number)):
            guard number != .min else { throw overflow("math.abs", at: node) }
            return .int(Swift.abs(number))
        case (.abs, .uint), (.abs, .double(0)): return value
        case (.abs, .double(let number)): return .double(number.magnitude)
        case (.sign, .int(let number)): return .int(number.signum())
        case (.sign, .uint(let number)): return .uint(number == 0 ? 0 : 1)
        case (.sign, .double(let number)):
            return .double(number > 0 ? 1 : number < 0 ? -1 : number)
        case (.sqrt, .double(let number)): return .double(number.squareRoot())
        case (.sqrt, .int(let number)): return .double(Double(number).squareRoot())
        case (.sqrt, .uint(let number)): return .double(Double(number).squareRoot())
        case (_, .double(let number)): return rounding(function, number)
        default: return nil
        }
    }

    private func rounding(_ function: Function, _ number: Double) -> CELValue? {
        switch function {
        case .ceil: .double(number.rounded(.up))
        case .floor: .double(number.rounded(.down))
        case .round: .double(number.rounded(.toNearestOrAwayFromZero))
        case .trunc: .double(number.rounded(.towardZero))
        case .isNaN: .bool(number.isNaN)
        case .isInf: .bool(number.isInfinite)
        case .isFinite: .bool(number.isFinite)
        default: nil
        }
    }

    func bits(
        _ function: Function, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch (arguments[0], arguments.count > 1 ? arguments[1] : nil) {
        case (.int(let number), nil): return .int(~number)
        case (.uint(let number), nil): return .uint(~number)
        case (.int(let first), .int(let second)?):
            let bits = try bits(
                function, UInt64(bitPattern: first), UInt64(bitPattern: second), at: node)
            return .int(Int64(bitPattern: bits))
        case (.uint(let first), .uint(let second)?):
            guard function != .bitShiftLeft, function != .bitShiftRight else { return nil }
            return .uint(try bits(function, first, second, at: node))
        case (.uint(let first), .int(let second)?):
            guard function == .bitShiftLeft || function == .bitShiftRight else { return nil }
            return .uint(try bits(function, first, UInt64(bitPattern: second), at: node))
        default: return nil
        }
    }

    /// Shifts are logical, and by 64 or more give zero.
    private func bits(
        _ function: Function, _ first: UInt64, _ second: UInt64, at node: NodeIndex
    ) throws(EvaluationError) -> UInt64 {
        switch function {
        case .bitAnd: return first & second
        case .bitOr: return first | second
        case .bitXor: return first ^ second
        default:
            let count = Int64(bitPattern: second)
            guard count >= 0 else {
                throw error(.invalidArgument, "cannot shift by \(count)", at: node)
            }
            return function == .bitShiftLeft ? first << count : first >> count
        }
    }
}
