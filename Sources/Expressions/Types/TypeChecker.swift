internal import Values

/// Finds the type of each part of an expression, and what cannot work.
///
/// It follows the tree as the evaluator does, so recursion goes as deep as the tree is high, which
/// `Limits.treeHeight` bounds. A problem is told where no choice of types from the unions at hand could
/// be evaluated; its part then counts as any value, so that one mistake is one problem.
struct TypeChecker {
    let tree: CompiledTree
    let environment: TypeEnvironment
    /// The types of the variables of macros, after those of the template around.
    var slots: [ExpressionType]
    private(set) var problems: [TypeProblem] = []

    init(_ tree: CompiledTree, _ environment: TypeEnvironment, slots: [ExpressionType] = []) {
        self.tree = tree
        self.environment = environment
        let missing = max(0, tree.slotCount - slots.count)
        self.slots = slots + Array(repeating: .dyn, count: missing)
    }

    /// The problems in the order of the text.
    var sortedProblems: [TypeProblem] { problems.sorted { $0.offset < $1.offset } }

    mutating func check(_ node: NodeIndex) -> ExpressionType {
        switch tree.nodes[Int(node)] {
        case .constant(let index): return ExpressionType(of: tree.constants[Int(index)])
        case .variable(let name): return variable(tree.names[Int(name)], at: node)
        case .local(let slot): return slots[Int(slot)]
        case .select(let operand, let name):
            return select(check(operand), tree.names[Int(name)], at: node)
        case .optionalSelect(let operand, let name):
            return optionalSelect(check(operand), tree.names[Int(name)], at: node)
        case .has(let operand, let name):
            _ = optionalSelect(check(operand), tree.names[Int(name)], at: node)
            return .bool
        case .index(let operand, let key):
            checkLiterals(index: operand, key, at: node)
            return index(check(operand), key, at: node)
        case .optionalIndex(let operand, let key):
            return optionalIndex(check(operand), key, at: node)
        case .call(let index): return call(tree.calls[Int(index)], at: node)
        case .list(let range): return list(range)
        case .map(let range): return map(range)
        case .and(let range): return logical(range, deciding: false)
        case .or(let range): return logical(range, deciding: true)
        case .not(let operand):
            require(.bool, check(operand), at: node) { "'!' does not take \(Self.article($0))" }
            return .bool
        case .negate(let operand): return negate(check(operand), at: node)
        case .binary(let symbol, let left, let right):
            return binary(symbol, left, right, at: node)
        case .conditional(let condition, let yes, let no):
            return conditional(condition, yes, no)
        case .comprehension(let index):
            return comprehension(tree.comprehensions[Int(index)], at: node)
        case .filter(let index): return filter(tree.filters[Int(index)], at: node)
        case .memberOfSet(let value, let set):
            member(check(value), ExpressionType(of: .list(tree.sets[Int(set)].list)), at: node)
            return .bool
        }
    }

    // MARK: Problems

    mutating func report(_ message: String, at node: NodeIndex, suggestion: String? = nil) {
        report(.error, message, at: node, suggestion: suggestion)
    }

    mutating func report(
        _ severity: TypeProblem.Severity, _ message: String, at node: NodeIndex,
        suggestion: String? = nil
    ) {
        problems.append(
            TypeProblem(severity, message, at: tree.offset(node), suggestion: suggestion))
    }

    /// Reports a type that can never be the one asked for.
    mutating func require(
        _ wanted: ExpressionType, _ type: ExpressionType, at node: NodeIndex,
        _ message: (ExpressionType) -> String
    ) {
        guard !type.isDynamic, !type.alternatives.contains(where: { $0 == wanted || $0 == .dyn })
        else { return }
        report(message(type), at: node)
    }

    /// A type with an article, as messages say it.
    static func article(_ type: ExpressionType) -> String {
        let name = type.description
        guard name != "null", name != "any value" else { return name }
        let takesAn = ["a", "e", "i", "o"].contains(name.prefix(1))
        return (takesAn ? "an " : "a ") + name
    }

