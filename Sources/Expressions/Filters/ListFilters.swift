extension Evaluator {
    /// The elements that a filter goes through: of a list, of a map its keys, of a text its letters.
    mutating func sequence(
        _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> [CELValue] {
        switch value {
        case .list(let list):
            try charge(list.count, at: input.node)
            return list.values
        case .map(let map):
            try charge(map.count, at: input.node)
            return map.entries.map(\.key)
        case .string(let text):
            try checkList(count: text.unicodeScalars.count, at: input.node)
            return text.unicodeScalars.map { .string(String($0)) }
        default: throw unfit(value, input)
        }
    }

    mutating func listFilter(
        _ filter: Filter, _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        switch filter {
        case .length:
            guard let count = try apply(.size, value, at: input.node) else {
                throw unfit(value, input)
            }
            return count
        case .items, .dictsort: return try pairs(filter, value, input)
        default: break
        }
        let elements = try sequence(value, input)
        switch filter {
        case .first, .last:
            guard let element = filter == .first ? elements.first : elements.last else {
                throw empty(input)
            }
            return element
        case .list: return .list(CELList(elements))
        case .join: return .string(try joined(elements, input))
        case .reverse:
            if case .string = value {
                return try apply(.reverse, value, at: input.node) ?? value
            }
            return .list(CELList(elements.reversed()))
        case .sort: return .list(CELList(try sortedFilter(elements, input)))
        case .unique: return .list(CELList(try unique(elements, input)))
        case .min, .max: return try extreme(filter, elements, input)
        case .batch: return try batches(elements, input)
        case .slice: return try slices(elements, input)
        case .groupby: return try groups(elements, input)
        default: throw unfit(value, input)
        }
    }

    private func empty(_ input: FilterInput) -> EvaluationError {
        error(.noValue, "the filter \(input.name) got nothing to choose from", at: input.node)
    }

    private mutating func apply(
        _ function: Function, _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        function == .size
            ? try inspect(function, [value], at: node) : try list(function, [value], at: node)
    }

    private mutating func joined(
        _ elements: [CELValue], _ input: FilterInput
    ) throws(EvaluationError) -> String {
        let separator = try string(0, of: input) ?? ""
        let path = try fieldPath(1, of: input)
        var text = ""
        for (index, element) in elements.enumerated() {
            if index > 0 { text += separator }
            let part = try outputText(try field(path, of: element, input), at: input.node)
            text += part
            try charge(units: part.utf8.count + separator.utf8.count, at: input.node)
            guard text.utf8.count <= Limits.stringBytes else {
                throw error(
                    .tooLarge, "the text is over \(Limits.stringBytes) bytes", at: input.node)
            }
        }
        return text
    }

    // MARK: Order

    /// What elements are ordered and told apart by: a field, small letters for large ones.
    private mutating func keys(
        _ elements: [CELValue], from index: Int, _ input: FilterInput
    ) throws(EvaluationError) -> [CELValue] {
        let isCaseSensitive = try flag(index, of: input)
        let path = try fieldPath(index + 1, of: input)
        var keys: [CELValue] = []
        keys.reserveCapacity(elements.count)
        for element in elements {
            keys.append(
                try key(try field(path, of: element, input), isCaseSensitive, at: input.node))
        }
        return keys
    }

    private mutating func key(
        _ value: CELValue, _ isCaseSensitive: Bool, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        guard case .string(let text) = value, !isCaseSensitive else { return value }
        try charge(units: text.utf8.count, at: node)
        return .string(text.lowercased())
    }

    private mutating func sortedFilter(
        _ elements: [CELValue], _ input: FilterInput
    ) throws(EvaluationError) -> [CELValue] {
        let isReversed = try flag(0, of: input)
        let keys = try keys(elements, from: 1, input)
        guard isReversed else { return try sorted(elements, by: keys, at: input.node) }
        // Elements with equal keys keep their order in the reversed list too, as in Jinja.
        return try sorted(elements.reversed(), by: keys.reversed(), at: input.node).reversed()
    }

    private mutating func unique(
        _ elements: [CELValue], _ input: FilterInput
    ) throws(EvaluationError) -> [CELValue] {
        let keys = try keys(elements, from: 0, input)
        var seen: Set<CELMapKey> = []
        var others: [CELValue] = []
        var result: [CELValue] = []
        for (element, key) in zip(elements, keys) {
            try charge(units: key.lookupUnits, at: input.node)
            if let mapKey = CELMapKey(lookup: key) {
                if seen.insert(mapKey).inserted { result.append(element) }
                continue
            }
            var isKnown = false
            for other in others where try areEqual(key, other, at: input.node) { isKnown = true }
            try charge(others.count, at: input.node)
            guard !isKnown else { continue }
            others.append(key)
            result.append(element)
        }
        return result
    }

    private mutating func extreme(
        _ filter: Filter, _ elements: [CELValue], _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        let keys = try keys(elements, from: 0, input)
        guard var best = elements.indices.first else { throw empty(input) }
        for index in elements.indices.dropFirst() {
            try charge(units: keys[index].lookupUnits, at: input.node)
            guard let order = keys[index].order(to: keys[best]) else {
                throw noOverload(input.name, [keys[best], keys[index]], at: input.node)
            }
            if order == (filter == .min ? .less : .greater) { best = index }
        }
        return elements[best]
    }

    // MARK: Groups

    /// The entries of a map as pairs, in their order or sorted by key or value.
    private mutating func pairs(
        _ filter: Filter, _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        guard case .map(let map) = value else { throw unfit(value, input) }
        try charge(map.count * 2, at: input.node)
        let entries = map.entries
        var pairs = entries.map { CELValue.list(CELList([$0.key, $0.value])) }
        guard filter == .dictsort else { return .list(CELList(pairs)) }
        let by = try string(1, of: input) ?? "key"
        guard by == "key" || by == "value" else {
            throw error(
                .invalidArgument, "dictsort takes key or value, not '\(by)'", at: input.node)
        }
        let isCaseSensitive = try flag(0, of: input)
        var keys: [CELValue] = []
        for entry in entries {
            keys.append(
                try key(by == "key" ? entry.key : entry.value, isCaseSensitive, at: input.node))
        }
        if try flag(2, of: input) {
            pairs = try sorted(pairs.reversed(), by: keys.reversed(), at: input.node).reversed()
        } else {
            pairs = try sorted(pairs, by: keys, at: input.node)
        }
        return .list(CELList(pairs))
    }

    /// Lists of so many elements, the last filled up where a filling is given.
    private mutating func batches(
        _ elements: [CELValue], _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        let size = try bounded(0, of: input, or: 1, within: 1...Limits.elements)
        var result: [CELValue] = []
        for start in stride(from: 0, to: elements.count, by: size) {
            var part = Array(elements[start..<min(start + size, elements.count)])
            if let filling = input.argument(1), part.count < size {
                try checkList(count: size, at: input.node)
                part += Array(repeating: filling, count: size - part.count)
            }
            result.append(.list(CELList(part)))
        }
        return .list(CELList(result))
    }

    /// So many lists of nearly equal length, the first ones the longer.
    private mutating func slices(
        _ elements: [CELValue], _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        let count = try bounded(0, of: input, or: 1, within: 1...Limits.elements)
        try checkList(count: count, at: input.node)
        let (size, longer) = elements.count.quotientAndRemainder(dividingBy: count)
        var result: [CELValue] = []
        var start = 0
        for index in 0..<count {
            let end = start + size + (index < longer ? 1 : 0)
            var part = Array(elements[start..<end])
            if let filling = input.argument(1), index >= longer { part.append(filling) }
            result.append(.list(CELList(part)))
            start = end
        }
        return .list(CELList(result))
    }

    /// Elements with one value of a field together: maps of `grouper` and `list`, by that value.
    private mutating func groups(
        _ elements: [CELValue], _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        let path = try fieldPath(0, of: input)
        var keys: [CELValue] = []
        var fields: [CELValue] = []
        for element in elements {
            let value = try field(path, of: element, input)
            fields.append(value)
            keys.append(try key(value, false, at: input.node))
        }
        let order = try sorted(
            elements.indices.map { .int(Int64($0)) }, by: keys, at: input.node)
        var groups: [(grouper: CELValue, key: CELValue, list: [CELValue])] = []
        for case .int(let index) in order {
            let place = Int(index)
            if let last = groups.last, try areEqual(last.key, keys[place], at: input.node) {
                groups[groups.count - 1].list.append(elements[place])
            } else {
                groups.append((fields[place], keys[place], [elements[place]]))
            }
        }
        return .list(
            CELList(
                groups.compactMap { group in
                    CELMap([
                        (.string("grouper"), group.grouper),
                        (.string("list"), .list(CELList(group.list))),
                    ]).map(CELValue.map)
                }))
    }
}
