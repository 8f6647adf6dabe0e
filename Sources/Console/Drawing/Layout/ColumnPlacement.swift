/// Where the middle of each node of a layered graph is, from left to right.
///
/// Each layer in turn is placed as near to the nodes it is joined to as its order and the distances
/// allow: the least sum of weighted squares, which merging neighbours that would overlap gives exactly
/// (pool adjacent violators). Lines that pass layers weigh more, so that they are straight.
struct ColumnPlacement {
    /// The middles, by node.
    private(set) var columns: [Double]
    private let graph: LayeredGraph
    private let spacing: LayeredLayout.Spacing

    private static let sweeps = 16

    init(_ graph: LayeredGraph, _ spacing: LayeredLayout.Spacing) {
        self.graph = graph
        self.spacing = spacing
        columns = graph.nodes.map { _ in 0 }
        for layer in graph.layers {
            var edge = 0.0
            for (index, node) in layer.enumerated() {
                if index > 0 { edge += distance(layer[index - 1], node) }
                columns[node] = edge
            }
            for node in layer { columns[node] -= edge / 2 }
        }
        for sweep in 0..<ColumnPlacement.sweeps {
            let isDown = sweep % 2 == 0
            for layer in isDown ? graph.layers : graph.layers.reversed() {
                place(layer, above: isDown, below: !isDown)
            }
        }
        // At last each layer heeds both sides.
        for sweep in 0..<24 {
            for layer in sweep % 2 == 0 ? graph.layers : graph.layers.reversed() {
                place(layer, above: true, below: true)
            }
        }
    }

    /// The least distance between the middles of two nodes side by side.
    private func distance(_ left: Int, _ right: Int) -> Double {
        let (one, other) = (graph.nodes[left], graph.nodes[right])
        let gap = one.isLine || other.isLine ? spacing.besideLine : spacing.between
        return (one.size.x + other.size.x) / 2 + gap
    }

    private mutating func place(_ layer: [Int], above: Bool, below: Bool) {
        /// Nodes that stand side by side at their least distances.
        struct Block {
            var sum: Double
            var weight: Double
            var count: Int
            var mean: Double { sum / weight }
        }
        var offsets: [Double] = []
        var blocks: [Block] = []
        for (index, node) in layer.enumerated() {
            let offset = index == 0 ? 0 : offsets[index - 1] + distance(layer[index - 1], node)
            offsets.append(offset)
            let (wish, weight) = wish(of: node, above: above, below: below)
            blocks.append(Block(sum: (wish - offset) * weight, weight: weight, count: 1))
            while blocks.count > 1, let last = blocks.last,
                blocks[blocks.count - 2].mean > last.mean
            {
                blocks.removeLast()
                blocks[blocks.count - 1].sum += last.sum
                blocks[blocks.count - 1].weight += last.weight
                blocks[blocks.count - 1].count += last.count
            }
        }
        var index = 0
        for block in blocks {
            for _ in 0..<block.count {
                columns[layer[index]] = block.mean + offsets[index]
                index += 1
            }
        }
    }

    /// Where a node would be best, and how much that matters.
    private func wish(of node: Int, above: Bool, below: Bool) -> (Double, Double) {
        var sum = 0.0
        var total = 0.0
        let subject = graph.nodes[node]
        for neighbour in (above ? subject.above : []) + (below ? subject.below : []) {
            let weight: Double =
                switch (subject.isLine, graph.nodes[neighbour].isLine) {
                case (true, true): 8
                case (true, false), (false, true): 2
                case (false, false): 1
                }
            sum += columns[neighbour] * weight
            total += weight
        }
        // One without neighbours stays where it is as long as it is in nobody's way.
        return total > 0 ? (sum / total, total) : (columns[node], 0.01)
    }
}
