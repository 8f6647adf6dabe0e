import Engine
import Testing
import Values
import Workflows

@Suite struct BackoffLawTests {
    /// The waits between the attempts of a task that always fails.
    private func waits(_ policy: RetryPolicy, uid: String) throws -> [Duration] {
        let plan = try TestPlan.make([TestTask("a", retry: policy)])
        var machine = RunMachine(
            plan: plan, identity: RunIdentity(namespace: "n", name: "r", uid: uid), inputs: [:],
            limits: TestRun.limits)
        var now = TestRun.start
        var waits: [Duration] = []
        var pending: [RunEvent] = [.start]
        var attempt = 0
        while let event = pending.popLast() {
            var actions: [RunAction] = []
            machine.handle(event, at: now, into: &actions)
            for action in actions {
                switch action {
                case .writeCheckpoint(let sequence):
                    pending.append(.checkpointAcknowledged(sequence: sequence))
                case .launch(let launched):
                    #expect(launched.reference.attempt == attempt + 1)
                    attempt = launched.reference.attempt
                    let error = TaskError(type: "E", message: "m", isRetryable: true)
                    pending.append(.attemptFinished(launched.reference, .failed(error)))
                case .setTimer(let time):
                    waits.append(time - now)
                    now = time
                    pending.insert(.timerFired, at: 0)
                default: break
                }
            }
        }
        #expect(machine.isFinished == true)
        return waits
    }

    @Test func `law 20: every wait lies within the bounds of its policy`() throws {
        for jitter in [0, 0.25, 1] {
            let policy = RetryPolicy(
                maxAttempts: 12, initialInterval: .milliseconds(100), maxInterval: .seconds(5),
                backoffMultiplier: 2, jitter: jitter)
            for seed in 0..<50 {
                let waits = try waits(policy, uid: "uid-\(seed)")
                #expect(waits.count == 11)
                var full = 100.0
                for wait in waits {
                    let milliseconds = Double(wait.nanoseconds) / 1e6
                    // Times are whole milliseconds, rounded up.
                    #expect(milliseconds >= full * (1 - jitter) && milliseconds <= full + 1)
                    full = min(full * 2, 5000)
                }
            }
        }
    }

    @Test func `law 20: jitter is drawn from run, task and attempt alone`() throws {
        let policy = RetryPolicy(maxAttempts: 6, initialInterval: .seconds(1), jitter: 1)
        #expect(try waits(policy, uid: "x") == waits(policy, uid: "x"))
        #expect(try waits(policy, uid: "x") != waits(policy, uid: "y"))
    }
}
