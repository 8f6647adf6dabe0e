/// What is known of the free variables that an expression may use.
public struct TypeEnvironment: Sendable {
    /// The types of the variables that are known.
    public var variables: [String: ExpressionType]
    /// Whether there may be variables that are not known.
    public var isOpen: Bool

    /// Makes an environment.
    ///
    /// - Parameter isOpen: Whether other names are let through, as where they are checked elsewhere.
    public init(_ variables: [String: ExpressionType] = [:], isOpen: Bool = true) {
        self.variables = variables
        self.isOpen = isOpen
    }
}

/// What types say against an expression.
public struct TypeProblem: Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: Sendable, Hashable {
        /// What stands here fails whenever it is evaluated.
        case error
        /// What stands here works and is of no use: a comparison that has one answer, a name that is
        /// never there.
        case warning
    }

    /// How bad it is.
    public var severity: Severity
    /// What is wrong, in plain words.
    public var message: String
    /// The offset in the source, in bytes of UTF-8.
    public var offset: Int
    /// What to write instead, where that can be guessed.
    public var suggestion: String?

    /// Makes a problem.
    public init(
        _ severity: Severity, _ message: String, at offset: Int, suggestion: String? = nil
    ) {
        self.severity = severity
        self.message = message
        self.offset = offset
        self.suggestion = suggestion
    }

    /// The message, the place and the suggestion on one line.
    public var description: String {
        let place = "\(message) (at offset \(offset))"
        return suggestion.map { "\(place); \($0)" } ?? place
    }
}

extension Expression {
    /// Checks the expression against the types of its variables.
    ///
    /// Every error told is of a part that fails whenever it is evaluated; a part that may work is let
    /// through. Cost: in proportion to the text.
    ///
    /// - Returns: The type of its values, and the problems in the order of the text.
    public func check(
        against environment: TypeEnvironment
    ) -> (type: ExpressionType, problems: [TypeProblem]) {
        var checker = TypeChecker(tree, environment)
        let type = checker.check(tree.root)
        return (type, checker.sortedProblems)
    }

    /// Checks the expression as a condition, which must give a boolean.
    public func checkCondition(against environment: TypeEnvironment) -> [TypeProblem] {
        var checker = TypeChecker(tree, environment)
        let type = checker.check(tree.root)
        checker.require(.bool, type, at: tree.root) {
            "the condition is \(TypeChecker.article($0)), not a bool"
        }
        return checker.sortedProblems
    }
}
