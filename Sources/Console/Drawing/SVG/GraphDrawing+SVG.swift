import Values

extension GraphDrawing {
    /// The DAG as a picture: SVG that stands alone, for light and dark surroundings.
    ///
    /// Tasks are boxes below those they wait for; containers are boxes around what they hold. In a
    /// run, colour and sign say the phase, and a legend counts them.
    public var svg: String { SVGPicture(self).text }
}

/// The drawing of one graph as SVG.
private struct SVGPicture {
    private static let margin = 24.0
    private static let boxHeight = 46.0
    private static let titleHeight = 52.0
    private static let legendHeight = 38.0

    private let drawing: GraphDrawing
    private let layout: GraphLayout
    private let size: Point
    private let origin: Point
    private let legend: SVGLegend

    init(_ drawing: GraphDrawing) {
        self.drawing = drawing
        layout = GraphLayout(
            drawing, height: SVGPicture.boxHeight, width: SVGPicture.width)
        legend = SVGLegend(drawing)
        let title =
            SVGText.width(drawing.name, size: 16, isBold: true) + 24
            + SVGText.width(drawing.subtitle ?? "", size: 11)
        let width = max(layout.size.x, title, legend.width, 200)
        size = Point(
            x: width + 2 * SVGPicture.margin,
            y: layout.size.y + SVGPicture.titleHeight + SVGPicture.margin
                + (legend.isEmpty ? 0 : SVGPicture.legendHeight))
        origin = Point(
            x: SVGPicture.margin + (width - layout.size.x) / 2, y: SVGPicture.titleHeight)
    }

    /// The width that a node's texts need.
    private static func width(_ node: GraphDrawing.Node) -> Double {
        let sign = node.phase == nil ? 26.0 : 46.0
        let title = SVGText.width(node.id, size: 13, isBold: true)
        let below = SVGText.width(caption(node), size: 11)
        return min(300, max(116, max(title, below) + sign + 14))
    }

    private static func caption(_ node: GraphDrawing.Node) -> String {
        [node.type.isEmpty ? nil : node.type, node.isConditional ? "if" : nil, node.note]
            .compactMap { $0 }.joined(separator: " · ")
    }

