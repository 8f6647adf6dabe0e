extension Parser {
    /// Makes the node of a call that is a macro; nil where it is an ordinary one.
    ///
    /// As in CEL a macro is known by its name and number of arguments; with another number it is an
    /// ordinary call, which the resolver then finds to be none.
    mutating func expandMacro(
        _ name: String, at offset: Int, receiver: NodeIndex?, arguments: [NodeIndex]
    ) throws(ExpressionError) -> NodeIndex? {
        guard let receiver else {
            guard name == "has" else { return nil }
            return try expandHas(at: offset, arguments)
        }
        switch (name, arguments.count) {
        case ("all", 2): return try loop(.all, offset, receiver, arguments, variables: 1)
        case ("all", 3): return try loop(.all, offset, receiver, arguments, variables: 2)
        case ("exists", 2): return try loop(.exists, offset, receiver, arguments, variables: 1)
        case ("exists", 3): return try loop(.exists, offset, receiver, arguments, variables: 2)
        case ("exists_one", 2), ("existsOne", 2):
            return try loop(.existsOne, offset, receiver, arguments, variables: 1)
        case ("exists_one", 3), ("existsOne", 3):
            return try loop(.existsOne, offset, receiver, arguments, variables: 2)
        case ("filter", 2): return try loop(.filter, offset, receiver, arguments, variables: 1)
        case ("map", 2), ("map", 3):
            return try loop(.map, offset, receiver, arguments, variables: 1)
        case ("sortBy", 2): return try loop(.sortBy, offset, receiver, arguments, variables: 1)
        case ("transformList", 3), ("transformList", 4):
            return try loop(.transformList, offset, receiver, arguments, variables: 2)
        case ("transformMap", 3), ("transformMap", 4):
            return try loop(.transformMap, offset, receiver, arguments, variables: 2)
        case ("transformMapEntry", 3), ("transformMapEntry", 4):
            return try loop(.transformMapEntry, offset, receiver, arguments, variables: 2)
        case ("optMap", 2):
            return try loop(.optionalMap, offset, receiver, arguments, variables: 1)
        case ("optFlatMap", 2):
            return try loop(.optionalFlatMap, offset, receiver, arguments, variables: 1)
        case ("bind", 3) where isVariable(receiver, "cel"):
            let swapped = [arguments[0], arguments[2]]
            return try loop(.bind, offset, arguments[1], swapped, variables: 1)
        default: return nil
        }
    }

    private func isVariable(_ node: NodeIndex, _ name: String) -> Bool {
        guard case .variable(let index) = tree.nodes[Int(node)] else { return false }
        return tree.names[Int(index)] == name
    }

    private mutating func expandHas(
        at offset: Int, _ arguments: [NodeIndex]
    ) throws(ExpressionError) -> NodeIndex {
        guard arguments.count == 1 else {
            throw ExpressionError("has() takes 1 argument, found \(arguments.count)", at: offset)
        }
        switch tree.nodes[Int(arguments[0])] {
        case .select(let operand, let name), .optionalSelect(let operand, let name):
            return try add(.has(operand, name: name), at: offset, over: [operand])
        case .index(let operand, let key):
            if case .constant(let index) = tree.nodes[Int(key)],
                case .string(let text) = tree.constants[Int(index)]
            {
                return try add(.has(operand, name: name(text)), at: offset, over: [operand])
            }
            fallthrough
        default:
            throw ExpressionError(
                "has() takes a field, as has(tasks.fetch.outputs.score)",
                at: tree.offset(arguments[0]))
        }
    }

    /// Makes a comprehension whose last argument is its result, or its condition where it has none.
    private mutating func loop(
        _ kind: Comprehension.Kind, _ offset: Int, _ range: NodeIndex, _ arguments: [NodeIndex],
        variables: Int
    ) throws(ExpressionError) -> NodeIndex {
        var names: [Int32] = []
        for argument in arguments.prefix(variables) {
            guard case .variable(let name) = tree.nodes[Int(argument)] else {
                throw ExpressionError(
                    "expected the name of a variable for each element",
                    at: tree.offset(argument), suggestion: "as in list.all(item, item > 0)")
            }
            names.append(name)
        }
        if names.count == 2, names[0] == names[1] {
            throw ExpressionError(
                "the two variables have one name, '\(tree.names[Int(names[0])])'",
                at: tree.offset(arguments[1]))
        }
        var loop = Comprehension(kind: kind, range: range, firstName: names[0])
        if names.count == 2 { loop.secondName = names[1] }
        let rest = arguments.dropFirst(variables)
        switch kind {
        case .all, .exists, .existsOne, .filter: loop.filter = rest.last ?? -1
        default:
            loop.result = rest.last ?? -1
            if rest.count == 2 { loop.filter = rest.first ?? -1 }
        }
        tree.comprehensions.append(loop)
        return try add(
            .comprehension(Int32(tree.comprehensions.count - 1)), at: offset,
            over: [range] + rest)
    }
}
