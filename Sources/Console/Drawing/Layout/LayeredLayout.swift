/// A place or a size in a drawing, in pixels: x to the right, y down.
struct Point: Sendable, Hashable {
    var x: Double
    var y: Double
}

/// Boxes in layers, each below those it depends on, with routes for the lines between them.
///
/// The method of Sugiyama, Tagawa and Toda: layers by the longest path, invisible nodes where a line
/// passes a layer, order within a layer by barycentres so that few lines cross, then places as near to
/// the neighbours as the order allows. Deterministic. Cost: a bounded number of sweeps, each linear in
/// nodes and lines but for sorting.
struct LayeredLayout: Sendable {
    /// The distances between boxes.
    struct Spacing: Sendable {
        var between = 28.0
        var besideLine = 16.0
        var layers = 44.0
    }

    /// The upper left corner of each box.
    private(set) var places: [Point]
    /// The points that each line passes, in the order of the edges; empty for one that leads nowhere.
    private(set) var routes: [[Point]] = []
    /// The size of the whole.
    private(set) var size = Point(x: 0, y: 0)

    /// Lays out boxes.
    ///
    /// - Parameters:
    ///   - sizes: the sizes of the boxes.
    ///   - edges: pairs of a box and one below it; those of a cycle or with wild indices are not drawn.
    init(sizes: [Point], edges: [(from: Int, to: Int)], spacing: Spacing = Spacing()) {
        places = sizes.map { _ in Point(x: 0, y: 0) }
        guard !sizes.isEmpty else { return }
        var graph = LayeredGraph(sizes: sizes, edges: edges)
        graph.reduceCrossings()
        let columns = ColumnPlacement(graph, spacing).columns
        var tops: [Double] = []
        var heights: [Double] = []
        var y = 0.0
        for layer in graph.layers {
            let height = layer.map { graph.nodes[$0].size.y }.max() ?? 0
            tops.append(y)
            heights.append(height)
            y += height + spacing.layers
        }
        let left = graph.nodes.indices.map { columns[$0] - graph.nodes[$0].size.x / 2 }.min() ?? 0
        let right = graph.nodes.indices.map { columns[$0] + graph.nodes[$0].size.x / 2 }.max() ?? 0
        size = Point(x: right - left, y: y - spacing.layers)
        for index in sizes.indices {
            let layer = graph.nodes[index].layer
            places[index] = Point(
                x: columns[index] - sizes[index].x / 2 - left,
                y: tops[layer] + (heights[layer] - sizes[index].y) / 2)
        }
        routes = graph.chains.map { chain in
            guard let first = chain.first, let last = chain.last, chain.count > 1 else { return [] }
            var points = [
                Point(x: columns[first] - left, y: places[first].y + sizes[first].y)
            ]
            for node in chain.dropFirst().dropLast() {
                let layer = graph.nodes[node].layer
                points.append(Point(x: columns[node] - left, y: tops[layer]))
                points.append(Point(x: columns[node] - left, y: tops[layer] + heights[layer]))
            }
            points.append(Point(x: columns[last] - left, y: places[last].y))
            return points
        }
    }
}
