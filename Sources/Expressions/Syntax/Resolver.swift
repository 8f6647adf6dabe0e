internal import Patterns
internal import Values

/// Finds what each name of a tree stands for: a variable of a macro, a type, a function, or a free
/// variable, whose chains of fields become the references.
///
/// Recursion goes as deep as the tree is high, which `Limits.treeHeight` bounds.
struct Resolver {
    private(set) var tree: SyntaxTree
    private(set) var references: [Reference] = []
    private let dialect: Dialect
    private let locals: TemplateScope?
    /// The first slot that is free for the variables of macros.
    private let firstSlot: Int32
    private var scope: [(name: Int32, slot: Int32)] = []
    /// Whether what is visited may be missing, as a filter takes its place then.
    private var mayBeMissing = false

    init(_ tree: SyntaxTree, dialect: Dialect, locals: TemplateScope?) {
        self.tree = tree
        self.dialect = dialect
        self.locals = locals
        firstSlot = locals?.slotCount ?? 0
        self.tree.slotCount = Int(firstSlot)
    }

    mutating func run() throws(ExpressionError) { try visit(tree.root) }

    private mutating func visit(_ node: NodeIndex) throws(ExpressionError) {
        switch tree.nodes[Int(node)] {
        case .constant, .local: return
        case .variable, .select, .optionalSelect, .has, .index, .optionalIndex:
            try visitChain(node)
        case .call(let index): try visitCall(node, Int(index))
        case .list(let range), .map(let range), .and(let range), .or(let range):
            for index in range.indices {
                let child = tree.children[index]
                try visit(child < 0 ? ~child : child)
            }
        case .not(let operand), .negate(let operand): try visit(operand)
        case .binary(_, let left, let right):
            try visit(left)
            try visit(right)
        case .conditional(let condition, let yes, let no):
            try visit(condition)
            try visit(yes)
            try visit(no)
        case .comprehension(let index): try visitComprehension(Int(index))
        case .filter(let index): try visitFilter(tree.filters[Int(index)])
        // Made when the resolved tree is compiled.
        case .memberOfSet(let value, _): try visit(value)
        }
    }

    // MARK: Names

    private func slot(_ name: Int32) -> Int32? {
        scope.last { $0.name == name }?.slot
    }

    /// Visits a chain of fields down to its start, noting it whole where that is a free variable.
    private mutating func visitChain(_ node: NodeIndex) throws(ExpressionError) {
        var names: [String] = []
        var current = node
        var pending: [NodeIndex] = []
        var innermost: NodeIndex?
        while true {
            switch tree.nodes[Int(current)] {
            case .select(let operand, let name), .optionalSelect(let operand, let name),
                .has(let operand, let name):
                names.append(tree.names[Int(name)])
                innermost = current
                current = operand
            case .index(let operand, let key), .optionalIndex(let operand, let key):
                if let text = constantString(key) {
                    names.append(text)
                } else {
                    // What stands behind a computed index is known only to evaluation.
                    names.removeAll()
                    pending.append(key)
                }
                innermost = nil
                current = operand
            case .variable(let name):
                if try !visitLocal(current, name, field: innermost) {
                    visitVariable(current, name, fields: names.reversed(), whole: node)
                }
                for key in pending { try visit(key) }
                return
            default:
                try visit(current)
                for key in pending { try visit(key) }
                return
            }
        }
    }

    private func constantString(_ node: NodeIndex) -> String? {
        guard case .constant(let index) = tree.nodes[Int(node)],
            case .string(let text) = tree.constants[Int(index)]
        else { return nil }
        return text
    }

    /// Resolves a variable of a macro or of the template around; false where the name is neither.
    private mutating func visitLocal(
        _ node: NodeIndex, _ name: Int32, field: NodeIndex?
    ) throws(ExpressionError) -> Bool {
        if let slot = slot(name) {
            tree.nodes[Int(node)] = .local(slot: slot)
            return true
        }
        let text = tree.names[Int(name)]
        switch locals?.local(text) {
        case nil:
            guard dialect == .template, text == "loop" else { return false }
            throw ExpressionError(
                "'loop' is known only inside of '{% for %}'", at: tree.offset(node))
        case .value(let slot): tree.nodes[Int(node)] = .local(slot: slot)
        case .partly:
            throw ExpressionError(
                "'\(text)' is set only in some branches before this", at: tree.offset(node),
                suggestion: "set it before the 'if' as well")
        case .loop(let slot):
            guard let field, case .select(_, let name) = tree.nodes[Int(field)] else {
                throw ExpressionError(
                    "'loop' is no value by itself", at: tree.offset(node),
                    suggestion: "use loop.index, loop.first, loop.last or loop.length")
            }
            let fieldName = tree.names[Int(name)]
            guard let place = LoopField.named(fieldName) else {
                let nearest = Spelling.nearest(
                    to: fieldName, among: LoopField.allCases.map(\.rawValue))
                throw ExpressionError(
                    "'loop' has no field '\(fieldName)'", at: tree.offset(field),
                    suggestion: nearest.map { "did you mean loop.\($0)?" })
            }
            tree.nodes[Int(field)] = .local(slot: slot + place.offset)
        }
        return true
    }

