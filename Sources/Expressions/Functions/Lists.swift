extension Evaluator {
    mutating func list(
        _ function: Function, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch (function, arguments[0]) {
        case (.reverse, .string(let text)):
            try checkString(bytes: text.utf8.count, at: node)
            return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
        case (.range, .int(let count)):
            try checkList(count: Int(clamping: max(0, count)), at: node)
            return .list(CELList((0..<max(0, count)).map(CELValue.int)))
        case (.join, .list(let list)):
            return try join(list, arguments.count > 1 ? arguments[1] : .string(""), at: node)
        case (_, .list(let list)):
            try charge(list.count, at: node)
            return try reorder(function, list, Array(arguments.dropFirst()), at: node)
        default: return nil
        }
    }

    private mutating func reorder(
        _ function: Function, _ list: CELList, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch function {
        case .reverse: return .list(CELList(list.values.reversed()))
        case .first: return .optional(list.count == 0 ? nil : list[0])
        case .last: return .optional(list.count == 0 ? nil : list[list.count - 1])
        case .sort: return .list(CELList(try sorted(list.values, by: list.values, at: node)))
        case .distinct: return try distinct(list, at: node)
        case .flatten:
            guard let depth = arguments.first else { return try flatten(list, depth: 1, at: node) }
            guard case .int(let depth) = depth else { return nil }
            guard depth >= 0 else {
                throw error(.invalidArgument, "flatten() takes no negative level", at: node)
            }
            return try flatten(list, depth: Int(clamping: depth), at: node)
        case .slice:
            guard case .int(let start) = arguments[0], case .int(let end) = arguments[1] else {
                return nil
            }
            guard start >= 0, start <= end, end <= list.count else {
                throw error(
                    .indexOutOfRange, "no slice \(start) to \(end) of a list of \(list.count)",
                    at: node)
            }
            return .list(CELList(Array(list.values[Int(start)..<Int(end)])))
        default: return nil
        }
    }

    private mutating func distinct(
        _ list: CELList, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        var values: [CELValue] = []
        var keys: Set<CELMapKey> = []
        for value in list.values {
            try charge(units: value.lookupUnits, at: node)
            if let key = CELMapKey(lookup: value) {
                if keys.insert(key).inserted { values.append(value) }
            } else if !(try contains(value, in: values, at: node)) {
                values.append(value)
            }
        }
        return .list(CELList(values))
    }

    /// A loop with a stack of the lists that are open.
    private mutating func flatten(
        _ list: CELList, depth: Int, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        var values: [CELValue] = []
        var open: [(list: CELList, next: Int)] = [(list, 0)]
        while let top = open.last {
            guard top.next < top.list.count else {
                open.removeLast()
                continue
            }
            try charge(1, at: node)
            open[open.count - 1].next += 1
            if case .list(let inner) = top.list[top.next], open.count <= depth {
                open.append((inner, 0))
            } else {
                values.append(top.list[top.next])
                try checkList(count: values.count, at: node, charging: false)
            }
        }
        return .list(CELList(values))
    }

    private mutating func join(
        _ list: CELList, _ separator: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        guard case .string(let separator) = separator else { return nil }
        var text = ""
        for index in 0..<list.count {
            guard case .string(let part) = list[index] else { return nil }
            if index > 0 { text += separator }
            text += part
            try charge(units: part.utf8.count + separator.utf8.count, at: node)
            guard text.utf8.count <= Limits.stringBytes else {
                throw error(.tooLarge, "the text is over \(Limits.stringBytes) bytes", at: node)
            }
        }
        try charge(list.count, at: node)
        return .string(text)
    }

    private mutating func contains(
        _ value: CELValue, in values: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> Bool {
        for candidate in values {
            try charge(1, at: node)
            if try areEqual(value, candidate, at: node) { return true }
        }
        return false
    }

    mutating func set(
        _ function: Function, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        guard case .list(let first) = arguments[0], case .list(let second) = arguments[1] else {
            return nil
        }
        let left = first.values
        let right = second.values
        switch function {
        case .setsContains: return .bool(try containsAll(left, right, at: node))
        case .setsEquivalent:
            guard try containsAll(left, right, at: node) else { return .bool(false) }
            return .bool(try containsAll(right, left, at: node))
        default:
            for value in right where try contains(value, in: left, at: node) { return .bool(true) }
            return .bool(false)
        }
    }

    private mutating func containsAll(
        _ values: [CELValue], _ wanted: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> Bool {
        for value in wanted {
            guard try contains(value, in: values, at: node) else { return false }
        }
        return true
    }
}
