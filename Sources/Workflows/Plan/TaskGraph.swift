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

    /// A shortest cycle through the first task that is in one; empty where there is none.
    ///
    /// Each task depends on the next and the last on the first. Time is linear.
    public func cycle() -> [Int] {
        guard let start = firstTaskInCycle() else { return [] }
        // Breadth first along dependencies from the task back to itself.
        var cameFrom = [Int](repeating: -1, count: count)
        var queue = [start]
        var next = 0
        while next < queue.count {
            let task = queue[next]
            next += 1
            for dependency in dependencies(of: task).map(Int.init) {
                if dependency == start {
                    var path = [task]
                    while let last = path.last, last != start { path.append(cameFrom[last]) }
                    return path.reversed()
                }
                if cameFrom[dependency] < 0 {
                    cameFrom[dependency] = task
                    queue.append(dependency)
                }
            }
        }
        return []
    }

    /// Peels off, from both ends, the tasks that no cycle can go through; what stays after that on a
    /// walk along dependencies repeats, and the least index of the walk's loop is the answer.
    private func firstTaskInCycle() -> Int? {
        var unmet = (0..<count).map { dependencies(of: $0).count }
        var free = (0..<count).filter { unmet[$0] == 0 }
        while let task = free.popLast() {
            for dependent in dependents(of: task) {
                unmet[Int(dependent)] -= 1
                if unmet[Int(dependent)] == 0 { free.append(Int(dependent)) }
            }
        }
        guard var task = (0..<count).first(where: { unmet[$0] > 0 }) else { return nil }
        var visited = [Int](repeating: -1, count: count)
        var walk: [Int] = []
        while visited[task] < 0 {
            visited[task] = walk.count
            walk.append(task)
            guard let blocked = dependencies(of: task).first(where: { unmet[Int($0)] > 0 }) else {
                return nil
            }
            task = Int(blocked)
        }
        return walk[visited[task]...].min()
    }
}
