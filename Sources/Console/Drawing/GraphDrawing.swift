import Values

/// A DAG with a state for each task, ready to be drawn.
public struct GraphDrawing: Sendable {
    /// One task.
    public struct Node: Sendable {
        /// The id.
        public let id: String
        /// The type: `http`.
        public let type: String
        /// The indices of the tasks it depends on.
        public let dependencies: [Int]
        /// Whether it runs only on a condition.
        public let isConditional: Bool
        /// Its phase in a run, or nil when a definition is drawn.
        public let phase: String?

        /// Makes a task.
        public init(
            id: String, type: String, dependencies: [Int], isConditional: Bool, phase: String?
        ) {
            self.id = id
            self.type = type
            self.dependencies = dependencies
            self.isConditional = isConditional
            self.phase = phase
        }
    }

    private let name: String
    private let nodes: [Node]

    /// Makes a drawing of a named workflow.
    public init(name: String, nodes: [Node]) {
        self.name = name
        self.nodes = nodes
    }

    /// The DAG as a tree for a terminal.
    public func tree(_ style: Style) -> String {
        var text = style.text(name, .strong) + "\n"
        for row in TaskTree(dependencies: nodes.map(\.dependencies)).rows {
            let node = nodes[row.task]
            text += style.text(row.prefix, .quiet)
            if let phase = node.phase {
                let symbol = PhaseSymbol(phase)
                text += style.text(symbol.symbol, symbol.role) + " "
            }
            text += node.id + style.text("  \(node.type)", .quiet)
            if node.isConditional { text += style.text("  if", .quiet) }
            if !row.otherDependencies.isEmpty {
                let others = row.otherDependencies.map { nodes[$0].id }.joined(separator: ", ")
                text += style.text("  also after \(others)", .quiet)
            }
            text += "\n"
        }
        return text
    }

    /// The DAG for Graphviz.
    public var dot: String {
        var text = "digraph \(quoted(name)) {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n"
        for (index, node) in nodes.enumerated() {
            let colour = node.phase.map { ", color=\(PhaseSymbol($0).colourName)" } ?? ""
            text += "  n\(index) [label=\(quoted("\(node.id)\n\(node.type)"))\(colour)];\n"
        }
        for (index, node) in nodes.enumerated() {
            let dashed = node.isConditional ? " [style=dashed]" : ""
            for dependency in node.dependencies {
                text += "  n\(dependency) -> n\(index)\(dashed);\n"
            }
        }
        return text + "}\n"
    }

    /// The DAG for Mermaid.
    public var mermaid: String {
        var text = "flowchart LR\n"
        for (index, node) in nodes.enumerated() {
            let label = node.id.replacing("\"", with: "#quot;")
            text += "  n\(index)[\"\(label)<br/>\(node.type)\"]\n"
        }
        for (index, node) in nodes.enumerated() {
            let arrow = node.isConditional ? "-.->" : "-->"
            for dependency in node.dependencies { text += "  n\(dependency) \(arrow) n\(index)\n" }
        }
        for (index, node) in nodes.enumerated() {
            guard let phase = node.phase else { continue }
            text += "  style n\(index) stroke:\(PhaseSymbol(phase).colourName)\n"
        }
        return text
    }

    private func quoted(_ text: String) -> String { JSON.string(text).text }
}
