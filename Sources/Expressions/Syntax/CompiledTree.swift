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
    let root: NodeIndex
    let slotCount: Int

    init(_ tree: SyntaxTree) {
        nodes = tree.nodes
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