    private mutating func visitVariable(
        _ node: NodeIndex, _ name: Int32, fields: [String], whole: NodeIndex
    ) {
        let path = [tree.names[Int(name)]] + fields
        guard CELType.namesBegin.contains(path[0]) else {
            references.append(
                Reference(path: path, offset: tree.offset(node), mayBeMissing: mayBeMissing))
            return
        }
        if let type = CELType.named[path[0]] {
            replace(node, with: .type(type))
        } else if let type = CELType.named[path.joined(separator: ".")] {
            replace(whole, with: .type(type))
        } else {
            references.append(
                Reference(path: path, offset: tree.offset(node), mayBeMissing: mayBeMissing))
        }
    }

    private mutating func replace(_ node: NodeIndex, with value: CELValue) {
        tree.constants.append(value)
        tree.nodes[Int(node)] = .constant(Int32(tree.constants.count - 1))
    }

    // MARK: Macros

    private mutating func visitComprehension(_ index: Int) throws(ExpressionError) {
        var loop = tree.comprehensions[index]
        try visit(loop.range)
        let slot = firstSlot + Int32(scope.count)
        loop.slot = slot
        scope.append((loop.firstName, slot))
        // A second slot is always kept: the value of a map's entry while its key has the first.
        scope.append((loop.secondName, slot + 1))
        tree.slotCount = max(tree.slotCount, Int(slot) + 2)
        if loop.filter >= 0 { try visit(loop.filter) }
        if loop.result >= 0 { try visit(loop.result) }
        scope.removeLast(2)
        tree.comprehensions[index] = loop
    }

    private mutating func visitFilter(_ call: FilterCall) throws(ExpressionError) {
        let before = mayBeMissing
        mayBeMissing = before || call.filter == .default
        try visit(call.operand)
        mayBeMissing = before
        for argument in call.arguments where argument >= 0 { try visit(argument) }
    }

    // MARK: Functions

    private mutating func visitCall(_ node: NodeIndex, _ index: Int) throws(ExpressionError) {
        var call = tree.calls[index]
        var name = tree.names[Int(call.name)]
        if call.isMethod, let namespace = namespace(of: call) {
            name = "\(namespace).\(name)"
            call.isMethod = false
            call.arguments.start += 1
            call.arguments.count -= 1
            tree.names.append(name)
            call.name = Int32(tree.names.count - 1)
        }
        let signature =
            call.isMethod ? FunctionSignature.methods[name] : FunctionSignature.functions[name]
        let given = Int(call.arguments.count) - (call.isMethod ? 1 : 0)
        if let signature, signature.arguments.contains(given) {
            call.function = signature.function
        } else if dialect != .specification {
            throw unknown(name, call, signature, given: given, at: tree.offset(node))
        }
        for argument in call.arguments.indices { try visit(tree.children[argument]) }
        if call.function == .matches { call.pattern = try compilePattern(call) }
        tree.calls[index] = call
    }

    private func namespace(of call: Call) -> String? {
        let receiver = tree.children[Int(call.arguments.start)]
        guard case .variable(let name) = tree.nodes[Int(receiver)], slot(name) == nil else {
            return nil
        }
        let text = tree.names[Int(name)]
        guard locals?.local(text) == nil else { return nil }
        return FunctionSignature.namespaces.contains(text) ? text : nil
    }

    /// Compiles a pattern that is a literal, so that a bad one is found when the text is read.
    private mutating func compilePattern(_ call: Call) throws(ExpressionError) -> Int32 {
        let argument = tree.children[Int(call.arguments.start) + 1]
        guard let text = constantString(argument) else { return -1 }
        do {
            tree.patterns.append(try Pattern(text))
        } catch {
            guard dialect != .specification else { return -1 }
            throw ExpressionError(error.description, at: tree.offset(argument))
        }
        return Int32(tree.patterns.count - 1)
    }

    private func unknown(
        _ name: String, _ call: Call, _ signature: FunctionSignature?, given: Int, at offset: Int
    ) -> ExpressionError {
        if let signature {
            let range = signature.arguments
            let wanted =
                range.count == 1
                ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            return ExpressionError(
                "\(name)() takes \(wanted) argument\(wanted == "1" ? "" : "s"), found \(given)",
                at: offset)
        }
        let kind = call.isMethod ? "method" : "function"
        let message = "there is no \(kind) \(name)()"
        if !call.isMethod, FunctionSignature.methods[name] != nil {
            return ExpressionError(
                message, at: offset, suggestion: "write it as a method: value.\(name)(…)")
        }
        if call.isMethod, FunctionSignature.functions[name] != nil {
            return ExpressionError(
                message, at: offset, suggestion: "write it as a function: \(name)(value)")
        }
        if dialect == .template, FilterSignature.named[name] != nil {
            return ExpressionError(
                message, at: offset, suggestion: "write it as a filter: value | \(name)")
        }
        if dialect == .template, name == "range" {
            return ExpressionError(message, at: offset, suggestion: "write lists.range(count)")
        }
        if FunctionSignature.macroNames.contains(name) {
            return ExpressionError(
                message, at: offset,
                suggestion: "\(name)() is a macro: list.\(name)(item, expression)")
        }
        let known =
            call.isMethod
            ? Array(FunctionSignature.methods.keys) + FunctionSignature.macroNames
            : Array(FunctionSignature.functions.keys) + ["has"]
        let suggestion = Spelling.nearest(to: name, among: known).map { "did you mean \($0)()?" }
        return ExpressionError(message, at: offset, suggestion: suggestion)
    }
}
