import Executors
import Values
import Workflows

/// What does the work of a type of task in a simulation: what the definition's script says.
struct ScriptedExecutor: Executors.TaskExecutor {
    /// A secret that no status, event or log may show (law 35).
    static let canary = "canary-5d41402abc4b2a76"

    let type: String
    let host: Host
    let cluster: Cluster

    private var world: World { cluster.world }

    func execute(
        _ attempt: TaskAttemptRequest, output: any AttemptOutputSink
    ) async -> AttemptOutcome {
        guard !Task.isCancelled, host.isAlive else { return .cancelled }
        guard let step = cluster.laws.attemptStarts(attempt, type: type, on: host) else {
            return .failed(.invalid("no script"))
        }
        world.trace.note(
            "starts", Int64(host.number), Int64(attempt.attempt),
            name: "\(attempt.runUID) \(attempt.taskID)", detail: "\(step)")
        let outcome = await perform(step, attempt, output)
        guard host.isAlive else { return .cancelled }
        cluster.laws.attemptEnds(attempt, outcome, type: type, on: host)
        world.trace.note(
            "ends", Int64(host.number), Int64(attempt.attempt),
            name: "\(attempt.runUID) \(attempt.taskID)", detail: "\(outcome)")
        world.coverage.hit(.attempt, "\(step.name) \(outcome.name)")
        return outcome
    }

    private func perform(
        _ step: AttemptStep, _ attempt: TaskAttemptRequest, _ output: any AttemptOutputSink
    ) async -> AttemptOutcome {
        switch step {
        case .succeed(let length, let code):
            let writer = CommandWriter(attempt, self)
            guard await writer.write(to: output, part: 1), await wait(length) else {
                return .cancelled
            }
            return .succeeded(outputs: outputs(code))
        case .fail(let length, let type, let isRetryable, let retryAfter):
            let writer = CommandWriter(attempt, self)
            guard await writer.write(to: output, part: 0.5), await wait(length) else {
                return .cancelled
            }
            let message = "it failed with \(ScriptedExecutor.canary)"
            return .failed(
                TaskError(
                    type: type, message: message, isRetryable: isRetryable, retryAfter: retryAfter))
        case .hang(let stopping):
            while await wait(.seconds(3600)) {}
            await host.linger(stopping)
            return .cancelled
        case .obey:
            let deadline = attempt.deadline ?? host.now
            guard await wait(max(.zero, deadline - host.now)) else { return .cancelled }
            return .failed(.timedOut(after: .seconds(1)))
        }
    }

    private func outputs(_ code: Int64) -> JSONObject {
        let text = world.secretWords.isEmpty ? "" : " \(ScriptedExecutor.canary)"
        return type == "http"
            ? ["status": .integer(code), "body": .string("ok\(text)")]
            : ["exitCode": .integer(code), "stdout": .string(text)]
    }

    /// Waits; false when the attempt was cancelled before.
    func wait(_ duration: Duration) async -> Bool {
        do {
            try await world.clock.sleep(duration)
            return true
        } catch {
            return false
        }
    }
}

extension AttemptStep {
    /// How attempts can end, as tables name it.
    static let possibleEnds: [String] = {
        let errors = ["ClientError", "ConnectionError", "RateLimitError", "ServerError"]
        return ["succeed succeeded", "succeed cancelled"]
            + errors.flatMap { ["fail \($0) failed", "fail \($0) cancelled"] }
            + ["hang cancelled", "obey failed", "obey cancelled"]
    }()

    /// The kind of step, for tables.
    var name: String {
        switch self {
        case .succeed: "succeed"
        case .fail(_, let type, _, _): "fail \(type)"
        case .hang: "hang"
        case .obey: "obey"
        }
    }
}

extension AttemptOutcome {
    /// The kind of outcome, for tables.
    var name: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}
