extension Evaluator {
    mutating func comprehension(
        _ index: Int, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        let loop = tree.comprehensions[index]
        let range = try evaluate(loop.range)
        switch loop.kind {
        case .bind:
            setSlot(loop.slot, to: range)
            return try evaluate(loop.result)
        case .optionalMap, .optionalFlatMap: return try optionalMap(loop, range, at: node)
        case .all, .exists: return try quantifier(loop, range, at: node)
        case .existsOne: return try existsOne(loop, range, at: node)
        case .map, .filter, .transformList: return try transformList(loop, range, at: node)
        case .transformMap, .transformMapEntry: return try transformMap(loop, range, at: node)
        case .sortBy: return try sortBy(loop, range, at: node)
        }
    }

    /// The number of elements to go through.
    private func count(
        of range: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> Int {
        switch range {
        case .list(let list): return list.count
        case .map(let map): return map.count
        default:
            throw error(
                .noSuchOverload, "a value of type \(range.type.name) has no elements to go through",
                at: node)
        }
    }

    /// Gives the loop's variables their values for one element: of a list the index and the element,
    /// of a map the key and the value; a single variable is the element or the key.
    private mutating func bind(
        _ loop: Comprehension, _ range: CELValue, _ index: Int, at node: NodeIndex
    ) throws(EvaluationError) {
        try charge(1, at: node)
        let isPair = loop.secondName >= 0
        switch range {
        case .list(let list):
            setSlot(isPair ? loop.slot + 1 : loop.slot, to: list[index])
            if isPair { setSlot(loop.slot, to: .int(Int64(index))) }
        case .map(let map):
            setSlot(loop.slot, to: map.key(at: index))
            if isPair { setSlot(loop.slot + 1, to: map.value(at: index)) }
        default: break
        }
    }

    private mutating func condition(_ node: NodeIndex) throws(EvaluationError) -> Bool {
        guard case .bool(let flag) = try evaluate(node) else {
            throw error(.noSuchOverload, "the condition is no boolean", at: node)
        }
        return flag
    }

    /// Evaluates `all` or `exists`, where an element that decides makes the errors of others of no
    /// account.
    private mutating func quantifier(
        _ loop: Comprehension, _ range: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        let deciding = loop.kind == .exists
        var failure: EvaluationError?
        for index in 0..<(try count(of: range, at: node)) {
            try bind(loop, range, index, at: node)
            do throws(EvaluationError) {
                if try condition(loop.filter) == deciding { return .bool(deciding) }
            } catch {
                if error.isFinal { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!deciding)
    }

    private mutating func existsOne(
        _ loop: Comprehension, _ range: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        var matches = 0
        for index in 0..<(try count(of: range, at: node)) {
            try bind(loop, range, index, at: node)
            if try condition(loop.filter) { matches += 1 }
        }
        return .bool(matches == 1)
    }

    private mutating func transformList(
        _ loop: Comprehension, _ range: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        var values: [CELValue] = []
        for index in 0..<(try count(of: range, at: node)) {
            try bind(loop, range, index, at: node)
            if loop.filter >= 0 {
                guard try condition(loop.filter) else { continue }
            }
            if loop.result >= 0 {
                values.append(try evaluate(loop.result))
            } else {
                // A filter of a map gives its keys.
                values.append(element(of: range, index))
            }
        }
        return .list(CELList(values))
    }

    private func element(of range: CELValue, _ index: Int) -> CELValue {
        switch range {
        case .list(let list): list[index]
        case .map(let map): map.key(at: index)
        default: .null
        }
    }

    private mutating func transformMap(
        _ loop: Comprehension, _ range: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        var builder = CELMapBuilder()
        for index in 0..<(try count(of: range, at: node)) {
            try bind(loop, range, index, at: node)
            if loop.filter >= 0 {
                guard try condition(loop.filter) else { continue }
            }
            let result = try evaluate(loop.result)
            guard loop.kind == .transformMapEntry else {
                let key: CELValue =
                    if case .map(let map) = range { map.key(at: index) } else { .int(Int64(index)) }
                try insert(key, result, into: &builder, at: node)
                continue
            }
            guard case .map(let entries) = result else {
                throw error(
                    .noSuchOverload, "transformMapEntry() takes a map for each element",
                    at: loop.result)
            }
            for entry in entries.entries {
                try charge(1, at: node)
                try insert(entry.key, entry.value, into: &builder, at: node)
            }
        }
        return .map(builder.map)
    }

    private mutating func sortBy(
        _ loop: Comprehension, _ range: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        guard case .list(let list) = range else { throw noOverload("sortBy", [range], at: node) }
        var keys: [CELValue] = []
        for index in 0..<list.count {
            try bind(loop, range, index, at: node)
            keys.append(try evaluate(loop.result))
        }
        return .list(CELList(try sorted(list.values, by: keys, at: node)))
    }

    /// The values in the order of their keys, those of equal keys in the order they had.
    mutating func sorted(
        _ values: [CELValue], by keys: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> [CELValue] {
        // Each key is compared about as often as a list of so many can be halved.
        let halvings = Int.bitWidth - keys.count.leadingZeroBitCount
        for key in keys {
            try charge(units: key.lookupUnits * (halvings + 1), at: node)
        }
        try charge(keys.count * halvings, at: node)
        for key in keys.dropFirst() where keys[0].order(to: key) == nil {
            throw noOverload("sort", [keys[0], key], at: node)
        }
        if let key = keys.first, key.order(to: key) == nil {
            throw noOverload("sort", [key], at: node)
        }
        let order = keys.indices.sorted { first, second in
            switch keys[first].order(to: keys[second]) {
            case .less: true
            case .greater: false
            default: first < second
            }
        }
        return order.map { values[$0] }
    }

    private mutating func optionalMap(
        _ loop: Comprehension, _ range: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        guard case .optional(let value) = range else {
            throw noOverload(loop.kind == .optionalMap ? "optMap" : "optFlatMap", [range], at: node)
        }
        guard let value else { return .optional(nil) }
        setSlot(loop.slot, to: value)
        let result = try evaluate(loop.result)
        if loop.kind == .optionalMap { return .optional(result) }
        guard case .optional = result else { throw noOverload("optFlatMap", [result], at: node) }
        return result
    }
}
