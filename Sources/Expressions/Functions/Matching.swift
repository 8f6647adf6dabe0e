internal import Patterns

extension Evaluator {
    mutating func matches(
        _ arguments: [CELValue], compiled: Int, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        guard case .string(let text) = arguments[0], case .string(let source) = arguments[1] else {
            throw noOverload("matches", arguments, at: node)
        }
        let pattern: Pattern
        if compiled >= 0 {
            pattern = tree.patterns[compiled]
        } else {
            // A pattern can grow by its counts; each instruction is a step.
            try charge(source.utf8.count + PatternLimits.repetitions, at: node)
            do {
                pattern = try Pattern(source)
            } catch {
                throw self.error(.invalidArgument, error.description, at: node)
            }
        }
        guard let answer = pattern.matches(text, budget: &budget) else {
            throw costExceeded(at: node)
        }
        return .bool(answer)
    }
}
