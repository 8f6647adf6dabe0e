/// Which task waits for which: dense indices, adjacency in two flat arrays each way.
public struct TaskGraph: Sendable, Hashable {
    private let dependencyStarts: [Int32]
    private let dependencyTargets: [Int32]
    private let dependentStarts: [Int32]
    private let dependentTargets: [Int32]

    /// Makes the graph from the dependencies of each task, which must be indices of tasks.
    ///
    /// Repeated ones count once. Time is linear in tasks and dependencies.
    public init(dependencies: [[Int32]]) {
        var starts: [Int32] = [0]
        var targets: [Int32] = []
        var counts = [Int32](repeating: 0, count: dependencies.count)
        for list in dependencies {
            var last: Int32 = -1
            for target in list.sorted() where target != last {
                precondition(
                    dependencies.indices.contains(Int(target)), "a dependency is no task")
                last = target
                targets.append(target)
                counts[Int(target)] += 1
            }
            starts.append(Int32(targets.count))
        }
        dependencyStarts = starts
        dependencyTargets = targets

        var next: [Int32] = [0]
        for count in counts { next.append((next.last ?? 0) + count) }
        dependentStarts = next
        var reversed = [Int32](repeating: 0, count: targets.count)
        for task in dependencies.indices {
            for edge in Int(starts[task])..<Int(starts[task + 1]) {
                let target = Int(targets[edge])
                reversed[Int(next[target])] = Int32(task)
                next[target] += 1
            }
        }
        dependentTargets = reversed
    }

    /// The number of tasks.
    public var count: Int { dependencyStarts.count - 1 }

    /// The number of dependencies.
    public var edgeCount: Int { dependencyTargets.count }

    /// The tasks that a task waits for, in ascending order.
    public func dependencies(of task: Int) -> ArraySlice<Int32> {
        dependencyTargets[Int(dependencyStarts[task])..<Int(dependencyStarts[task + 1])]
    }

    /// The tasks that wait for a task, in ascending order.
    public func dependents(of task: Int) -> ArraySlice<Int32> {
        dependentTargets[Int(dependentStarts[task])..<Int(dependentStarts[task + 1])]
    }

    /// The tasks in an order in which each comes after those it waits for, or nil where there is a
    /// cycle.
    ///
    /// Tasks that could come next do so in file order, level by level.
    public func topologicalOrder() -> [Int]? {
        var unmet = (0..<count).map { dependencies(of: $0).count }
        var order = (0..<count).filter { unmet[$0] == 0 }
        order.reserveCapacity(count)
        var next = 0
        while next < order.count {
            for dependent in dependents(of: order[next]) {
                unmet[Int(dependent)] -= 1
                if unmet[Int(dependent)] == 0 { order.append(Int(dependent)) }
            }
            next += 1
        }
        return order.count == count ? order : nil
    }

    /// One shortest cycle for each group of tasks that wait for each other; none where there is an
    /// order.
    ///
    /// A cycle begins with the first task of its group; each task depends on the next and the last on
    /// the first. Groups come in the order of their first tasks. Time is linear for the groups, and
    /// linear in each group for its cycle. A task that depends on itself is a cycle of one.
    public func cycles() -> [[Int]] {
        let groups = components()
        var members: [Int: [Int]] = [:]
        for task in 0..<count { members[groups[task], default: []].append(task) }
        return members.values.compactMap { group in
            guard let start = group.first else { return nil }
            let isLoop = group.count > 1 || dependencies(of: start).contains(Int32(start))
            return isLoop ? shortestCycle(from: start, within: groups) : nil
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The strongly connected component of each task, by Kosaraju's two passes, without recursion.
    private func components() -> [Int] {
        var finished: [Int] = []
        finished.reserveCapacity(count)
        var next = [Int](repeating: -1, count: count)
        for root in 0..<count where next[root] < 0 {
            var path = [root]
            next[root] = 0
            while let task = path.last {
                let list = dependencies(of: task)
                let position = list.startIndex + next[task]
                guard position < list.endIndex else {
                    finished.append(task)
                    path.removeLast()
                    continue
                }
                next[task] += 1
                let dependency = Int(list[position])
                if next[dependency] < 0 {
                    next[dependency] = 0
                    path.append(dependency)
                }
            }
        }
        var component = [Int](repeating: -1, count: count)
        for root in finished.reversed() where component[root] < 0 {
            var waiting = [root]
            component[root] = root
            while let task = waiting.popLast() {
                for dependent in dependents(of: task) where component[Int(dependent)] < 0 {
                    component[Int(dependent)] = root
                    waiting.append(Int(dependent))
                }
            }
        }
        return component
    }

    /// Breadth first along dependencies from a task of a group back to itself.
    private func shortestCycle(from start: Int, within groups: [Int]) -> [Int] {
        var cameFrom: [Int: Int] = [:]
        var queue = [start]
        var next = 0
        while next < queue.count {
            let task = queue[next]
            next += 1
            for dependency in dependencies(of: task).map(Int.init)
            where groups[dependency] == groups[start] {
                if dependency == start {
                    var path = [task]
                    while let last = path.last, last != start, let before = cameFrom[last] {
                        path.append(before)
                    }
                    return path.reversed()
                }
                if cameFrom[dependency] == nil {
                    cameFrom[dependency] = task
                    queue.append(dependency)
                }
            }
        }
        return []
    }
}
