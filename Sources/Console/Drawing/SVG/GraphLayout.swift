/// Where every node of a drawing is, containers around what they hold, and how the lines go.
struct GraphLayout: Sendable {
    /// The upper left corner of each node.
    private(set) var places: [Point]
    /// The size of each node.
    private(set) var sizes: [Point]
    /// The lines: from a node to one that depends on it, and the points they pass.
    private(set) var lines: [(from: Int, to: Int, points: [Point])] = []
    /// The size of the whole.
    private(set) var size = Point(x: 0, y: 0)

    /// The room around what a container holds.
    static let padding = 18.0
    /// The height of a container's own line.
    static let header = 34.0

    /// Lays out a drawing, the innermost containers first.
    ///
    /// - Parameter width: the width that a node's texts need.
    init(_ drawing: GraphDrawing, height: Double, width: (GraphDrawing.Node) -> Double) {
        let nodes = drawing.nodes
        places = nodes.map { _ in Point(x: 0, y: 0) }
        sizes = nodes.map { Point(x: width($0), y: height) }
        var routes: [(parent: Int?, from: Int, to: Int, points: [Point])] = []
        // A container stands before what it holds, so backwards all inner sizes are known.
        for index in nodes.indices.reversed() where !drawing.children[index].isEmpty {
            let inner = place(drawing.children[index], of: drawing, parent: index, &routes)
            sizes[index] = Point(
                x: max(sizes[index].x, inner.x + 2 * GraphLayout.padding),
                y: inner.y + GraphLayout.header + GraphLayout.padding)
            // What is narrower than the container's own line is in its middle.
            let shift = (sizes[index].x - 2 * GraphLayout.padding - inner.x) / 2
            move(drawing.children[index], parent: index, by: shift, &routes)
        }
        let roots = nodes.indices.filter { nodes[$0].parent == nil }
        size = place(roots, of: drawing, parent: nil, &routes)
        for index in nodes.indices {
            guard let parent = nodes[index].parent else { continue }
            places[index].x += places[parent].x + GraphLayout.padding
            places[index].y += places[parent].y + GraphLayout.header
        }
        lines = routes.map { route in
            let start = route.parent.map {
                Point(x: places[$0].x + GraphLayout.padding, y: places[$0].y + GraphLayout.header)
            }
            let origin = start ?? Point(x: 0, y: 0)
            return (
                route.from, route.to,
                route.points.map { Point(x: $0.x + origin.x, y: $0.y + origin.y) }
            )
        }
    }

    private mutating func place(
        _ members: [Int], of drawing: GraphDrawing, parent: Int?,
        _ routes: inout [(parent: Int?, from: Int, to: Int, points: [Point])]
    ) -> Point {
        let positions = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
        var edges: [(from: Int, to: Int)] = []
        for (position, member) in members.enumerated() {
            for dependency in drawing.nodes[member].dependencies {
                positions[dependency].map { edges.append(($0, position)) }
            }
        }
        let layout = LayeredLayout(sizes: members.map { sizes[$0] }, edges: edges)
        for (position, member) in members.enumerated() { places[member] = layout.places[position] }
        for (edge, points) in zip(edges, layout.routes) where !points.isEmpty {
            routes.append((parent, members[edge.from], members[edge.to], points))
        }
        return layout.size
    }

    private mutating func move(
        _ members: [Int], parent: Int, by shift: Double,
        _ routes: inout [(parent: Int?, from: Int, to: Int, points: [Point])]
    ) {
        guard shift > 0 else { return }
        for member in members { places[member].x += shift }
        for index in routes.indices where routes[index].parent == parent {
            for point in routes[index].points.indices { routes[index].points[point].x += shift }
        }
    }
}
