/// Compiles the parts of a template; the tags that are open are kept on a stack.
struct TemplateCompiler {
    /// A tag that is to be closed.
    enum Block {
        case branch(Branch)
        case loop(Loop)
    }

    /// An `if` and its branches so far.
    struct Branch {
        let open: Int
        /// The operation that skips the present branch, or -1 behind `else`.
        var skip: Int
        /// The jumps of ended branches to the end.
        var ends: [Int] = []
        /// What was known before the first branch.
        let names: [String: TemplateScope.Local]
        let tracker: ContextTracker
        /// The names at the end of each branch.
        var branchNames: [[String: TemplateScope.Local]] = []
        /// Where each branch leaves off.
        var branchTrackers: [ContextTracker] = []
    }

    /// A `for`.
    struct Loop {
        let open: Int
        let index: Int
        let tracker: ContextTracker
        /// Where the body leaves off.
        var bodyTracker: ContextTracker?
        /// The jump over the `else`, or -1 before it.
        var end = -1
    }

    let bytes: [UInt8]
    let dialect: Dialect
    var program = TemplateProgram()
    var references: [Reference] = []
    var scope = TemplateScope()
    var tracker: ContextTracker
    var blocks: [Block] = []

    /// Compiles a text.
    static func compile(
        _ bytes: [UInt8], for context: TemplateContext
    ) throws(ExpressionError) -> (TemplateProgram, [Reference]) {
        var compiler = TemplateCompiler(bytes: bytes, context: context)
        for part in try TemplateScanner.parts(of: bytes) {
            switch part {
            case .text(let range): compiler.addText(range)
            case .output(let open, let body): try compiler.addOutput(open, body)
            case .tag(let open, let body): try compiler.addTag(open, body)
            }
        }
        if let block = compiler.blocks.last { throw compiler.notClosed(block) }
        compiler.program.slotCount = Int(compiler.scope.slotCount)
        return (compiler.program, compiler.references.sorted { $0.offset < $1.offset })
    }

    private init(bytes: [UInt8], context: TemplateContext) {
        self.bytes = bytes
        dialect = .template
        tracker = ContextTracker(context)
    }

    private func notClosed(_ block: Block) -> ExpressionError {
        switch block {
        case .branch(let branch):
            ExpressionError(
                "the 'if' that stands here is not closed", at: branch.open,
                suggestion: "add '{% endif %}'")
        case .loop(let loop):
            ExpressionError(
                "the 'for' that stands here is not closed", at: loop.open,
                suggestion: "add '{% endfor %}'")
        }
    }

    // MARK: Parts

    private mutating func addText(_ range: Range<Int>) {
        tracker.pass(bytes[range])
        program.texts.append(String(decoding: bytes[range], as: UTF8.self))
        program.operations.append(.text(program.texts.count - 1))
    }

    private mutating func addOutput(_ open: Int, _ body: Range<Int>) throws(ExpressionError) {
        let index = try addExpression(body)
        guard let encoding = tracker.encoding else { throw noPlace(at: open) }
        let filter = outermostFilter(of: program.expressions[index])
        let isRaw = filter == .raw || isEncoded(filter, for: encoding)
        if filter != .raw { tracker.passValue() }
        program.operations.append(
            .output(expression: index, filter == .raw ? .text : encoding, isRaw: isRaw))
    }

    /// Why no value may stand at a place.
    private func noPlace(at open: Int) -> ExpressionError {
        if tracker.context == .json {
            return ExpressionError("a value cannot stand behind a backslash", at: open)
        }
        if tracker.isArithmetic {
            return ExpressionError(
                "a value cannot stand within '[[ … ]]' or brackets behind a name: bash takes it for "
                    + "arithmetic, which can run commands", at: open,
                suggestion: "compare it with '[ … ]' or 'case', and use no value for an index, nor "
                    + "a variable that holds one")
        }
        return ExpressionError(
            "a value cannot be put safely into this place of a shell script", at: open,
            suggestion: "assign it to a variable first, as x={{ value }}, and use \"$x\" here")
    }

    private func outermostFilter(of tree: CompiledTree) -> Filter? {
        guard case .filter(let index) = tree.nodes[Int(tree.root)] else { return nil }
        return tree.filters[Int(index)].filter
    }

    /// Whether a filter gives what its place asks for already, so that it is not done twice.
    private func isEncoded(_ filter: Filter?, for encoding: ValueEncoding) -> Bool {
        switch (filter, encoding) {
        case (.json, .jsonValue), (.shell, .shellWord), (.urlencode, .url): true
        default: false
        }
    }

    /// Compiles an expression in the names known here; returns its index.
    mutating func addExpression(_ body: Range<Int>) throws(ExpressionError) -> Int {
        guard body.count <= Limits.expressionBytes else {
            throw ExpressionError(
                "the expression has \(body.count) bytes, over the "
                    + "\(Limits.expressionBytes) allowed", at: body.lowerBound)
        }
        do {
            let (tree, found) = try Expression.compile(
                bytes, in: body, dialect: dialect, locals: scope)
            try checkTypeNames(in: tree)
            program.expressions.append(tree)
            references += found
            return program.expressions.count - 1
        } catch {
            let isSyntax =
                error.message.hasPrefix("expected") || error.message.hasPrefix("unexpected")
            guard error.suggestion == nil, isSyntax else { throw error }
            throw ExpressionError(
                error.message, at: error.offset,
                suggestion: "write {% raw %}…{% endraw %} around literal text with braces")
        }
    }

    /// Refuses the name of a type where only a value makes sense: `list` would be put out as a word.
    private func checkTypeNames(in tree: CompiledTree) throws(ExpressionError) {
        for node in [tree.root] + tree.filters.map(\.operand) {
            guard case .constant(let index) = tree.nodes[Int(node)],
                case .type(let type) = tree.constants[Int(index)]
            else { continue }
            throw ExpressionError(
                "'\(type.name)' is a type and no value", at: tree.offset(node),
                suggestion: "give the value another name")
        }
    }

    // MARK: Jumps

    /// Where the next operation will stand.
    var here: Int { program.operations.count }

    /// Adds a jump whose place is not known yet; returns where it stands.
    mutating func addJump() -> Int {
        program.operations.append(.jump(0))
        return here - 1
    }

    /// Lets a jump or branch go on at the next operation.
    mutating func land(_ operation: Int) {
        switch program.operations[operation] {
        case .branch(let expression, _):
            program.operations[operation] = .branch(expression: expression, otherwise: here)
        case .jump: program.operations[operation] = .jump(here)
        default: break
        }
    }

    mutating func push(_ block: Block, at open: Int) throws(ExpressionError) {
        guard blocks.count < Limits.templateNesting else {
            throw ExpressionError(
                "the template is nested deeper than \(Limits.templateNesting) levels", at: open)
        }
        blocks.append(block)
    }
}
