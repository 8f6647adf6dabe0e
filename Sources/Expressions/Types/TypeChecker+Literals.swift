internal import Values

/// Parts of an expression that are made of literals alone, and fail whatever the values of names are.
extension TypeChecker {
    /// Tells a call that has no value for its literal arguments, such as `timestamp("yesterday")`.
    mutating func checkLiterals(of call: Call, at node: NodeIndex) {
        if call.arguments.indices.allSatisfy({ isLiteral(tree.children[$0]) }) {
            checkValue(at: node)
        } else if call.isMethod, call.arguments.count == 2, let function = call.function,
            TypeChecker.takesZone.contains(function)
        {
            let argument = tree.children[Int(call.arguments.start) + 1]
            if let zone = constantString(argument) { checkZone(zone, at: argument) }
        }
    }

    /// Tells an operation that fails for its literal operands, and a division by a literal zero.
    mutating func checkLiterals(
        _ symbol: BinaryOperator, _ left: NodeIndex, _ right: NodeIndex, _ type: ExpressionType,
        at node: NodeIndex
    ) {
        if isLiteral(left), isLiteral(right) { return checkValue(at: node) }
        guard symbol == .divide || symbol == .remainder, isZero(right) else { return }
        // The type of a dividend that may be anything is known by that of the divisor.
        let isWhole = type == .int || type == .uint
        if isWhole { report("this divides by zero", at: node) }
    }

    /// Tells a place that a literal list or map does not have.
    mutating func checkLiterals(
        index operand: NodeIndex, _ key: NodeIndex, at node: NodeIndex
    ) {
        if isLiteral(operand), isLiteral(key) { checkValue(at: node) }
    }

    private static let takesZone: Set<Function> = [
        .getDate, .getDayOfMonth, .getDayOfWeek, .getDayOfYear, .getFullYear, .getHours,
        .getMilliseconds, .getMinutes, .getMonth, .getSeconds,
    ]

    /// Whether a part is a literal, or a list of them.
    private func isLiteral(_ node: NodeIndex) -> Bool {
        switch tree.nodes[Int(node)] {
        case .constant: true
        case .list(let range): range.indices.allSatisfy { isConstant(tree.children[$0]) }
        default: false
        }
    }

    private func isConstant(_ node: NodeIndex) -> Bool {
        if case .constant = tree.nodes[Int(node)] { return true }
        return false
    }

    private func isZero(_ node: NodeIndex) -> Bool {
        guard case .constant(let index) = tree.nodes[Int(node)] else { return false }
        return switch tree.constants[Int(index)] {
        case .int(0), .uint(0): true
        default: false
        }
    }

    /// Evaluates a part that needs no names; what its types tell already is left to them.
    private mutating func checkValue(at node: NodeIndex) {
        var evaluator = Evaluator(tree, Bindings([:]))
        do throws(EvaluationError) {
            _ = try evaluator.evaluate(node)
        } catch {
            switch error.code {
            case .noSuchOverload, .noSuchFunction, .noSuchVariable, .costExceeded: break
            default: report(error.message, at: node)
            }
        }
    }

    private mutating func checkZone(_ zone: String, at node: NodeIndex) {
        guard TimeZoneRules.secondsEast(of: zone, at: 0) == nil else { return }
        report(
            "there is no time zone '\(zone)'", at: node,
            suggestion: Spelling.nearest(to: zone, among: TimeZoneNames.all).map {
                "did you mean \($0)?"
            })
    }
}
