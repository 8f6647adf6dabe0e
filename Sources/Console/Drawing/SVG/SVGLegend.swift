/// What the signs and lines of a picture mean, in one row below it.
struct SVGLegend: Sendable {
    private struct Entry {
        let text: String
        /// The phase whose sign stands before the text, or the class of a line.
        let phase: String?
        let line: String?
    }

    private let entries: [Entry]

    /// The order of phases from the start of a task to its ends.
    private static let order = [
        "Pending", "Ready", "Launching", "Running", "Waiting", "WaitingApproval", "Retrying",
        "Paused", "InDoubt", "Completed", "Skipped", "Failed", "TimedOut", "Cancelled",
    ]

    init(_ drawing: GraphDrawing) {
        var counts: [String: Int] = [:]
        // Parts of containers are no tasks.
        for node in drawing.nodes where !node.type.isEmpty {
            node.phase.map { counts[$0, default: 0] += 1 }
        }
        let known = SVGLegend.order.filter { counts[$0] != nil }
        let phases = known + counts.keys.filter { !known.contains($0) }.sorted()
        var entries = phases.map {
            Entry(text: "\($0) \(counts[$0] ?? 0)", phase: $0, line: nil)
        }
        if drawing.nodes.contains(where: \.isConditional) {
            entries.append(Entry(text: "on a condition", phase: nil, line: "line conditional"))
        }
        if drawing.nodes.contains(where: { !$0.failureDependencies.isEmpty }) {
            entries.append(Entry(text: "after a failure", phase: nil, line: "line onfailure"))
        }
        self.entries = entries
    }

    var isEmpty: Bool { entries.isEmpty }

    /// The width of the row.
    var width: Double { entries.map(SVGLegend.width).reduce(0, +) }

    private static func width(_ entry: Entry) -> Double {
        (entry.line == nil ? 20 : 32) + SVGText.width(entry.text, size: 11) + 18
    }

    func text(x: Double, y: Double) -> String {
        var x = x
        return entries.map { entry in
            defer { x += SVGLegend.width(entry) }
            var text = ""
            var start = x
            if let phase = entry.phase {
                text += SVGStyle.sign(phase, x: x + 8, y: y + 8)
                start += 20
            } else if let line = entry.line {
                let (from, middle) = (SVGText.number(x), SVGText.number(y + 8))
                text += "<path class=\"\(line)\" d=\"M\(from) \(middle)h26\"/>"
                start += 32
            }
            let place = "x=\"\(SVGText.number(start))\" y=\"\(SVGText.number(y + 12))\""
            return text + "<text class=\"caption\" \(place)>\(SVGText.escaped(entry.text))</text>"
        }.joined(separator: "\n")
    }
}
