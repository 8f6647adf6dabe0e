import Values

/// The texts that other programs draw.
extension GraphDrawing {
    /// The DAG for Graphviz.
    public var dot: String {
        var text = """
            digraph \(quoted(name)) {
              rankdir=TB;
              compound=true;
              node [shape=box, style=rounded, fontname="sans-serif"];

            """
        walk { index, depth, isEnd in
            let indent = String(repeating: "  ", count: depth + 1)
            guard !isEnd else {
                text += "\(indent)}\n"
                return
            }
            let node = nodes[index]
            let colour = node.phase.map { ", color=\(PhaseSymbol($0).colourName)" } ?? ""
            let label = node.type.isEmpty ? node.id : "\(node.id)\n\(node.type)"
            guard children[index].isEmpty else {
                text += "\(indent)subgraph cluster_\(index) {\n\(indent)  label=\(quoted(label));"
                text += " style=rounded\(colour);\n"
                return
            }
            text += "\(indent)n\(index) [label=\(quoted(label))\(colour)];\n"
        }
        for (index, node) in nodes.enumerated() {
            for dependency in node.dependencies {
                var attributes: [String] = []
                if node.isConditional { attributes.append("style=dashed") }
                if node.failureDependencies.contains(dependency) { attributes.append("color=red") }
                if !children[dependency].isEmpty {
                    attributes.append("ltail=cluster_\(dependency)")
                }
                if !children[index].isEmpty { attributes.append("lhead=cluster_\(index)") }
                let list = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
                text += "  n\(leaf(of: dependency)) -> n\(leaf(of: index))\(list);\n"
            }
        }
        return text + "}\n"
    }

    /// The DAG for Mermaid.
    public var mermaid: String {
        var text = "flowchart TB\n"
        walk { index, depth, isEnd in
            let indent = String(repeating: "  ", count: depth + 1)
            guard !isEnd else {
                text += "\(indent)end\n"
                return
            }
            let node = nodes[index]
            let id = node.id.replacing("\"", with: "#quot;")
            let label = node.type.isEmpty ? id : "\(id)<br/>\(node.type)"
            text +=
                children[index].isEmpty
                ? "\(indent)n\(index)[\"\(label)\"]\n"
                : "\(indent)subgraph n\(index)[\"\(label)\"]\n"
        }
        for (index, node) in nodes.enumerated() {
            for dependency in node.dependencies {
                let arrow =
                    node.failureDependencies.contains(dependency)
                    ? "-. on failure .->" : node.isConditional ? "-.->" : "-->"
                text += "  n\(dependency) \(arrow) n\(index)\n"
            }
        }
        for (index, node) in nodes.enumerated() {
            guard let phase = node.phase else { continue }
            text += "  style n\(index) stroke:\(PhaseSymbol(phase).colourName)\n"
        }
        return text
    }

    private func quoted(_ text: String) -> String { JSON.string(text).text }

    /// The first task in a node that holds none: Graphviz joins nodes, and clips at clusters.
    private func leaf(of index: Int) -> Int {
        var leaf = index
        while let first = children[leaf].first { leaf = first }
        return leaf
    }

    /// Goes through the nodes, each container followed by what it holds and a visit of its end.
    private func walk(_ visit: (_ index: Int, _ depth: Int, _ isEnd: Bool) -> Void) {
        var pending = nodes.indices.filter { nodes[$0].parent == nil }.reversed().map {
            (index: $0, depth: 0, isEnd: false)
        }
        while let next = pending.popLast() {
            visit(next.index, next.depth, next.isEnd)
            guard !next.isEnd, !children[next.index].isEmpty else { continue }
            pending.append((next.index, next.depth, true))
            pending += children[next.index].reversed().map { ($0, next.depth + 1, false) }
        }
    }
}