    var text: String {
        let (width, height) = (SVGText.number(size.x), SVGText.number(size.y))
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-labelledby=\"title\">",
            "<title id=\"title\">\(SVGText.escaped(drawing.name))</title>",
            "<style>\(SVGStyle.sheet)</style>",
            "<rect class=\"page\" width=\"\(width)\" height=\"\(height)\" rx=\"10\"/>",
            heading,
        ]
        parts.append(
            "<g transform=\"translate(\(SVGText.number(origin.x)) \(SVGText.number(origin.y)))\">")
        // Containers lie under the lines, and the lines under the tasks.
        let containers = drawing.nodes.indices.filter { !drawing.children[$0].isEmpty }
        parts += containers.map(container)
        parts += layout.lines.map(line)
        parts += drawing.nodes.indices.filter { drawing.children[$0].isEmpty }.map(task)
        parts.append("</g>")
        let bottom = size.y - SVGPicture.legendHeight + 8
        parts.append(legend.text(x: SVGPicture.margin, y: bottom))
        parts.append("</svg>")
        return parts.filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
    }

    /// The name, and behind it what stands beside it: one text, as no width is known for sure.
    private var heading: String {
        var text = "<text class=\"title\" x=\"\(SVGText.number(SVGPicture.margin))\" y=\"30\">"
        text += SVGText.escaped(drawing.name)
        if let subtitle = drawing.subtitle {
            text += "<tspan class=\"caption\" dx=\"12\">\(SVGText.escaped(subtitle))</tspan>"
        }
        return text + "</text>"
    }

    // MARK: Parts

    private func label(_ text: String, _ style: String, x: Double, y: Double) -> String {
        "<text class=\"\(style)\" x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\">"
            + "\(SVGText.escaped(text))</text>"
    }

    private func rectangle(_ style: String, _ place: Point, _ size: Point, radius: Double) -> String
    {
        "<rect class=\"\(style)\" x=\"\(SVGText.number(place.x))\" "
            + "y=\"\(SVGText.number(place.y))\" width=\"\(SVGText.number(size.x))\" "
            + "height=\"\(SVGText.number(size.y))\" rx=\"\(SVGText.number(radius))\"/>"
    }

    private func role(_ node: GraphDrawing.Node) -> String {
        node.phase.map { SVGStyle.name(of: PhaseSymbol($0).role) } ?? "plain"
    }

    private func tip(_ node: GraphDrawing.Node) -> String {
        let lines = [node.id, SVGPicture.caption(node), node.phase, node.detail]
        let text = lines.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
        return "<title>\(SVGText.escaped(text))</title>"
    }

    private func container(_ index: Int) -> String {
        let node = drawing.nodes[index]
        let (place, size) = (layout.places[index], layout.sizes[index])
        let dashed = node.isConditional ? " conditional" : ""
        var x = place.x + 14
        var text = "<g>\(tip(node))"
        text += rectangle("group \(role(node))\(dashed)", place, size, radius: 10)
        if let phase = node.phase {
            text += SVGStyle.sign(phase, x: x + 7, y: place.y + 17)
            x += 22
        }
        let room = place.x + size.x - x - 12
        let title = SVGText.fitting(node.id, width: room, size: 12, isBold: true)
        let rest = room - SVGText.width(title, size: 12, isBold: true) - 8
        let caption = SVGText.fitting(SVGPicture.caption(node), width: rest, size: 11)
        // One text, so that the caption follows the title whatever the font.
        text += "<text class=\"groupname\" x=\"\(SVGText.number(x))\" "
        text += "y=\"\(SVGText.number(place.y + 21))\">\(SVGText.escaped(title))"
        if caption.count > 1 {
            text += "<tspan class=\"caption\" dx=\"7\">\(SVGText.escaped(caption))</tspan>"
        }
        text += "</text>"
        return text + "</g>"
    }

    private func task(_ index: Int) -> String {
        let node = drawing.nodes[index]
        let (place, size) = (layout.places[index], layout.sizes[index])
        let dashed = node.isConditional ? " conditional" : ""
        var text = "<g>\(tip(node))"
        text += rectangle("task \(role(node))\(dashed)", place, size, radius: 8)
        var x = place.x + 16
        if let phase = node.phase {
            text += SVGStyle.sign(phase, x: place.x + 21, y: place.y + size.y / 2)
            x = place.x + 38
        } else {
            text += "<path class=\"accent\" d=\"M\(SVGText.number(place.x + 6)) "
            text += "\(SVGText.number(place.y + 11))v\(SVGText.number(size.y - 22))\"/>"
        }
        let room = place.x + size.x - x - 10
        let title = SVGText.fitting(node.id, width: room, size: 13, isBold: true)
        let caption = SVGText.fitting(SVGPicture.caption(node), width: room, size: 11)
        text += label(title, "name", x: x, y: place.y + (caption.isEmpty ? 28 : 20))
        if !caption.isEmpty { text += label(caption, "caption", x: x, y: place.y + 36) }
        return text + "</g>"
    }

    private func line(_ line: (from: Int, to: Int, points: [Point])) -> String {
        let node = drawing.nodes[line.to]
        var style = "line"
        if node.failureDependencies.contains(line.from) { style += " onfailure" }
        if node.isConditional { style += " conditional" }
        guard let first = line.points.first, let last = line.points.last else { return "" }
        func text(_ point: Point) -> String {
            "\(SVGText.number(point.x)) \(SVGText.number(point.y))"
        }
        // The line ends where the arrow's head begins.
        let end = Point(x: last.x, y: last.y - 6)
        var path = "M\(text(first))"
        var before = first
        for point in line.points.dropFirst().dropLast() + [end] {
            if point.x == before.x {
                path += "L\(text(point))"
            } else {
                let middle = (before.y + point.y) / 2
                path += "C\(text(Point(x: before.x, y: middle))) "
                path += "\(text(Point(x: point.x, y: middle))) \(text(point))"
            }
            before = point
        }
        let head =
            "M\(text(Point(x: last.x - 4, y: last.y - 7)))L\(text(last))"
            + "L\(text(Point(x: last.x + 4, y: last.y - 7)))Z"
        return
            "<path class=\"\(style)\" d=\"\(path)\"/><path class=\"head \(style)\" d=\"\(head)\"/>"
    }
}
