internal import Values

extension TemplateCompiler {
    /// The tags that there are, for guessing what a misspelt one meant.
    private static let tags = [
        "if", "elif", "else", "endif", "for", "endfor", "set", "raw", "endraw",
    ]

    mutating func addTag(_ open: Int, _ body: Range<Int>) throws(ExpressionError) {
        var cursor = Cursor(bytes: bytes, range: body)
        let name = cursor.name() ?? ""
        let rest = cursor.rest
        switch name {
        case "if": try openBranch(open, rest)
        case "elif": try addBranch(open, rest)
        case "else":
            if let word = cursor.name() {
                throw ExpressionError(
                    "unexpected '\(word)' behind 'else'", at: rest.lowerBound,
                    suggestion: word == "if" ? "write 'elif'" : nil)
            }
            try addElse(open)
        case "endif": try closeBranch(open)
        case "for": try openLoop(open, rest)
        case "endfor": try closeLoop(open)
        case "set": try addSet(open, rest)
        default: throw unknownTag(name, at: open)
        }
        let takesNothing = ["else", "endif", "endfor"].contains(name)
        if takesNothing, let place = cursor.nextPlace {
            throw ExpressionError("unexpected text behind '\(name)'", at: place)
        }
    }

    private func unknownTag(_ name: String, at open: Int) -> ExpressionError {
        guard !name.isEmpty else {
            return ExpressionError(
                "expected a tag such as 'if', 'for' or 'set'", at: open,
                suggestion: "write {% raw %}…{% endraw %} around literal text with braces")
        }
        let suggestion: String? =
            switch name {
            case "endraw": "no '{% raw %}' is open here"
            case "elseif", "elsif": "write 'elif'"
            case "include", "extends", "import", "block", "macro", "call":
                "a text stands for itself; put what is shared into an input or a template"
            default:
                Spelling.nearest(to: name, among: TemplateCompiler.tags)
                    .map { "did you mean '\($0)'?" }
            }
        return ExpressionError("there is no tag '\(name)'", at: open, suggestion: suggestion)
    }

    // MARK: Branches

    private mutating func openBranch(
        _ open: Int, _ condition: Range<Int>
    ) throws(ExpressionError) {
        let index = try addExpression(condition)
        let branch = Branch(open: open, skip: here, names: scope.names, tracker: tracker)
        program.operations.append(.branch(expression: index, otherwise: 0))
        try push(.branch(branch), at: open)
    }

    /// The innermost `if`, for a tag that belongs to it.
    private func currentBranch(_ tag: String, at open: Int) throws(ExpressionError) -> Branch {
        guard case .branch(let branch)? = blocks.last else {
            throw ExpressionError(
                "'\(tag)' without an 'if'", at: open,
                suggestion: blocks.isEmpty ? nil : "close the 'for' first, with '{% endfor %}'")
        }
        return branch
    }

    /// Ends the present branch: all branches must leave off in the same quotes, and start where the
    /// first one does.
    private mutating func endBranch(
        _ branch: inout Branch, at open: Int
    ) throws(ExpressionError) {
        guard tracker == branch.tracker else { throw unbalanced(at: open) }
        branch.branchNames.append(scope.names)
        branch.branchTrackers.append(tracker)
        scope.restore(branch.names)
        tracker = branch.tracker
    }

    private func unbalanced(at open: Int) -> ExpressionError {
        ExpressionError(
            "the text before opens or closes quotes, or leaves off behind a '$' or within a word, "
                + "which the other way through does not", at: open)
    }

    private mutating func addBranch(
        _ open: Int, _ condition: Range<Int>
    ) throws(ExpressionError) {
        var branch = try currentBranch("elif", at: open)
        guard branch.skip >= 0 else {
            throw ExpressionError("'elif' behind 'else'", at: open)
        }
        try endBranch(&branch, at: open)
        branch.ends.append(addJump())
        land(branch.skip)
        let index = try addExpression(condition)
        branch.skip = here
        program.operations.append(.branch(expression: index, otherwise: 0))
        blocks[blocks.count - 1] = .branch(branch)
    }

