import Engine

/// What a task does in the small worlds of the law tests.
enum Behaviour: Int, CaseIterable {
    case succeeds
    case fails
    /// Its first attempt fails, and any other is well.
    case failsOnce
    /// Its condition is false.
    case isSkipped
}

/// A graph of at most a few tasks: for each, the ones before it that it waits for.
struct SmallGraph: Hashable, CustomStringConvertible {
    var dependencies: [[Int]]

    var count: Int { dependencies.count }

    var description: String { dependencies.map { "\($0)" }.joined() }

    /// Every acyclic graph of that many tasks, one of each shape: of the graphs that differ only by
    /// the names of their tasks, the first in order.
    static func all(of count: Int) -> [SmallGraph] {
        let pairs = (0..<count).flatMap { task in (0..<task).map { (task, $0) } }
        let orders = permutations(of: count)
        var seen: Set<Set<[Int]>> = []
        var graphs: [SmallGraph] = []
        for mask in 0..<(1 << pairs.count) {
            let edges = pairs.indices.filter { mask >> $0 & 1 == 1 }.map { pairs[$0] }
            let shapes = orders.map { order in
                Set(edges.map { [order[$0.0], order[$0.1]] })
            }
            guard !shapes.contains(where: seen.contains) else { continue }
            seen.insert(Set(edges.map { [$0.0, $0.1] }))
            var dependencies: [[Int]] = Array(repeating: [], count: count)
            for (task, dependency) in edges { dependencies[task].append(dependency) }
            graphs.append(SmallGraph(dependencies: dependencies))
        }
        return graphs
    }

    private static func permutations(of count: Int) -> [[Int]] {
        var found: [[Int]] = [[]]
        for element in 0..<count {
            found = found.flatMap { order in
                (0...order.count).map { position in
                    var longer = order
                    longer.insert(element, at: position)
                    return longer
                }
            }
        }
        return found
    }
}

/// The rules of a run once more, told as plainly as they can be: look at every task again and again
/// until nothing changes.
///
/// No crash, no checkpoint, no time.
///
/// It shares no code with the engine but the names of the phases.
struct ReferenceScheduler {
    /// Where each task ends when failures let the run go on.
    ///
    /// Exact: it depends on no order.
    static func phasesContinuing(_ graph: SmallGraph, _ behaviours: [Behaviour]) -> [TaskPhase] {
        var phases: [TaskPhase?] = Array(repeating: nil, count: graph.count)
        var changed = true
        while changed {
            changed = false
            for task in 0..<graph.count where phases[task] == nil {
                let before = graph.dependencies[task].map { phases[$0] }
                guard !before.contains(nil) else { continue }
                changed = true
                if before.contains(.skipped) {
                    phases[task] = .skipped
                } else {
                    switch behaviours[task] {
                    case .isSkipped: phases[task] = .skipped
                    case .fails: phases[task] = .failed
                    case .succeeds, .failsOnce: phases[task] = .completed
                    }
                }
            }
        }
        return phases.map { $0 ?? .pending }
    }

    /// The tasks that may be the one that fails a run which ends at its first failure: those that
    /// fail with nothing before them that fails or is skipped.
    static func firstFailures(_ graph: SmallGraph, _ behaviours: [Behaviour]) -> Set<Int> {
        let phases = phasesContinuing(graph, behaviours)
        var failsBefore = Array(repeating: false, count: graph.count)
        for task in 0..<graph.count {
            failsBefore[task] = graph.dependencies[task].contains {
                failsBefore[$0] || phases[$0] == .failed
            }
        }
        return Set((0..<graph.count).filter { phases[$0] == .failed && !failsBefore[$0] })
    }
}
