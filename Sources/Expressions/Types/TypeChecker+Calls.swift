extension TypeChecker {
    mutating func call(_ call: Call, at node: NodeIndex) -> ExpressionType {
        let arguments = call.arguments.indices.map { tree.children[$0] }
        guard let function = call.function else {
            for argument in arguments { _ = check(argument) }
            return .dyn
        }
        if function == .or || function == .orValue {
            return alternative(function, arguments, at: node)
        }
        let types = arguments.map { check($0) }
        if function == .greatest || function == .least {
            return extremum(types, call, at: node)
        }
        let overloads = Overload.all(of: function).filter { overload in
            overload.parameters.count == types.count
                && zip(overload.parameters, types).allSatisfy { parameter, type in
                    type.isDynamic || type.alternatives.contains(where: parameter.takes)
                }
        }
        guard let first = overloads.first else {
            reportMismatch(call, types, at: node)
            return .dyn
        }
        checkLiterals(of: call, at: node)
        let results = overloads.map { result($0, types) }
        return overloads.count == 1 ? result(first, types) : .union(of: results)
    }

    private mutating func reportMismatch(
        _ call: Call, _ types: [ExpressionType], at node: NodeIndex
    ) {
        let name = tree.names[Int(call.name)]
        let names = types.map(\.description)
        if call.isMethod, let receiver = types.first {
            let rest = names.dropFirst().joined(separator: ", ")
            report("\(TypeChecker.article(receiver)) has no method \(name)(\(rest))", at: node)
        } else {
            report("\(name)() does not take (\(names.joined(separator: ", ")))", at: node)
        }
    }

    private func result(_ overload: Overload, _ types: [ExpressionType]) -> ExpressionType {
        let first = types.first ?? .dyn
        switch overload.result {
        case .type(let type): return type
        case .argument:
            let taken = first.alternatives.filter(overload.parameters[0].takes)
            return taken.isEmpty ? .dyn : .union(of: taken)
        case .elements: return .list(element(of: first))
        case .optionalElement: return .optional(element(of: first))
        case .optionalArgument: return .optional(first)
        case .held: return held(by: first)
        case .extremum: return .dyn
        }
    }

    /// The type of the elements that a list of a type can have.
    func element(of type: ExpressionType) -> ExpressionType {
        let elements: [ExpressionType] = type.alternatives.compactMap {
            if case .list(let element) = $0 { return element }
            return $0 == .dyn ? .dyn : nil
        }
        return elements.isEmpty ? .dyn : .union(of: elements)
    }

    private func held(by type: ExpressionType) -> ExpressionType {
        let inner: [ExpressionType] = type.alternatives.compactMap {
            if case .optional(let inner) = $0 { return inner }
            return $0 == .dyn ? .dyn : nil
        }
        return inner.isEmpty ? .dyn : .union(of: inner)
    }

    private mutating func extremum(
        _ types: [ExpressionType], _ call: Call, at node: NodeIndex
    ) -> ExpressionType {
        var candidates = types
        if types.count == 1, types[0].alternatives.contains(where: Overload.Parameter.list.takes) {
            candidates = [element(of: types[0])]
        }
        for type in candidates where !type.isDynamic {
            guard type.alternatives.contains(where: Overload.Parameter.number.takes) else {
                reportMismatch(call, types, at: node)
                return .dyn
            }
        }
        let isKnown = candidates.allSatisfy { !$0.isDynamic }
        return isKnown ? .union(of: candidates) : .dyn
    }

    /// The type of `a.or(b)` and `a.orValue(b)`.
    private mutating func alternative(
        _ function: Function, _ arguments: [NodeIndex], at node: NodeIndex
    ) -> ExpressionType {
        let first = check(arguments[0])
        let second = check(arguments[1])
        guard
            first.isDynamic || first.alternatives.contains(where: Overload.Parameter.optional.takes)
        else {
            report(
                "\(Self.article(first)) is no optional, so it has no \(function)()", at: node,
                suggestion: "write value.?name or list[?index] to get one")
            return .dyn
        }
        if function == .or { return .union(of: [first, second]) }
        return .union(of: [held(by: first), second])
    }

    // MARK: Macros

    mutating func comprehension(_ loop: Comprehension, at node: NodeIndex) -> ExpressionType {
        let range = check(loop.range)
        let slot = Int(loop.slot)
        switch loop.kind {
        case .bind:
            slots[slot] = range
            return check(loop.result)
        case .optionalMap, .optionalFlatMap:
            if !range.isDynamic,
                !range.alternatives.contains(where: Overload.Parameter.optional.takes)
            {
                report("\(Self.article(range)) is no optional", at: node)
            }
            slots[slot] = held(by: range)
            let result = check(loop.result)
            return loop.kind == .optionalMap ? .optional(result) : .optional(held(by: result))
        default: break
        }
        bind(loop, range, at: node)
        if loop.filter >= 0 {
            require(.bool, check(loop.filter), at: loop.filter) {
                "the condition is \(Self.article($0)), not a bool"
            }
        }
        let result = loop.result >= 0 ? check(loop.result) : slots[slot]
        switch loop.kind {
        case .all, .exists, .existsOne: return .bool
        case .map, .transformList, .filter: return .list(result)
        case .sortBy: return .list(element(of: range))
        default: return .map(key: .dyn, value: .dyn)
        }
    }

    /// Gives the variables of a macro the types of what it goes through.
    private mutating func bind(_ loop: Comprehension, _ range: ExpressionType, at node: NodeIndex) {
        let isPair = loop.secondName >= 0
        var firsts: [ExpressionType] = []
        var seconds: [ExpressionType] = []
        for alternative in range.alternatives {
            switch alternative {
            case .dyn:
                firsts.append(.dyn)
                seconds.append(.dyn)
            case .list(let element):
                firsts.append(isPair ? .int : element)
                seconds.append(element)
            case .map(let key, let value):
                firsts.append(key)
                seconds.append(value)
            case .object(let object):
                firsts.append(.string)
                seconds.append(object.isOpen ? .dyn : .union(of: Array(object.fields.values)))
            default: break
            }
        }
        if firsts.isEmpty, !range.isDynamic {
            report("\(Self.article(range)) has no elements to go through", at: node)
        }
        slots[Int(loop.slot)] = firsts.isEmpty ? .dyn : .union(of: firsts)
        slots[Int(loop.slot) + 1] = seconds.isEmpty ? .dyn : .union(of: seconds)
    }
}
