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
        let merges = members.filter(\.key.isMerge)
        members.removeAll(where: \.key.isMerge)
        try refuseDuplicates()
        try merge(merges)
        let nodes = members.map {
            YAMLMember(key: $0.key.text, keyPosition: $0.key.position, value: $0.value)
        }
        return (.mapping(nodes), .object(sortedObject()))
    }

    /// The object, sorted here once: adding members one by one to a `JSONObject` is quadratic when
    /// they arrive in the wrong order.
    private func sortedObject() -> JSONObject {
        let order = MappingMembers.order(members.map(\.key.text))
        return JSONObject(order.lazy.map { (members[$0].key.text, members[$0].json) })
    }

    private func refuseDuplicates() throws(YAMLError) {
        let order = MappingMembers.order(members.map(\.key.text))
        var found: (first: Int, second: Int)?
        for (first, second) in zip(order, order.dropFirst())
        where MappingMembers.same(members[first].key.text, members[second].key.text) {
            if second < (found?.second ?? .max) { found = (first, second) }
        }
        guard let found else { return }
        throw duplicate(members[found.first].key, members[found.second].key)
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
        guard !merges.isEmpty else { return }
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

    /// The indices of texts in the order of their bytes; equal ones keep theirs.
    private static func order(_ texts: [String]) -> [Int] {
        let isSorted = zip(texts, texts.dropFirst()).allSatisfy { precedes($0, $1) }
        guard !isSorted else { return Array(texts.indices) }
        return texts.indices.sorted { first, second in
            if precedes(texts[first], texts[second]) { return true }
            return first < second && same(texts[first], texts[second])
        }
    }

    private static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }

    private static func same(_ first: String, _ second: String) -> Bool {
        first.utf8.elementsEqual(second.utf8)
    }
}
