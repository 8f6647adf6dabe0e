public import Values

/// A compiled expression of the Common Expression Language.
///
/// Reading the text finds every error that does not depend on values; evaluating is pure, takes
/// bounded steps and memory, and may be done from many tasks at once.
///
/// Source: the CEL language definition, with its extensions for strings, math, lists, sets, optionals
/// and two-variable comprehensions.
public struct Expression: Sendable {
    /// The text it was read from.
    public let source: String
    /// The chains of names that start at free variables, in the order of the text.
    public let references: [Reference]

    let tree: CompiledTree

    /// Reads an expression.
    ///
    /// - Throws: ``ExpressionError`` with the place and, where one can be guessed, a correction.
    public init(parsing source: String, dialect: Dialect = .workflow) throws(ExpressionError) {
        let bytes = Array(source.utf8)
        guard bytes.count <= Limits.expressionBytes else {
            throw ExpressionError(
                "the expression has \(bytes.count) bytes, over the \(Limits.expressionBytes) allowed",
                at: 0)
        }
        self.source = source
        (tree, references) = try Expression.compile(
            bytes, in: bytes.indices, dialect: dialect, locals: nil)
    }

    /// Reads a part of a text, whose places count from the start of the text.
    static func compile(
        _ bytes: [UInt8], in range: Range<Int>, dialect: Dialect, locals: TemplateScope?
    ) throws(ExpressionError) -> (CompiledTree, [Reference]) {
        let parsed = try Parser.tree(of: bytes, in: range, dialect: dialect)
        var resolver = Resolver(parsed, dialect: dialect, locals: locals)
        try resolver.run()
        return (
            CompiledTree(resolver.tree), resolver.references.sorted { $0.offset < $1.offset }
        )
    }

    /// Whether the value is written out, so that evaluating always gives the same.
    public var isConstant: Bool {
        guard case .constant = tree.nodes[Int(tree.root)] else { return false }
        return true
    }

    /// Computes the value for some bindings, as JSON.
    ///
    /// - Throws: ``EvaluationError``.
    public func evaluate(_ bindings: Bindings) throws(EvaluationError) -> JSON {
        try JSONConversion.json(of: value(bindings), at: tree.offset(tree.root))
    }

    /// Computes the value for some bindings, which must be a boolean.
    ///
    /// - Throws: ``EvaluationError``, of code `notBoolean` where it is another kind.
    public func evaluateCondition(_ bindings: Bindings) throws(EvaluationError) -> Bool {
        let value = try value(bindings)
        guard case .bool(let flag) = value else {
            throw EvaluationError(
                .notBoolean, "the condition is of type \(value.type.name), not bool",
                at: tree.offset(tree.root))
        }
        return flag
    }

    /// Computes the value for some bindings, as the language has it.
    ///
    /// - Throws: ``EvaluationError``.
    public func value(_ bindings: Bindings) throws(EvaluationError) -> CELValue {
        var evaluator = Evaluator(tree, bindings)
        return try evaluator.run()
    }
}

extension Expression: Hashable {
    /// Whether two expressions were read from the same text.
    public static func == (first: Expression, second: Expression) -> Bool {
        first.source == second.source
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(source) }
}
