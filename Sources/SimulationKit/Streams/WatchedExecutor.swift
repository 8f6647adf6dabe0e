import Executors
import Workflows

/// The product's executor of a type, watched by the laws of attempts.
struct WatchedExecutor: Executors.TaskExecutor {
    let inner: any Executors.TaskExecutor
    let host: Host
    let cluster: Cluster

    var type: String { inner.type }

    func execute(
        _ attempt: TaskAttemptRequest, output: any AttemptOutputSink
    ) async -> AttemptOutcome {
        guard !Task.isCancelled, host.isAlive else { return .cancelled }
        guard cluster.laws.attemptStarts(attempt, type: type, on: host) != nil else {
            return .failed(.invalid("nobody made such a stream up"))
        }
        cluster.streamLaws.starts(attempt, on: host)
        cluster.world.trace.note(
            "starts", Int64(host.number), Int64(attempt.attempt),
            name: "\(attempt.runUID) \(attempt.taskID)")
        let outcome = await inner.execute(attempt, output: output)
        guard host.isAlive else { return .cancelled }
        cluster.laws.attemptEnds(attempt, outcome, type: type, on: host)
        cluster.world.trace.note(
            "ends", Int64(host.number), Int64(attempt.attempt),
            name: "\(attempt.runUID) \(attempt.taskID)", detail: "\(outcome)")
        cluster.world.coverage.hit(.stream, "attempt \(StreamCoverage.name(of: outcome))")
        return outcome
    }
}
