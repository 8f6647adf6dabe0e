import Engine
import Testing
import Values
import Workflows

/// Every graph of up to four tasks, every way each task can go, and a crash at every step.
///
/// The observer checks laws 1, 4, 7, 9, 10, 11, 12 and 18 on each of them, and the reference
/// scheduler says how each must end.
@Suite struct ExhaustiveTests {
    @Test(arguments: [FailureAction.fail, .continue], [1, 2, 3, 4])
    func `laws 1, 4, 7, 9, 10 and 12: every small run ends as the reference says`(
        onFailure: FailureAction, count: Int
    ) throws {
        for graph in SmallGraph.all(of: count) {
            for world in try SmallWorld.all(graph, onFailure: onFailure) {
                var observed = ObservedRun(world)
                try observed.finish()
                observed.checkEnd()
                observed.report("without a crash")
            }
        }
    }

    /// The status that is stored, and the one that is written and not acknowledged, at every step.
    @Test(arguments: [FailureAction.fail, .continue], [1, 2, 3])
    func `laws 4, 7, 9, 10, 11 and 12: a crash at any step changes no end`(
        onFailure: FailureAction, count: Int
    ) throws {
        for graph in SmallGraph.all(of: count) {
            for world in try SmallWorld.all(graph, onFailure: onFailure) {
                var observed = ObservedRun(world)
                repeat {
                    try crash(world, observed, observed.run.stored, "crash with the stored status")
                    if let write = observed.run.write {
                        try crash(world, observed, write.status, "crash with the write unanswered")
                    }
                } while try observed.step()
            }
        }
    }

    /// At four tasks, the last step before each write is answered stands for those before it: the same
    /// status is stored, and the most was launched.
    @Test(arguments: [FailureAction.fail, .continue], [0, 1, 2, 3])
    func `laws 4, 7, 9, 10, 11 and 12: a crash around any write of four tasks changes no end`(
        onFailure: FailureAction, part: Int
    ) throws {
        for (number, graph) in SmallGraph.all(of: 4).enumerated() where number % 4 == part {
            for world in try SmallWorld.all(graph, onFailure: onFailure) {
                var observed = ObservedRun(world)
                repeat {
                    guard let write = observed.run.write else { continue }
                    try crash(world, observed, write.status, "crash with the write unanswered")
                } while try observed.step()
            }
        }
    }

    private func crash(
        _ world: SmallWorld, _ observed: borrowing ObservedRun, _ status: JSON, _ context: String
    ) throws {
        var again = try ObservedRun(
            world, resuming: status, observed.observer, at: observed.run.now)
        try again.finish()
        again.checkEnd()
        again.report(context)
    }

    @Test func `the graphs of four tasks are the thirty-one there are`() {
        #expect([1, 2, 3, 4].map { SmallGraph.all(of: $0).count } == [1, 2, 6, 31])
    }
}
