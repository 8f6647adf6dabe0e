internal import Patterns

/// A resolved tree, shared by all copies of its expression and all its evaluations.
final class CompiledTree: Sendable {
    let nodes: [Node]
    let offsets: [Int32]
    let children: [NodeIndex]
    let constants: [CELValue]
    let names: [String]
    let calls: [Call]
    let comprehensions: [Comprehension]
    let filters: [FilterCall]
    let patterns: [Pattern]
    let sets: [ConstantSet]
    let root: NodeIndex
    let slotCount: Int

    init(_ tree: SyntaxTree) {
        (nodes, sets) = ConstantSet.folded(tree)
        offsets = tree.offsets
        children = tree.children
        constants = tree.constants
        names = tree.names
        calls = tree.calls
        comprehensions = tree.comprehensions
        filters = tree.filters
        patterns = tree.patterns
        root = tree.root
        slotCount = tree.slotCount
    }

    func offset(_ node: NodeIndex) -> Int { Int(offsets[Int(node)]) }
}

/// The elements of a literal list, for finding one without going through all.
struct ConstantSet: Sendable {
    /// The fewest elements for which a set is faster than a look at each.
    private static let minimumCount = 8

    let list: CELList
    private let keys: Set<CELMapKey>

    /// Whether a value is in it; nil where only a look at each element can tell.
    ///
    /// A double finds the integers that are equal by value, which keys of maps do in part only.
    func contains(_ value: CELValue) -> Bool? {
        if case .double = value { return nil }
        return CELMapKey(value).map(keys.contains)
    }

    /// The nodes of a tree, in which a search in a long literal list is one by key.
    static func folded(_ tree: SyntaxTree) -> (nodes: [Node], sets: [ConstantSet]) {
        var nodes = tree.nodes
        var sets: [ConstantSet] = []
        for (index, node) in tree.nodes.enumerated() {
            guard case .binary(.memberOf, let value, let container) = node,
                case .constant(let constant) = tree.nodes[Int(container)],
                case .list(let list) = tree.constants[Int(constant)], list.count >= minimumCount
            else { continue }
            var keys: Set<CELMapKey> = []
            for element in list.values {
                if case .double = element { break }
                guard let key = CELMapKey(element) else { break }
                keys.insert(key)
            }
            // Fewer keys than elements: one repeats, or is of a kind that is no key.
            guard keys.count == list.count else { continue }
            nodes[index] = .memberOfSet(value, set: Int32(sets.count))
            sets.append(ConstantSet(list: list, keys: keys))
        }
        return (nodes, sets)
    }
}
