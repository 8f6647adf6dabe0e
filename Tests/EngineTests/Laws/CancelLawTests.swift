import Engine
import Testing
import Values
import Workflows

@Suite struct CancelLawTests {
    /// A cancel at every step of every run of up to three tasks.
    private func atEveryStep(
        _ body: (SmallWorld, borrowing ObservedRun, Int) throws -> Void
    ) throws {
        for count in 1...3 {
            for graph in SmallGraph.all(of: count) {
                for world in try SmallWorld.all(graph, onFailure: .fail) {
                    var observed = ObservedRun(world)
                    var step = 0
                    repeat {
                        try body(world, observed, step)
                        step += 1
                    } while try observed.step()
                }
            }
        }
    }

    /// The same world up to the same step.
    private func replay(_ world: SmallWorld, steps: Int) throws -> ObservedRun {
        var observed = ObservedRun(world)
        for _ in 0..<steps { _ = try observed.step() }
        return observed
    }

    @Test func `law 18: after a cancel nothing starts, and the run ends cancelled`() throws {
        try atEveryStep { world, observed, step in
            let wasOver = observed.run.machine.phase.isTerminal
            var cancelled = try replay(world, steps: step)
            cancelled.send(.desiredStateChanged(.cancelled))
            try cancelled.finish()
            let isRight =
                wasOver
                ? cancelled.run.finished == observed.run.machine.phase
                : cancelled.run.finished == .cancelled
            if !isRight { cancelled.observer.note("law 18: ended \(cancelled.run.machine.phase)") }
            cancelled.report("cancelled at step \(step)")
        }
    }

    @Test func `law 19: a cancel many times, around a crash, is a cancel once`() throws {
        try atEveryStep { world, _, step in
            var once = try replay(world, steps: step)
            once.send(.desiredStateChanged(.cancelled))
            let crashed = once.run.stored
            try once.finish()

            var often = try replay(world, steps: step)
            for _ in 0..<3 { often.send(.desiredStateChanged(.cancelled)) }
            try often.finish()
            often.send(.desiredStateChanged(.cancelled))
            if often.run.stored != once.run.stored {
                often.observer.note("law 19: ended \(often.run.stored), not \(once.run.stored)")
            }
            often.report("cancelled often at step \(step)")

            // What had ended without its end being stored may end as cancelled after a crash.
            guard once.run.finished == .cancelled else { return }
            var again = try TestRun(resuming: crashed, world.plan, at: once.run.now)
            again.send(.desiredStateChanged(.cancelled))
            again.send(.start)
            again.send(.desiredStateChanged(.cancelled))
            again.acknowledgeAll()
            #expect(again.finished == once.run.finished)
            #expect(again.executing.isEmpty)
        }
    }
}
