/// The boxes of a drawing in layers, with an invisible node wherever a line passes a layer.
struct LayeredGraph: Sendable {
    struct Node: Sendable {
        var size: Point
        var layer: Int
        /// Whether it stands for a line that passes.
        var isLine: Bool
        var above: [Int] = []
        var below: [Int] = []
    }

    /// The boxes, then the invisible nodes.
    private(set) var nodes: [Node]
    /// The nodes of each layer, from left to right.
    private(set) var layers: [[Int]] = []
    /// For each edge, the nodes it passes from its start to its end; empty for one that is not drawn.
    private(set) var chains: [[Int]] = []

    /// The most invisible nodes; lines beyond are drawn straight.
    static let maximumLineNodes = 50_000
    /// How often the layers are put in order, down and up.
    private static let sweeps = 12

    init(sizes: [Point], edges: [(from: Int, to: Int)]) {
        let depths = LayeredGraph.depths(count: sizes.count, edges)
        nodes = zip(sizes, depths).map { Node(size: $0, layer: $1, isLine: false) }
        var added = 0
        for (from, to) in edges {
            guard sizes.indices.contains(from), sizes.indices.contains(to),
                depths[from] < depths[to]
            else {
                chains.append([])
                continue
            }
            var chain = [from]
            let passed = depths[to] - depths[from] - 1
            if passed > 0, added + passed <= LayeredGraph.maximumLineNodes {
                added += passed
                for layer in (depths[from] + 1)..<depths[to] {
                    nodes.append(Node(size: Point(x: 0, y: 0), layer: layer, isLine: true))
                    chain.append(nodes.count - 1)
                }
            }
            chain.append(to)
            chains.append(chain)
            // A line that skips layers without nodes of its own pulls nothing.
            guard chain.count == passed + 2 else { continue }
            for (upper, lower) in zip(chain, chain.dropFirst()) {
                nodes[upper].below.append(lower)
                nodes[lower].above.append(upper)
            }
        }
        layers = Array(repeating: [], count: (depths.max() ?? 0) + 1)
        for index in nodes.indices { layers[nodes[index].layer].append(index) }
    }

    /// The longest path to each box; the boxes of a cycle stay at the top.
    private static func depths(count: Int, _ edges: [(from: Int, to: Int)]) -> [Int] {
        var depths = [Int](repeating: 0, count: count)
        var missing = [Int](repeating: 0, count: count)
        var below = [[Int]](repeating: [], count: count)
        for (from, to) in edges where from != to {
            guard (0..<count).contains(from), (0..<count).contains(to) else { continue }
            below[from].append(to)
            missing[to] += 1
        }
        var ready = missing.indices.filter { missing[$0] == 0 }
        while let next = ready.popLast() {
            for lower in below[next] {
                depths[lower] = max(depths[lower], depths[next] + 1)
                missing[lower] -= 1
                if missing[lower] == 0 { ready.append(lower) }
            }
        }
        return zip(depths, missing).map { $1 == 0 ? $0 : 0 }
    }

    // MARK: Crossings

    /// Puts each layer in an order in which few lines cross.
    mutating func reduceCrossings() {
        var best = layers
        var fewest = crossings()
        for sweep in 0..<LayeredGraph.sweeps where fewest > 0 {
            let isDown = sweep % 2 == 0
            let order =
                isDown ? Array(layers.indices.dropFirst()) : layers.indices.dropLast().reversed()
            for layer in order { sort(layer, byAbove: isDown) }
            let found = crossings()
            if found < fewest { (fewest, best) = (found, layers) }
        }
        layers = best
    }

    /// Sorts a layer by the mean place of each node's neighbours; a node without any keeps its place.
    private mutating func sort(_ layer: Int, byAbove: Bool) {
        let positions = self.positions(ofLayer: byAbove ? layer - 1 : layer + 1)
        var keys: [Int: Double] = [:]
        for (place, index) in layers[layer].enumerated() {
            let neighbours = byAbove ? nodes[index].above : nodes[index].below
            let sum = neighbours.reduce(0) { $0 + (positions[$1] ?? 0) }
            keys[index] =
                neighbours.isEmpty ? Double(place) : Double(sum) / Double(neighbours.count)
        }
        // The order of those with one mean stays, so that sweeps settle.
        layers[layer] = layers[layer].enumerated().sorted { first, second in
            let (one, other) = (keys[first.element] ?? 0, keys[second.element] ?? 0)
            return one == other ? first.offset < second.offset : one < other
        }.map(\.element)
    }

    private func positions(ofLayer layer: Int) -> [Int: Int] {
        Dictionary(uniqueKeysWithValues: layers[layer].enumerated().map { ($1, $0) })
    }

    /// How many lines between neighbouring layers cross, counted with a tree of sums.
    func crossings() -> Int {
        var total = 0
        for layer in layers.indices.dropLast() {
            let lower = positions(ofLayer: layer + 1)
            var sums = [Int](repeating: 0, count: layers[layer + 1].count + 1)
            var count = 0
            for index in layers[layer] {
                let ends = nodes[index].below.compactMap { lower[$0] }
                for end in ends {
                    // Those drawn before that end further right.
                    var before = 0
                    var place = end + 1
                    while place > 0 {
                        before += sums[place]
                        place -= place & -place
                    }
                    total += count - before
                }
                for end in ends {
                    count += 1
                    var place = end + 1
                    while place < sums.count {
                        sums[place] += 1
                        place += place & -place
                    }
                }
            }
        }
        return total
    }
}
