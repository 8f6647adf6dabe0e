/// Builds the tree of a source: precedence climbing, whose recursion is counted against
/// `Limits.nesting`.
///
/// Source: the grammar of the CEL language definition.
struct Parser {
    let bytes: [UInt8]
    let dialect: Dialect
    private let tokens: [Token]
    private var position = 0
    private var nesting = 0
    var tree = SyntaxTree()
    private var heights: [Int32] = []
    /// The indices of the names behind the first few.
    private var nameIndices: [String: Int32] = [:]
    private static let unhashedNames = 8

    /// The tree of a part of a text, whose places count from the start of the text.
    static func tree(
        of bytes: [UInt8], in range: Range<Int>, dialect: Dialect
    ) throws(ExpressionError) -> SyntaxTree {
        let tokens = try Lexer.tokens(of: bytes, in: range, dialect: dialect)
        var parser = Parser(bytes: bytes, tokens: tokens, dialect: dialect)
        parser.tree.root = try parser.parseExpression()
        guard parser.token.kind == .end else { throw parser.unexpectedAfterValue() }
        return parser.tree
    }

    private init(bytes: [UInt8], tokens: [Token], dialect: Dialect) {
        self.bytes = bytes
        self.tokens = tokens
        self.dialect = dialect
        tree.nodes.reserveCapacity(tokens.count)
        tree.offsets.reserveCapacity(tokens.count)
        heights.reserveCapacity(tokens.count)
    }

    var token: Token { tokens[position] }

    var nextToken: Token { tokens[min(position + 1, tokens.count - 1)] }

    func text(_ token: Token) -> String { String(decoding: bytes[token.range], as: UTF8.self) }

    mutating func advance() { position = min(position + 1, tokens.count - 1) }

    mutating func take(_ kind: Token.Kind) -> Bool {
        guard token.kind == kind else { return false }
        advance()
        return true
    }
}

// MARK: - Building

extension Parser {
    mutating func add(
        _ node: Node, at offset: Int, over operands: [NodeIndex] = []
    ) throws(ExpressionError) -> NodeIndex {
        var height: Int32 = 0
        for operand in operands { height = max(height, heights[Int(operand)] + 1) }
        return try add(node, at: offset, height: height)
    }

    private mutating func add(
        _ node: Node, at offset: Int, height: Int32
    ) throws(ExpressionError) -> NodeIndex {
        guard height < Limits.treeHeight else {
            throw ExpressionError(
                "the expression is nested or chained over \(Limits.treeHeight) levels", at: offset)
        }
        tree.nodes.append(node)
        tree.offsets.append(Int32(offset))
        heights.append(height)
        return NodeIndex(tree.nodes.count - 1)
    }

    mutating func addConstant(_ value: CELValue, at offset: Int) throws(ExpressionError)
        -> NodeIndex
    {
        tree.constants.append(value)
        return try add(.constant(Int32(tree.constants.count - 1)), at: offset)
    }

    mutating func addChildren(_ indices: [NodeIndex]) -> ChildRange {
        let start = Int32(tree.children.count)
        tree.children.append(contentsOf: indices)
        return ChildRange(start: start, count: Int32(indices.count))
    }

    /// The index of a name, which is the same wherever it stands.
    mutating func name(_ text: String) -> Int32 {
        // Most expressions have few names, and to look through those is quicker than to hash one.
        let first = tree.names.prefix(Parser.unhashedNames)
        if let index = first.firstIndex(of: text) { return Int32(index) }
        if let index = nameIndices[text] { return index }
        tree.names.append(text)
        let index = Int32(tree.names.count - 1)
        if tree.names.count > Parser.unhashedNames { nameIndices[text] = index }
        return index
    }
}

// MARK: - Operators

extension Parser {
    mutating func parseExpression() throws(ExpressionError) -> NodeIndex {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Limits.nesting else {
            throw ExpressionError(
                "the expression is nested deeper than \(Limits.nesting) levels", at: token.start)
        }
        let condition = try parseOr()
        let question = token
        guard take(.question) else { return condition }
        let yes = try parseOr()
        guard take(.colon) else {
            throw ExpressionError(
                "expected ':' and the other value of the '?', found \(found)", at: token.start)
        }
        let no = try parseExpression()
        return try add(
            .conditional(condition, yes, no), at: question.start, over: [condition, yes, no])
    }

    private mutating func parseOr() throws(ExpressionError) -> NodeIndex {
        let first = try parseAnd()
        guard token.kind == .or else { return first }
        let offset = token.start
        var operands = [first]
        while take(.or) { operands.append(try parseAnd()) }
        return try add(.or(addChildren(operands)), at: offset, over: operands)
    }

    private mutating func parseAnd() throws(ExpressionError) -> NodeIndex {
        let first = try parseBinary(1)
        guard token.kind == .and else { return first }
        let offset = token.start
        var operands = [first]
        while take(.and) { operands.append(try parseBinary(1)) }
        return try add(.and(addChildren(operands)), at: offset, over: operands)
    }

