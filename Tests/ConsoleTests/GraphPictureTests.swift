import Testing

@testable import Console

@Suite struct LayeredLayoutTests {
    private func layout(_ count: Int, _ edges: [(from: Int, to: Int)]) -> LayeredLayout {
        LayeredLayout(sizes: (0..<count).map { _ in Point(x: 100, y: 40) }, edges: edges)
    }

    @Test func `each box is below those it depends on, and no two overlap`() {
        // A seeded graph of 60 boxes, each depending on up to three before it.
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        var edges: [(from: Int, to: Int)] = []
        for to in 1..<60 { for _ in 0..<random(4) { edges.append((random(to), to)) } }
        let layout = layout(60, edges)
        for edge in edges {
            #expect(layout.places[edge.from].y + 40 < layout.places[edge.to].y)
        }
        for first in 0..<60 {
            for second in 0..<first {
                let (one, other) = (layout.places[first], layout.places[second])
                #expect(abs(one.y - other.y) >= 40 || abs(one.x - other.x) >= 100)
            }
        }
        for route in layout.routes {
            for (one, next) in zip(route, route.dropFirst()) { #expect(one.y <= next.y) }
        }
    }

    @Test func `a box stands above the middle of those that need it`() {
        let layout = layout(4, [(0, 1), (0, 2), (0, 3)])
        #expect(abs(layout.places[0].x - layout.places[2].x) < 0.5)
        #expect(layout.size.x == 3 * 100 + 2 * 28)
    }

    @Test func `lines that need not cross do not`() {
        var graph = LayeredGraph(
            sizes: (0..<8).map { _ in Point(x: 10, y: 10) },
            edges: [(0, 7), (1, 6), (2, 5), (3, 4)])
        #expect(graph.crossings() == 6)
        graph.reduceCrossings()
        #expect(graph.crossings() == 0)
    }

    @Test func `cycles, wild indices and nothing at all still have a picture`() {
        #expect(layout(2, [(0, 1), (1, 0), (0, 9), (-1, 1), (1, 1)]).places.count == 2)
        #expect(layout(0, []).size == Point(x: 0, y: 0))
    }

    @Test func `ten thousand boxes are laid out without a stack`() {
        let layout = layout(10_000, (1..<10_000).map { ($0 - 1, $0) })
        #expect(layout.places.count == 10_000)
    }
}

@Suite struct GraphPictureTests {
    private func node(
        _ id: String, _ type: String, _ dependencies: [Int] = [], phase: String? = nil,
        parent: Int? = nil
    ) -> GraphDrawing.Node {
        GraphDrawing.Node(
            id: id, type: type, dependencies: dependencies, isConditional: false, phase: phase,
            parent: parent)
    }

    @Test func `a picture holds every task with its phase, and a legend that counts`() {
        let drawing = GraphDrawing(
            name: "w <1>",
            nodes: [
                node("a&b", "http", phase: "Completed"), node("c", "command", [0], phase: "Failed"),
                node("d", "llm", [0], phase: "Completed"),
            ])
        let svg = drawing.svg
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        for part in [
            "w &lt;1&gt;", ">a&amp;b<", "task good", "task bad", "Completed 2", "Failed 1",
            "prefers-color-scheme:dark",
        ] {
            #expect(svg.contains(part), "\(part)")
        }
        #expect(svg == drawing.svg)
    }

    @Test func `a container is a box around what it holds`() {
        let drawing = GraphDrawing(
            name: "w",
            nodes: [
                node("first", "http"), node("group", "parallel", [0]),
                node("x", "llm", parent: 1), node("y", "llm", [2], parent: 1),
                node("last", "http", [1]),
            ])
        let layout = GraphLayout(drawing, height: 40) { _ in 100 }
        let (outer, size) = (layout.places[1], layout.sizes[1])
        for inner in [2, 3] {
            #expect(layout.places[inner].x >= outer.x)
            #expect(layout.places[inner].y >= outer.y + GraphLayout.header)
            #expect(layout.places[inner].x + 100 <= outer.x + size.x)
            #expect(layout.places[inner].y + 40 <= outer.y + size.y)
        }
        #expect(layout.places[4].y >= outer.y + size.y)
        #expect(layout.lines.map { "\($0.from)-\($0.to)" }.sorted() == ["0-1", "1-4", "2-3"])
        #expect(
            drawing.mermaid.contains("subgraph n1[\"group<br/>parallel\"]\n    n2"))
        #expect(drawing.dot.contains("subgraph cluster_1 {"))
        #expect(drawing.dot.contains("n3 -> n4 [ltail=cluster_1]") == false)
        #expect(drawing.dot.contains("n2 -> n4 [ltail=cluster_1];"))
        #expect(
            drawing.tree(Style(isColoured: false)).split(separator: "\n").contains {
                $0.hasSuffix("x  llm  in group")
            })
    }

    @Test func `what XML cannot hold is shown as a sign`() {
        let drawing = GraphDrawing(name: "a\u{0}\u{1B}b", nodes: [node("\u{FFFF}", "t")])
        #expect(!drawing.svg.unicodeScalars.contains { $0.value < 9 || $0.value == 0xFFFF })
    }
}
