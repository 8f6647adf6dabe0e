internal import Values

/// A set of field paths, kept as the `FieldsV1` tree that objects carry.
///
/// An empty object is a path of the set; `.` marks one that also has paths below it. Being the stored
/// form, an update touches only the paths that changed and nothing is decoded or encoded.
struct FieldSet: Sendable, Hashable {
    private(set) var tree: JSONObject

    init() { tree = [:] }

    init(tree: JSONObject) { self.tree = tree }

    init(_ paths: some Sequence<FieldPath>) {
        self.init()
        for path in paths { insert(path) }
    }

    var isEmpty: Bool { tree.isEmpty }

    func contains(_ path: FieldPath) -> Bool {
        guard let node = node(at: path), !path.elements.isEmpty else { return false }
        return node.isEmpty || node.contains(".")
    }

    mutating func insert(_ path: FieldPath) {
        guard !path.elements.isEmpty else { return }
        var nodes: [JSONObject] = [tree]
        for (depth, element) in path.elements.enumerated() {
            let child = nodes[depth][element]?.objectValue
            let isLast = depth == path.elements.count - 1
            guard var node = child else {
                nodes.append([:])
                continue
            }
            if isLast {
                if node.isEmpty || node.contains(".") { return }
                node["."] = [:]
            } else if node.isEmpty {
                // What was a path without others below it stays one.
                node["."] = [:]
            }
            nodes.append(node)
        }
        store(nodes, along: path)
    }

    mutating func remove(_ path: FieldPath) {
        guard contains(path) else { return }
        var nodes: [JSONObject] = [tree]
        for element in path.elements {
            nodes.append(nodes[nodes.count - 1][element]?.objectValue ?? [:])
        }
        var node = nodes.removeLast()
        var child: JSONObject?
        if node.count > 1 {
            node["."] = nil
            child = node
        }
        for (element, parent) in zip(path.elements, nodes).reversed() {
            var parent = parent
            parent[element] = child.map(JSON.object)
            if parent.isEmpty {
                // A node that only led to what is gone was no path itself.
                child = nil
            } else if parent.count == 1, parent.contains(".") {
                child = [:]
            } else {
                child = parent
            }
        }
        tree = child ?? [:]
    }

    private mutating func store(_ nodes: [JSONObject], along path: FieldPath) {
        var child = nodes[nodes.count - 1]
        for (depth, element) in path.elements.enumerated().reversed() {
            var parent = nodes[depth]
            parent[element] = .object(child)
            child = parent
        }
        tree = child
    }

    private func node(at path: FieldPath) -> JSONObject? {
        var node = tree
        for element in path.elements {
            guard let child = node[element]?.objectValue else { return nil }
            node = child
        }
        return node
    }

    /// What lies under one path element: whether it is a path itself, and the paths below it.
    func below(_ element: String) -> (isPath: Bool, rest: FieldSet) {
        guard var node = tree[element]?.objectValue else { return (false, FieldSet()) }
        let isPath = node.isEmpty || node.contains(".")
        node["."] = nil
        return (isPath, FieldSet(tree: node))
    }

    /// All paths, in order.
    var paths: [FieldPath] {
        var found: [FieldPath] = []
        var open: [(FieldPath, JSONObject)] = [(FieldPath(), tree)]
        while let (path, node) = open.popLast() {
            if !path.elements.isEmpty, node.isEmpty || node.contains(".") { found.append(path) }
            for (element, child) in node.reversed() where element != "." {
                open.append((path.appending(element), child.objectValue ?? [:]))
            }
        }
        return found
    }

    func union(_ other: FieldSet) -> FieldSet {
        if isEmpty { return other }
        var result = self
        for path in other.paths { result.insert(path) }
        return result
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        return FieldSet(paths.filter { !other.contains($0) })
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        FieldSet(paths.filter(other.contains))
    }
}