    /// Reads operators that bind at least as tightly as `minimum`, of 1 to 3.
    private mutating func parseBinary(_ minimum: Int) throws(ExpressionError) -> NodeIndex {
        var left = try parseUnary()
        while let (symbol, precedence) = binaryOperator(token), precedence >= minimum {
            let offset = token.start
            advance()
            let right = try parseBinary(precedence + 1)
            left = try add(.binary(symbol, left, right), at: offset, over: [left, right])
        }
        return left
    }

    private func binaryOperator(_ token: Token) -> (BinaryOperator, Int)? {
        switch token.kind {
        case .equal: (.equal, 1)
        case .notEqual: (.notEqual, 1)
        case .less: (.less, 1)
        case .lessOrEqual: (.lessOrEqual, 1)
        case .greater: (.greater, 1)
        case .greaterOrEqual: (.greaterOrEqual, 1)
        case .identifier where text(token) == "in": (.memberOf, 1)
        case .plus: (.add, 2)
        case .minus: (.subtract, 2)
        case .star: (.multiply, 3)
        case .slash: (.divide, 3)
        case .percent: (.remainder, 3)
        default: nil
        }
    }

    private mutating func parseUnary() throws(ExpressionError) -> NodeIndex {
        var operators: [Token] = []
        while token.kind == .not || token.kind == .minus {
            operators.append(token)
            advance()
        }
        var negated = false
        if operators.last?.kind == .minus,
            token.kind == .integer || token.kind == .double
        {
            negated = true
            operators.removeLast()
        }
        var operand = try parseMember(negated: negated)
        // As in Jinja a filter takes the number with its sign, and binds tighter than '!'.
        while let symbol = operators.last, symbol.kind == .minus {
            operand = try add(.negate(operand), at: symbol.start, over: [operand])
            operators.removeLast()
        }
        while token.kind == .pipe { operand = try parseFilter(of: operand) }
        for symbol in operators.reversed() {
            let node: Node = symbol.kind == .not ? .not(operand) : .negate(operand)
            operand = try add(node, at: symbol.start, over: [operand])
        }
        return operand
    }
}

// MARK: - Members

extension Parser {
    private mutating func parseMember(negated: Bool) throws(ExpressionError) -> NodeIndex {
        var value = try parsePrimary(negated: negated)
        while true {
            switch token.kind {
            case .dot: value = try parseField(of: value)
            case .leftBracket: value = try parseIndex(of: value)
            case .leftBrace:
                throw ExpressionError(
                    "unexpected '{': messages cannot be built here", at: token.start,
                    suggestion: "write a map, as {\"name\": value}")
            default: return value
            }
        }
    }

    private mutating func parseField(of value: NodeIndex) throws(ExpressionError) -> NodeIndex {
        advance()
        let isOptional = take(.question)
        let field = token
        let fieldName: String
        switch field.kind {
        case .quotedIdentifier: fieldName = String(text(field).dropFirst().dropLast())
        case .identifier where !ReservedWords.isKeyword(text(field)):
            fieldName = text(field)
        default:
            throw ExpressionError(
                "expected a name after '.', found \(found)", at: field.start,
                suggestion: field.kind == .integer || field.kind == .identifier
                    ? "write [\(text(field))] or [\"\(text(field))\"]" : nil)
        }
        advance()
        if token.kind == .leftParenthesis, field.kind == .identifier, !isOptional {
            return try parseCall(fieldName, at: field.start, receiver: value)
        }
        let name = name(fieldName)
        let node: Node =
            isOptional ? .optionalSelect(value, name: name) : .select(value, name: name)
        return try add(node, at: field.start, over: [value])
    }

    private mutating func parseIndex(of value: NodeIndex) throws(ExpressionError) -> NodeIndex {
        let bracket = token
        advance()
        let isOptional = take(.question)
        let index = try parseExpression()
        try expectClosing(.rightBracket, "]", of: bracket, "[")
        let node: Node = isOptional ? .optionalIndex(value, index) : .index(value, index)
        return try add(node, at: bracket.start, over: [value, index])
    }

    private mutating func parseCall(
        _ function: String, at offset: Int, receiver: NodeIndex?
    ) throws(ExpressionError) -> NodeIndex {
        let arguments = try parseArguments()
        if let expansion = try expandMacro(
            function, at: offset, receiver: receiver, arguments: arguments)
        {
            return expansion
        }
        let all = (receiver.map { [$0] } ?? []) + arguments
        tree.calls.append(
            Call(name: name(function), isMethod: receiver != nil, arguments: addChildren(all)))
        return try add(.call(Int32(tree.calls.count - 1)), at: offset, over: all)
    }

