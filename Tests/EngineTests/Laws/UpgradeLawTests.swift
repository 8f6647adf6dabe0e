import Engine
import Testing
import Values
import Workflows

/// Statuses as earlier releases stored them; `v1` is that of releases which knew no scopes.
@Suite struct UpgradeLawTests {
    private let plan: WorkflowPlan

    init() throws {
        plan = try TestPlan.compile([
            "inputs": [["name": "who", "type": "string"]],
            "config": ["timeout": "1h"],
            "tasks": [
                TestPlan.command("a"),
                TestPlan.command(
                    "b",
                    [
                        "dependsOn": ["a"], "onFailure": "Continue",
                        "retryPolicy": ["maxAttempts": 3, "initialInterval": "10s"],
                    ]),
                [
                    "id": "c", "type": "command", "onFailure": "Continue",
                    "inputs": ["command": ["echo", "${{ tasks.b.outputs.stdout }}"]],
                ],
                TestPlan.command("d", ["dependsOn": ["b"]]),
            ],
            "outputs": ["said": "${{ tasks.a.outputs.stdout }}"],
        ])
    }

    private func resume(_ text: String, after delay: Duration = .seconds(60)) throws -> TestRun {
        let status = try JSON(parsing: text)
        var run = try TestRun(resuming: status, plan, at: TestRun.start + delay)
        // Only what the engine owns is compared, and `transitions` is new.
        for (path, entry) in status["tasks"]?.objectValue ?? [:] {
            #expect(run.status(of: path) == entry, "law 11: \(path)")
        }
        run.send(.start)
        return run
    }

    @Test func `law 38: a run that was going on goes on, and repeats nothing that ended`() throws {
        for text in [V1.running, V1.retrying] {
            var run = try resume(text)
            run.acknowledgeAll()
            #expect(run.executingIDs == ["b"])
            let before = try JSON(parsing: text)["tasks"]?["b"]?["attempt"]?.integerValue ?? 0
            #expect(run.executing.first?.reference.attempt == Int(before) + 1)
            var launched: [String] = []
            try run.runToEnd { attempt in
                launched.append(attempt.taskID)
                return .succeeded(outputs: ["stdout": "x"])
            }
            #expect(run.finished == .completed)
            #expect(Set(launched) == ["b", "c", "d"])
            #expect(run.stored["outputs"]?["said"] == "one")
        }
    }

    @Test func `law 38: a run that was paused stays paused until it is resumed`() throws {
        var run = try resume(V1.paused)
        run.acknowledgeAll()
        #expect(run.executing.isEmpty)
        #expect(run.machine.phase == .paused)
        run.send(.desiredStateChanged(.running))
        run.acknowledgeAll()
        #expect(run.executingIDs == ["b"])
    }

    @Test func `law 38: a run that was being cancelled ends cancelled, and starts nothing`() throws
    {
        var run = try resume(V1.cancelling)
        run.acknowledgeAll()
        #expect(run.finished == .cancelled)
        #expect(run.actions.allSatisfy { if case .launch = $0 { false } else { true } })
    }

    @Test func `law 38: a run that had ended stays as it ended`() throws {
        let run = try resume(V1.completed)
        #expect(run.finished == .completed)
        #expect(run.writes == 0)
        #expect(run.machine.outputs(ofTask: "d") == ["empty": ["x": nil]])
    }
}
