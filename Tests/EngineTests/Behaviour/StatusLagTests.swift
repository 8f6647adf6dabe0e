import Engine
import Testing
import Values
import Workflows

/// How soon those who watch a run see what it does, and what that costs.
@Suite struct StatusLagTests {
    @Test func `a long task is seen to run within the lag, at the cost of one write`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]), limits: RunLimits())
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.stored["tasks"]?["a"]?["phase"] == "Launching")
        let lag = try #require(RunLimits().statusLag)
        #expect(run.timer == run.now + lag)
        try run.fireTimer()
        run.acknowledgeAll()
        #expect(run.stored["tasks"]?["a"]?["phase"] == "Running")
        #expect(run.writes == 2)
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.writes == 3)
    }

    @Test func `a short task is not seen to run and costs no such write`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]), limits: RunLimits())
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.writes == 2)
    }

    /// An owner that wakes between two milliseconds would wake again and again for nothing.
    @Test func `a write that failed is made again at a whole millisecond`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        let sequence = try run.pendingWrite().sequence
        run.write = nil
        run.send(.checkpointFailed(sequence: sequence, retryAfter: .microseconds(7_300)))
        #expect(run.timer == run.now + .milliseconds(8))
    }
}
