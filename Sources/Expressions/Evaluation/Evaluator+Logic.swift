extension Evaluator {
    /// Evaluates `&&` (absorbing `false`) or `||` (absorbing `true`).
    ///
    /// An operand that decides the answer makes errors of the others, before or after it, of no
    /// account; an error stands only where no operand decides.
    mutating func logical(
        _ range: ChildRange, absorbing: Bool, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        var failure: EvaluationError?
        for index in range.indices {
            let child = tree.children[index]
            do throws(EvaluationError) {
                guard case .bool(let value) = try evaluate(child) else {
                    let symbol = absorbing ? "||" : "&&"
                    throw error(.noSuchOverload, "'\(symbol)' takes booleans", at: child)
                }
                if value == absorbing { return .bool(absorbing) }
            } catch {
                if error.isFinal { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!absorbing)
    }

    mutating func conditional(
        _ condition: NodeIndex, _ yes: NodeIndex, _ no: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        guard case .bool(let value) = try evaluate(condition) else {
            throw error(.noSuchOverload, "the condition before '?' is no boolean", at: condition)
        }
        return try evaluate(value ? yes : no)
    }

    func not(_ value: CELValue, at node: NodeIndex) throws(EvaluationError) -> CELValue {
        guard case .bool(let flag) = value else { throw noOverload("!", [value], at: node) }
        return .bool(!flag)
    }

    /// The error for an operator or function that does not take such values.
    func noOverload(
        _ name: String, _ values: [CELValue], at node: NodeIndex
    ) -> EvaluationError {
        let types = values.map(\.type.name).joined(separator: ", ")
        return error(.noSuchOverload, "'\(name)' does not take (\(types))", at: node)
    }
}
