import Values

/// The members of a mapping at its end: duplicates are refused, merge keys take effect.
struct MappingMembers {
    private typealias Member = (key: Frame.Key, value: YAMLNode, json: JSON)

    private var members: [Member]

    init(keys: [Frame.Key], values: [YAMLNode], json: [JSON]) {
        members = []
        members.reserveCapacity(keys.count)
        for (index, key) in keys.enumerated() { members.append((key, values[index], json[index])) }
    }

    mutating func resolve() throws(YAMLError) -> (YAMLNode.Content, JSON) {
        var merges: [Member] = []
        if members.contains(where: \.key.isMerge) {
            merges = members.filter(\.key.isMerge)
            members.removeAll(where: \.key.isMerge)
        }
        var order = sortedOrder()
        try refuseDuplicates(order)
        if !merges.isEmpty {
            try merge(merges)
            order = sortedOrder()
        }
        var nodes: [YAMLMember] = []
        nodes.reserveCapacity(members.count)
        for member in members {
            nodes.append(
                YAMLMember(
                    key: member.key.text, keyPosition: member.key.position, value: member.value))
        }
        return (.mapping(nodes), .object(object(order)))
    }

    /// The object, sorted here once: adding members one by one to a `JSONObject` is quadratic when
    /// they arrive in the wrong order.
    private func object(_ order: [Int]?) -> JSONObject {
        guard let order else { return JSONObject(members.lazy.map { ($0.key.text, $0.json) }) }
        return JSONObject(order.lazy.map { (members[$0].key.text, members[$0].json) })
    }

    private func refuseDuplicates(_ order: [Int]?) throws(YAMLError) {
        guard let order else { return }
        var found: (first: Int, second: Int)?
        for (first, second) in zip(order, order.dropFirst())
        where MappingMembers.same(members[first].key.text, members[second].key.text) {
            if second < (found?.second ?? .max) { found = (first, second) }
        }
        guard let found else { return }
        throw duplicate(members[found.first].key, members[found.second].key)
    }

    /// The members' indices in the order of the bytes of their keys, equal ones as they came; nil
    /// where that is the order they are in, with none equal.
    private func sortedOrder() -> [Int]? {
        let isSorted = members.indices.dropFirst().allSatisfy { index in
            MappingMembers.precedes(members[index - 1].key.text, members[index].key.text)
        }
        guard !isSorted else { return nil }
        return members.indices.sorted { first, second in
            let (former, latter) = (members[first].key.text, members[second].key.text)
            if MappingMembers.precedes(former, latter) { return true }
            return first < second && MappingMembers.same(former, latter)
        }
    }

    private func duplicate(_ first: Frame.Key, _ second: Frame.Key) -> YAMLError {
        YAMLError(
            .duplicateKey,
            "the key '\(CoreSchema.excerpt(second.text))' is here twice, first at line "
                + "\(first.position.line), column \(first.position.column): remove one",
            at: second.position, related: first.position)
    }

    /// Puts in what the merge keys hold.
    ///
    /// That is a mapping, or a sequence of them of which the earlier win; own members win over all.
    ///
    /// Source: https://yaml.org/type/merge.html
    private mutating func merge(_ merges: [Member]) throws(YAMLError) {
        if merges.count > 1 { throw duplicate(merges[0].key, merges[1].key) }
        var present = Set(members.map { Array($0.key.text.utf8) })
        for merge in merges {
            let sources: [(YAMLNode, JSON)] =
                switch (merge.value.content, merge.json) {
                case (.sequence(let nodes), .array(let values)): Array(zip(nodes, values))
                default: [(merge.value, merge.json)]
                }
            for (node, json) in sources {
                guard case .mapping(let added) = node.content else {
                    throw YAMLError(
                        .invalidMerge,
                        "'<<' takes an alias of a mapping or a list of such: correct it, or put "
                            + "'<<' in quotes if it is a name",
                        at: merge.key.position)
                }
                for member in added where present.insert(Array(member.key.utf8)).inserted {
                    let key = Frame.Key(
                        text: member.key, position: member.keyPosition, isMerge: false)
                    members.append((key, member.value, json[member.key] ?? .null))
                }
            }
        }
    }

    private static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }

    private static func same(_ first: String, _ second: String) -> Bool {
        first.utf8.elementsEqual(second.utf8)
    }
}
