import Engine
import Testing
import Values
import Workflows

@Suite struct SkippingTests {
    private func phases(_ run: borrowing TestRun, _ ids: [String]) -> [TaskPhase?] {
        ids.map { run.phase(of: $0) }
    }

    @Test func `a false condition skips the task`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a", condition: "1 > 2")]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.stored["tasks"]?["a"]?["reason"] == "ConditionFalse")
        #expect(run.stored["progress"] == "1/1")
    }

    @Test func `a skip by condition spreads along dependsOn`() throws {
        var run = TestRun(
            try TestPlan.make([
                TestTask("a", condition: "false"), TestTask("b", after: ["a"]),
                TestTask("c", after: ["b"]), TestTask("d"),
            ]))
        run.send(.start)
        try run.runToEnd { _ in .succeeded(outputs: [:]) }
        #expect(phases(run, ["a", "b", "c", "d"]) == [.skipped, .skipped, .skipped, .completed])
        #expect(run.stored["tasks"]?["c"]?["reason"] == "DependencySkipped")
        #expect(run.stored["tasks"]?["b"]?["message"] == "task 'a' was skipped")
    }

    @Test func `a task that only asks for the phase of a skipped one runs`() throws {
        var run = TestRun(
            try TestPlan.make([
                TestTask("a", condition: "false"),
                TestTask("b", reading: ["a"], inputs: ["was": "${{ tasks.a.phase }}"]),
            ]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.executing.first?.inputs == ["was": "Skipped"])
    }

    @Test func `a failure that lets the run go on skips only what needs its outputs`() throws {
        var run = TestRun(
            try TestPlan.make([
                TestTask("a", onFailure: .continue),
                TestTask("needs", reading: ["a"], inputs: ["x": "${{ tasks.a.outputs.x }}"]),
                TestTask("after", after: ["a"]), TestTask("behind", after: ["needs"]),
            ]))
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("a", isRetryable: false)
        try run.runToEnd { _ in .succeeded(outputs: [:]) }
        #expect(
            phases(run, ["a", "needs", "after", "behind"])
                == [.failed, .skipped, .completed, .completed])
        #expect(run.stored["tasks"]?["needs"]?["reason"] == "MissingOutput")
        #expect(run.finished == .completed)
        #expect(run.stored["reason"] == "CompletedWithFailures")
        #expect(run.stored["message"] == "1 task failed; 'a': TestError: it failed")
    }

    @Test func `an expression without a value fails its task and is not tried again`() throws {
        var run = TestRun(
            try TestPlan.make([
                TestTask(
                    "a", inputs: ["x": "${{ workflow.inputs.absent }}"],
                    retry: RetryPolicy(maxAttempts: 5))
            ]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.stored["tasks"]?["a"]?["error"]?["type"] == "ExpressionError")
        #expect(run.actions.allSatisfy { if case .launch = $0 { false } else { true } })
    }

    @Test func `a condition without a value fails its task`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a", condition: "workflow.inputs.absent")]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.stored["tasks"]?["a"]?["error"]?["type"] == "ExpressionError")
    }
}
