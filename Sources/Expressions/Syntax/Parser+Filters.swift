internal import Values

extension Parser {
    /// The arguments of a filter as they are written.
    private struct Arguments {
        var positional: [NodeIndex] = []
        var named: [(name: Token, value: NodeIndex)] = []

        var all: [NodeIndex] { positional + named.map(\.value) }
    }

    /// Reads `| name(arguments)` behind a value.
    mutating func parseFilter(of operand: NodeIndex) throws(ExpressionError) -> NodeIndex {
        advance()
        let word = token
        guard word.kind == .identifier else {
            throw ExpressionError(
                "expected the name of a filter after '|', found \(found)", at: word.start)
        }
        let filterName = text(word)
        guard let signature = FilterSignature.named[filterName] else {
            throw unknownFilter(filterName, at: word.start)
        }
        advance()
        let arguments = try parseFilterArguments()
        var call = FilterCall(
            filter: signature.filter, name: name(filterName), operand: operand, arguments: [])
        if signature.isOfItems, let item = try item(signature, arguments, at: word) {
            call.item = item.item
            call.arguments = item.arguments
        } else {
            call.arguments = try match(
                arguments.positional, arguments.named, signature, at: word)
        }
        tree.filters.append(call)
        return try add(
            .filter(Int32(tree.filters.count - 1)), at: word.start,
            over: [operand] + arguments.all)
    }

    private func unknownFilter(_ name: String, at offset: Int) -> ExpressionError {
        let nearest = Spelling.nearest(to: name, among: FilterSignature.named.keys.sorted())
        let hint: String? =
            switch name {
            case "items", "keys", "values": "a loop takes a map as it is: for key, value in map"
            case "format": "write 'text'.format([values])"
            case "tests", "is": nil
            default: nearest.map { "did you mean \($0)?" }
            }
        return ExpressionError("there is no filter '\(name)'", at: offset, suggestion: hint)
    }

    private mutating func parseFilterArguments() throws(ExpressionError) -> Arguments {
        var arguments = Arguments()
        let parenthesis = token
        guard take(.leftParenthesis), !take(.rightParenthesis) else { return arguments }
        repeat {
            if token.kind == .identifier, nextToken.kind == .assign {
                let name = token
                advance()
                advance()
                arguments.named.append((name, try parseExpression()))
            } else {
                guard arguments.named.isEmpty else {
                    throw ExpressionError(
                        "an argument without a name stands behind one with a name",
                        at: token.start)
                }
                arguments.positional.append(try parseExpression())
            }
        } while take(.comma)
        try expectClosing(.rightParenthesis, ")", of: parenthesis, "(")
        return arguments
    }

    /// Brings the arguments into the order of the parameters.
    private func match(
        _ positional: [NodeIndex], _ named: [(name: Token, value: NodeIndex)],
        _ signature: FilterSignature, at word: Token
    ) throws(ExpressionError) -> [NodeIndex] {
        let parameters = signature.parameters
        guard positional.count <= parameters.count else {
            let most = parameters.isEmpty ? "no arguments" : "at most \(parameters.count)"
            throw ExpressionError(
                "the filter \(signature.name) takes \(most), found \(positional.count)",
                at: tree.offset(positional[parameters.count]))
        }
        var result = positional + Array(repeating: -1, count: parameters.count - positional.count)
        for (name, value) in named {
            let parameter = text(name)
            guard let index = parameters.firstIndex(of: parameter) else {
                let nearest = Spelling.nearest(to: parameter, among: parameters)
                throw ExpressionError(
                    "the filter \(signature.name) takes no argument '\(parameter)'",
                    at: name.start, suggestion: nearest.map { "did you mean \($0)?" })
            }
            guard result[index] < 0 else {
                throw ExpressionError("'\(parameter)' is given twice", at: name.start)
            }
            result[index] = value
        }
        if let missing = (0..<signature.required).first(where: { result[$0] < 0 }) {
            throw ExpressionError(
                "the filter \(signature.name) needs its argument '\(parameters[missing])'",
                at: word.start)
        }
        return result
    }
}

// MARK: - Filters of each element

extension Parser {
    private typealias ItemCall = (item: FilterCall.Item, arguments: [NodeIndex])

    /// What a filter of items does, by its first argument; nil where it has none.
    private func item(
        _ signature: FilterSignature, _ arguments: Arguments, at word: Token
    ) throws(ExpressionError) -> ItemCall? {
        if signature.filter == .map { return try mapItem(signature, arguments, at: word) }
        if let named = arguments.named.first {
            throw ExpressionError(
                "the filter \(signature.name) takes no argument '\(text(named.name))'",
                at: named.name.start)
        }
        var rest = arguments.positional[...]
        var path: [String] = []
        if signature.filter == .selectattr || signature.filter == .rejectattr {
            guard let first = rest.popFirst() else {
                throw ExpressionError(
                    "the filter \(signature.name) needs the name of a field", at: word.start)
            }
            path = try fieldPath(first)
        }
        guard let testNode = rest.popFirst() else { return (.test(.truthy, of: path), []) }
        let testName = try literal(testNode, "the name of a test")
        guard let test = FilterTest.named(testName) else {
            let nearest = Spelling.nearest(
                to: testName, among: FilterTest.allCases.map(\.rawValue))
            throw ExpressionError(
                "there is no test '\(testName)'", at: tree.offset(testNode),
                suggestion: nearest.map { "did you mean \($0)?" })
        }
        guard rest.count == (test.takesArgument ? 1 : 0) else {
            throw ExpressionError(
                "the test '\(testName)' takes \(test.takesArgument ? "one argument" : "none"), "
                    + "found \(rest.count)", at: tree.offset(testNode))
        }
        return (.test(test, of: path), Array(rest))
    }

    private func mapItem(
        _ signature: FilterSignature, _ arguments: Arguments, at word: Token
    ) throws(ExpressionError) -> ItemCall {
        guard let first = arguments.positional.first else {
            let matched = try match([], arguments.named, signature, at: word)
            guard matched[0] >= 0 else {
                throw ExpressionError(
                    "the filter map needs a filter or a field", at: word.start,
                    suggestion: "as in map('upper') or map(attribute='name')")
            }
            return (.attribute(try fieldPath(matched[0])), [matched[1]])
        }
        let name = try literal(first, "the name of a filter")
        guard let inner = FilterSignature.named[name], !inner.isOfItems, inner.filter != .default
        else {
            let nearest = Spelling.nearest(to: name, among: FilterSignature.named.keys.sorted())
            throw ExpressionError(
                "there is no filter '\(name)' for each element", at: tree.offset(first),
                suggestion: nearest.map { "did you mean \($0)?" }
                    ?? "write map(attribute='\(name)') for a field")
        }
        let matched = try match(
            Array(arguments.positional.dropFirst()), arguments.named, inner, at: word)
        return (.filter(inner.filter), matched)
    }

    private func literal(_ node: NodeIndex, _ what: String) throws(ExpressionError) -> String {
        guard case .constant(let index) = tree.nodes[Int(node)],
            case .string(let text) = tree.constants[Int(index)]
        else {
            throw ExpressionError("expected \(what) in quotes", at: tree.offset(node))
        }
        return text
    }

    private func fieldPath(_ node: NodeIndex) throws(ExpressionError) -> [String] {
        if case .constant(let index) = tree.nodes[Int(node)],
            case .int(let number) = tree.constants[Int(index)]
        {
            return [String(number)]
        }
        return try literal(node, "the name of a field").split(separator: ".").map(String.init)
    }
}