    private mutating func addElse(_ open: Int) throws(ExpressionError) {
        if case .loop(var loop)? = blocks.last {
            try addLoopElse(&loop, at: open)
            blocks[blocks.count - 1] = .loop(loop)
            return
        }
        var branch = try currentBranch("else", at: open)
        guard branch.skip >= 0 else {
            throw ExpressionError("a second 'else'", at: open)
        }
        try endBranch(&branch, at: open)
        branch.ends.append(addJump())
        land(branch.skip)
        branch.skip = -1
        blocks[blocks.count - 1] = .branch(branch)
    }

    private mutating func closeBranch(_ open: Int) throws(ExpressionError) {
        var branch = try currentBranch("endif", at: open)
        try endBranch(&branch, at: open)
        if branch.skip >= 0 {
            land(branch.skip)
            branch.branchNames.append(branch.names)
            branch.branchTrackers.append(branch.tracker)
        }
        tracker = branch.branchTrackers[0]
        for other in branch.branchTrackers.dropFirst() { tracker.join(other) }
        for end in branch.ends { land(end) }
        scope.restore(TemplateScope.merged(branch.branchNames))
        blocks.removeLast()
    }

    // MARK: Loops

    private mutating func openLoop(_ open: Int, _ rest: Range<Int>) throws(ExpressionError) {
        var cursor = Cursor(bytes: bytes, range: rest)
        let names = try loopNames(&cursor)
        let (range, condition) = try splitCondition(cursor.rest)
        let rangeIndex = try addExpression(range)
        scope.open()
        let first = scope.set(names[0])
        var loop = TemplateProgram.Loop(
            range: rangeIndex, firstSlot: first,
            secondSlot: names.count > 1 ? scope.set(names[1]) : -1, loopSlot: 0)
        if let condition { loop.filter = try addExpression(condition) }
        loop.loopSlot = scope.setLoop()
        program.operations.append(.begin(program.loops.count))
        loop.body = here
        try push(
            .loop(Loop(open: open, index: program.loops.count, tracker: tracker)), at: open)
        program.loops.append(loop)
        tracker.beginTurn()
    }

    private func loopNames(_ cursor: inout Cursor) throws(ExpressionError) -> [String] {
        var names: [String] = []
        repeat {
            names.append(try variableName(&cursor))
        } while cursor.take(UInt8(ascii: ","))
        guard names.count <= 2, Set(names).count == names.count else {
            throw ExpressionError(
                names.count > 2
                    ? "a loop has one name, or two for the key and the value"
                    : "the two variables have one name, '\(names[0])'",
                at: cursor.place)
        }
        let place = cursor.place
        guard cursor.name() == "in" else {
            throw ExpressionError("expected 'in' and what to go through", at: place)
        }
        return names
    }

    private func variableName(_ cursor: inout Cursor) throws(ExpressionError) -> String {
        let place = cursor.nextPlace ?? cursor.place
        guard let name = cursor.name() else {
            throw ExpressionError("expected a name", at: place)
        }
        guard !ReservedWords.isKeyword(name), !ReservedWords.reserved.contains(name),
            name != "loop"
        else {
            throw ExpressionError("'\(name)' cannot be the name of a variable", at: place)
        }
        return name
    }

