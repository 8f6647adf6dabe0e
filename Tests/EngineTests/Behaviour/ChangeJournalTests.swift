import Engine
import Testing
import Workflows

/// What an owner is told of the steps that a write carries; that they lead to what is stored is checked
/// at every write of a `TestRun`.
@Suite struct ChangeJournalTests {
    /// The steps of a task, or of the run, as words.
    private static func steps(of task: String?, in told: [PhaseChange]) -> [String] {
        told.filter { $0.task == task }.map { change in
            let attempt = change.attempt > 0 ? " #\(change.attempt)" : ""
            let reason = change.reason.map { " (\($0))" } ?? ""
            return "\(change.from) to \(change.to)\(attempt)\(reason)"
        }
    }

    @Test func `each step is told once, in order, with its attempt and why`() throws {
        let plan = try TestPlan.make([
            TestTask("a", retry: RetryPolicy(maxAttempts: 2)), TestTask("b", after: ["a"]),
        ])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("a")
        run.acknowledgeAll()
        let due = run.timer
        run.now = try #require(due)
        run.send(.timerFired)
        run.acknowledgeAll()
        try run.succeed("a")
        run.acknowledgeAll()
        try run.succeed("b")
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(
            ChangeJournalTests.steps(of: nil, in: run.told) == [
                "Pending to Running (Started)", "Running to Completed (Completed)",
            ])
        #expect(
            ChangeJournalTests.steps(of: "a", in: run.told) == [
                "Pending to Ready", "Ready to Launching #1", "Launching to Running #1",
                "Running to Retrying #1 (TestError)", "Retrying to Ready #1",
                "Ready to Launching #2", "Launching to Running #2", "Running to Completed #2",
            ])
        #expect(
            ChangeJournalTests.steps(of: "b", in: run.told) == [
                "Pending to Ready", "Ready to Launching #1", "Launching to Running #1",
                "Running to Completed #1",
            ])
    }

    @Test func `nothing is told to an owner that does not ask for it`() throws {
        var limits = TestRun.limits
        limits.notesChanges = false
        var run = TestRun(try TestPlan.make([TestTask("a")]), limits: limits)
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.told.isEmpty)
    }
}
