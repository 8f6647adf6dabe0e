import Values

/// A DAG with a state for each task, ready to be drawn; tasks may hold others.
public struct GraphDrawing: Sendable {
    /// One task, or a part of one that holds tasks of its own.
    public struct Node: Sendable {
        /// The id.
        public var id: String
        /// The type: `http`; empty for a part of a container, as a case of a branch.
        public var type: String
        /// The indices of the tasks beside it that it depends on.
        public var dependencies: [Int]
        /// Those of ``dependencies`` whose failure it waits for.
        public var failureDependencies: Set<Int> = []
        /// Whether it runs only on a condition.
        public var isConditional: Bool
        /// Its phase in a run, or nil when a definition is drawn.
        public var phase: String?
        /// The index of the container it is in, which stands before it.
        public var parent: Int?
        /// What a run says of it in a word or two: `3/12`, `attempt 2`.
        public var note: String?
        /// What is to be known of it beyond that.
        public var detail: String?

        /// Makes a task.
        public init(
            id: String, type: String, dependencies: [Int], isConditional: Bool, phase: String?,
            parent: Int? = nil
        ) {
            self.id = id
            self.type = type
            self.dependencies = dependencies
            self.isConditional = isConditional
            self.phase = phase
            self.parent = parent
        }
    }

    /// What the whole is called.
    public let name: String
    /// What stands below the name: the phase of a run.
    public let subtitle: String?
    let nodes: [Node]
    /// The nodes inside each node, in order.
    let children: [[Int]]

    /// Makes a drawing of a named workflow.
    ///
    /// Dependencies on nodes that are not beside a node, and parents that do not stand before it,
    /// are left out, so that any input has a picture.
    public init(name: String, subtitle: String? = nil, nodes: [Node]) {
        self.name = name
        self.subtitle = subtitle
        var sound = nodes
        var children = [[Int]](repeating: [], count: nodes.count)
        for index in nodes.indices {
            if let parent = sound[index].parent, !(0..<index).contains(parent) {
                sound[index].parent = nil
            }
            if let parent = sound[index].parent { children[parent].append(index) }
        }
        for index in sound.indices {
            sound[index].dependencies = sound[index].dependencies.filter { other in
                sound.indices.contains(other) && other != index
                    && sound[other].parent == sound[index].parent
            }
        }
        self.nodes = sound
        self.children = children
    }

    /// The DAG as a tree for a terminal.
    ///
    /// What a container holds is shown below it, with the container's name beside the first tasks.
    public func tree(_ style: Style) -> String {
        let title =
            style.text(name, .strong) + (subtitle.map { style.text("  \($0)", .quiet) } ?? "")
        var text = title + "\n"
        let edges = nodes.map { node in
            node.dependencies.isEmpty ? node.parent.map { [$0] } ?? [] : node.dependencies
        }
        for row in TaskTree(dependencies: edges).rows {
            let node = nodes[row.task]
            text += style.text(row.prefix, .quiet)
            if let phase = node.phase {
                let symbol = PhaseSymbol(phase)
                text += style.text(symbol.symbol, symbol.role) + " "
            }
            text += node.id
            if !node.type.isEmpty { text += style.text("  \(node.type)", .quiet) }
            if let note = node.note { text += style.text("  \(note)", .quiet) }
            if node.isConditional { text += style.text("  if", .quiet) }
            if let parent = node.parent, node.dependencies.isEmpty {
                text += style.text("  in \(nodes[parent].id)", .quiet)
            }
            let others = row.otherDependencies.filter { node.dependencies.contains($0) }
            if !others.isEmpty {
                let names = others.map { nodes[$0].id }.joined(separator: ", ")
                text += style.text("  also after \(names)", .quiet)
            }
            text += "\n"
        }
        return text
    }
}
