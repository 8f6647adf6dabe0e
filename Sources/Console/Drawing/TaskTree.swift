/// A DAG laid out as a tree: each task once, under the dependency that is deepest.
///
/// The order is that of the definition, so a tree does not jump while it is watched. Where a task
/// has more dependencies, the tree shows one of them and the line says the others.
public struct TaskTree: Sendable {
    /// One line of the tree.
    public struct Row: Sendable, Hashable {
        /// The task's index as given.
        public let task: Int
        /// The lines drawn before its name: `│  ├─ `.
        public let prefix: String
        /// The dependencies that the tree does not show.
        public let otherDependencies: [Int]
    }

    /// The lines, top to bottom.
    public let rows: [Row]

    /// Lays out tasks given by the indices that each depends on.
    ///
    /// Indices out of range and edges of a cycle are left out, so that any input has a picture. Cost:
    /// linear in tasks and dependencies.
    public init(dependencies: [[Int]]) {
        let count = dependencies.count
        let edges = dependencies.enumerated().map { task, list in
            list.filter { (0..<count).contains($0) && $0 != task }
        }
        let depths = TaskTree.depths(edges)
        var parents = [Int?](repeating: nil, count: count)
        var children = [[Int]](repeating: [], count: count)
        var roots: [Int] = []
        for task in 0..<count {
            let parent = edges[task].filter { depths[$0] < depths[task] }
                .max { (depths[$0], $1) < (depths[$1], $0) }
            parents[task] = parent
            if let parent { children[parent].append(task) } else { roots.append(task) }
        }
        rows = TaskTree.walk(roots: roots, children: children).map { task, prefix in
            Row(
                task: task, prefix: prefix,
                otherDependencies: edges[task].filter { $0 != parents[task] })
        }
    }

    /// The longest path to each task, by removing tasks whose dependencies are all placed.
    private static func depths(_ edges: [[Int]]) -> [Int] {
        var depths = [Int](repeating: 0, count: edges.count)
        var missing = edges.map(\.count)
        var dependents = [[Int]](repeating: [], count: edges.count)
        for (task, list) in edges.enumerated() {
            for dependency in list { dependents[dependency].append(task) }
        }
        var ready = missing.indices.filter { missing[$0] == 0 }
        while let task = ready.popLast() {
            for dependent in dependents[task] {
                depths[dependent] = max(depths[dependent], depths[task] + 1)
                missing[dependent] -= 1
                if missing[dependent] == 0 { ready.append(dependent) }
            }
        }
        return depths
    }

    private static func walk(roots: [Int], children: [[Int]]) -> [(task: Int, prefix: String)] {
        struct Pending {
            let task: Int
            let indentation: String
            let isLast: Bool
        }
        var stack: [Pending] = []
        func push(_ tasks: [Int], _ indentation: String) {
            for (offset, task) in tasks.enumerated().reversed() {
                stack.append(
                    Pending(
                        task: task, indentation: indentation, isLast: offset == tasks.count - 1))
            }
        }
        push(roots, "")
        var rows: [(task: Int, prefix: String)] = []
        while let next = stack.popLast() {
            rows.append((next.task, next.indentation + (next.isLast ? "└─ " : "├─ ")))
            push(children[next.task], next.indentation + (next.isLast ? "   " : "│  "))
        }
        return rows
    }
}