    private mutating func parseArguments() throws(ExpressionError) -> [NodeIndex] {
        let parenthesis = token
        advance()
        var arguments: [NodeIndex] = []
        if take(.rightParenthesis) { return arguments }
        repeat { arguments.append(try parseExpression()) } while take(.comma)
        try expectClosing(.rightParenthesis, ")", of: parenthesis, "(")
        return arguments
    }

    func expectClosingError(_ opening: Token, _ openingText: String, _ text: String)
        -> ExpressionError
    {
        guard token.kind != .end else {
            return ExpressionError(
                "the '\(openingText)' that stands here is not closed", at: opening.start,
                suggestion: "add '\(text)'")
        }
        let error = unexpectedAfterValue()
        return error.suggestion == nil
            ? ExpressionError("expected ',' or '\(text)', found \(found)", at: token.start) : error
    }

    mutating func expectClosing(
        _ kind: Token.Kind, _ text: String, of opening: Token, _ openingText: String
    ) throws(ExpressionError) {
        guard take(kind) else { throw expectClosingError(opening, openingText, text) }
    }
}

// MARK: - Primaries

extension Parser {
    private mutating func parsePrimary(negated: Bool) throws(ExpressionError) -> NodeIndex {
        let first = token
        switch first.kind {
        case .integer, .unsigned, .double:
            advance()
            let value = try NumberLiteral.value(of: first, negated: negated, in: bytes)
            return try addConstant(value, at: first.start)
        case .string, .bytes:
            advance()
            let content = try StringLiteral.content(of: first, in: bytes)
            return try addConstant(
                first.kind == .bytes
                    ? .bytes(content) : .string(String(decoding: content, as: UTF8.self)),
                at: first.start)
        case .leftParenthesis:
            advance()
            let inner = try parseExpression()
            try expectClosing(.rightParenthesis, ")", of: first, "(")
            return inner
        case .leftBracket: return try parseList()
        case .leftBrace: return try parseMap()
        case .dot where nextToken.kind == .identifier:
            advance()
            return try parseIdentifier()
        case .identifier: return try parseIdentifier()
        default: throw expectedValue()
        }
    }

    private mutating func parseIdentifier() throws(ExpressionError) -> NodeIndex {
        let word = token
        let text = text(word)
        switch text {
        case "true", "false":
            advance()
            return try addConstant(.bool(text == "true"), at: word.start)
        case "null":
            advance()
            return try addConstant(.null, at: word.start)
        case "in": throw expectedValue()
        case "not" where [.identifier, .leftParenthesis].contains(nextToken.kind):
            throw ExpressionError(
                "unexpected 'not'", at: word.start, suggestion: "write '!' for 'not'")
        case "True", "False", "None":
            guard dialect == .template else { break }
            throw ExpressionError(
                "unexpected '\(text)'", at: word.start,
                suggestion: "write '\(text == "None" ? "null" : text.lowercased())'")
        default: break
        }
        advance()
        if token.kind == .leftParenthesis {
            return try parseCall(text, at: word.start, receiver: nil)
        }
        let isLoop = dialect == .template && text == "loop"
        guard isLoop || !ReservedWords.reserved.contains(text) else {
            throw ExpressionError("'\(text)' is a reserved word", at: word.start)
        }
        return try add(.variable(name: name(text)), at: word.start)
    }

    private mutating func parseList() throws(ExpressionError) -> NodeIndex {
        let bracket = token
        advance()
        var elements: [NodeIndex] = []
        var entries: [NodeIndex] = []
        while !take(.rightBracket) {
            let isOptional = take(.question)
            let element = try parseExpression()
            elements.append(element)
            entries.append(isOptional ? ~element : element)
            guard take(.comma) else {
                try expectClosing(.rightBracket, "]", of: bracket, "[")
                break
            }
        }
        if let constants = constants(entries) {
            return try addConstant(.list(CELList(constants)), at: bracket.start)
        }
        return try add(.list(addChildren(entries)), at: bracket.start, over: elements)
    }

    private mutating func parseMap() throws(ExpressionError) -> NodeIndex {
        let brace = token
        advance()
        var operands: [NodeIndex] = []
        var entries: [NodeIndex] = []
        while !take(.rightBrace) {
            let isOptional = take(.question)
            let key = try parseExpression()
            guard take(.colon) else {
                throw ExpressionError(
                    "expected ':' and a value after the key, found \(found)", at: token.start)
            }
            let value = try parseExpression()
            operands += [key, value]
            entries += [isOptional ? ~key : key, value]
            guard take(.comma) else {
                try expectClosing(.rightBrace, "}", of: brace, "{")
                break
            }
        }
        return try add(.map(addChildren(entries)), at: brace.start, over: operands)
    }

    /// The values of entries that are all constant, so that a literal list is made only once.
    private func constants(_ entries: [NodeIndex]) -> [CELValue]? {
        var values: [CELValue] = []
        for entry in entries {
            guard entry >= 0, case .constant(let index) = tree.nodes[Int(entry)] else { return nil }
            values.append(tree.constants[Int(index)])
        }
        return values
    }
}