    /// Splits `list if condition` at the `if`, which no expression has outside of brackets.
    private func splitCondition(
        _ range: Range<Int>
    ) throws(ExpressionError) -> (Range<Int>, Range<Int>?) {
        let tokens = try Lexer.tokens(of: bytes, in: range, dialect: dialect)
        var depth = 0
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .leftParenthesis, .leftBracket, .leftBrace: depth += 1
            case .rightParenthesis, .rightBracket, .rightBrace: depth -= 1
            case .identifier where depth == 0 && index > 0 && tokens[index - 1].kind != .dot:
                guard bytes[token.range].elementsEqual("if".utf8) else { continue }
                return (range.lowerBound..<token.start, token.end..<range.upperBound)
            default: break
            }
        }
        return (range, nil)
    }

    /// The innermost `for`, for a tag that belongs to it.
    private func currentLoop(_ tag: String, at open: Int) throws(ExpressionError) -> Loop {
        guard case .loop(let loop)? = blocks.last else {
            throw ExpressionError(
                "'\(tag)' without a 'for'", at: open,
                suggestion: blocks.isEmpty ? nil : "close the 'if' first, with '{% endif %}'")
        }
        return loop
    }

    /// Ends the body of a loop: it must leave off in the quotes it started in.
    private mutating func endBody(_ loop: inout Loop, at open: Int) throws(ExpressionError) {
        guard tracker == loop.tracker, tracker.canRepeat(from: loop.tracker) else {
            throw unbalanced(at: open)
        }
        loop.bodyTracker = tracker
        tracker = loop.tracker
        scope.close()
        program.operations.append(.next(loop.index))
    }

    private mutating func addLoopElse(
        _ loop: inout Loop, at open: Int
    ) throws(ExpressionError) {
        guard loop.end < 0 else { throw ExpressionError("a second 'else'", at: open) }
        try endBody(&loop, at: open)
        loop.end = addJump()
        program.loops[loop.index].otherwise = here
        scope.open()
    }

    private mutating func closeLoop(_ open: Int) throws(ExpressionError) {
        var loop = try currentLoop("endfor", at: open)
        if loop.end < 0 {
            try endBody(&loop, at: open)
            program.loops[loop.index].otherwise = here
        } else {
            guard tracker == loop.tracker else { throw unbalanced(at: open) }
            scope.close()
            land(loop.end)
        }
        if let other = loop.bodyTracker { tracker.join(other) }
        blocks.removeLast()
    }

    // MARK: Names

    private mutating func addSet(_ open: Int, _ rest: Range<Int>) throws(ExpressionError) {
        var cursor = Cursor(bytes: bytes, range: rest)
        let name = try variableName(&cursor)
        guard cursor.take(UInt8(ascii: "=")) else {
            let place = cursor.nextPlace ?? cursor.place
            let isField = place < rest.upperBound && bytes[place] == UInt8(ascii: ".")
            throw ExpressionError(
                "expected '=' and a value", at: place,
                suggestion: isField ? "values cannot be changed, only names set" : nil)
        }
        let index = try addExpression(cursor.rest)
        program.operations.append(.set(slot: scope.set(name), expression: index))
    }
}

/// Reads the words of a tag.
private struct Cursor {
    private let bytes: [UInt8]
    private let end: Int
    private(set) var place: Int

    init(bytes: [UInt8], range: Range<Int>) {
        self.bytes = bytes
        place = range.lowerBound
        end = range.upperBound
    }

    /// What is not read yet.
    var rest: Range<Int> { place..<end }

    /// Where the next word starts, or nil at the end.
    var nextPlace: Int? {
        var next = place
        while next < end, bytes[next] == 0x20 || (0x09...0x0D).contains(bytes[next]) { next += 1 }
        return next < end ? next : nil
    }

    /// Reads a name, where one comes next.
    mutating func name() -> String? {
        guard let start = nextPlace else { return nil }
        var next = start
        while next < end, isLetter(bytes[next]) || next > start && isDigit(bytes[next]) {
            next += 1
        }
        guard next > start else { return nil }
        place = next
        return String(decoding: bytes[start..<next], as: UTF8.self)
    }

    /// Reads a byte, where it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard let next = nextPlace, bytes[next] == byte else { return false }
        place = next + 1
        return true
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
            || byte == UInt8(ascii: "_")
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