    /// Checks a part whose problems do not count, as it is never evaluated.
    private mutating func checkIgnored(_ node: NodeIndex) -> ExpressionType {
        let before = problems
        let type = check(node)
        problems = before
        return type
    }

    /// Checks a part that may fail by missing what it looks up: that is then worth a warning.
    mutating func checkMayBeMissing(_ node: NodeIndex) -> ExpressionType {
        let count = problems.count
        let type = check(node)
        for index in problems.indices.dropFirst(count) { problems[index].severity = .warning }
        return type
    }

    private func constantBool(_ node: NodeIndex) -> Bool? {
        guard case .constant(let index) = tree.nodes[Int(node)],
            case .bool(let flag) = tree.constants[Int(index)]
        else { return nil }
        return flag
    }

    func constantString(_ node: NodeIndex) -> String? {
        guard case .constant(let index) = tree.nodes[Int(node)],
            case .string(let text) = tree.constants[Int(index)]
        else { return nil }
        return text
    }

    // MARK: Names, literals and logic

    private mutating func variable(_ name: String, at node: NodeIndex) -> ExpressionType {
        if let type = environment.variables[name] { return type }
        if !environment.isOpen {
            let known = environment.variables.keys.sorted()
            report(
                "there is no variable '\(name)'", at: node,
                suggestion: Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" })
        }
        return .dyn
    }

    /// An operand that decides makes errors of the others of no account: beside a constant that does,
    /// nothing is reported.
    private mutating func logical(_ range: ChildRange, deciding: Bool) -> ExpressionType {
        let operands = range.indices.map { tree.children[$0] }
        let isDecided = operands.contains { constantBool($0) == deciding }
        for operand in operands {
            if isDecided {
                _ = checkIgnored(operand)
                continue
            }
            require(.bool, check(operand), at: operand) {
                "'\(deciding ? "||" : "&&")' does not take \(Self.article($0))"
            }
        }
        return .bool
    }

    private mutating func conditional(
        _ condition: NodeIndex, _ yes: NodeIndex, _ no: NodeIndex
    ) -> ExpressionType {
        require(.bool, check(condition), at: condition) {
            "the condition before '?' is \(Self.article($0)), not a bool"
        }
        switch constantBool(condition) {
        case true?:
            _ = checkIgnored(no)
            return check(yes)
        case false?:
            _ = checkIgnored(yes)
            return check(no)
        case nil: return .union(of: [check(yes), check(no)])
        }
    }

    private mutating func list(_ range: ChildRange) -> ExpressionType {
        var types: [ExpressionType] = []
        for index in range.indices {
            let child = tree.children[index]
            let type = check(child < 0 ? ~child : child)
            types.append(child < 0 ? unwrapped(type, at: ~child) : type)
        }
        return .list(types.isEmpty ? .dyn : .union(of: types))
    }

    private mutating func map(_ range: ChildRange) -> ExpressionType {
        var keys: [ExpressionType] = []
        var values: [ExpressionType] = []
        var fields: [String: ExpressionType]? = [:]
        for index in stride(from: range.indices.lowerBound, to: range.indices.upperBound, by: 2) {
            let key = tree.children[index]
            let keyNode = key < 0 ? ~key : key
            keys.append(check(keyNode))
            let value = check(tree.children[index + 1])
            values.append(key < 0 ? unwrapped(value, at: keyNode) : value)
            guard key >= 0, let name = constantString(keyNode) else {
                fields = nil
                continue
            }
            fields?[name] = value
        }
        if let fields { return .fields(fields) }
        return .map(key: .union(of: keys), value: .union(of: values))
    }

    /// What an optional entry holds.
    private mutating func unwrapped(_ type: ExpressionType, at node: NodeIndex) -> ExpressionType {
        let inner: [ExpressionType] = type.alternatives.compactMap {
            switch $0 {
            case .dyn: .dyn
            case .optional(let inner): inner
            default: nil
            }
        }
        guard inner.isEmpty, !type.isDynamic else {
            return inner.isEmpty ? .dyn : .union(of: inner)
        }
        report("the entry with '?' is \(Self.article(type)), not an optional", at: node)
        return .dyn
    }
}
