import Executors

/// What an attempt of a command writes into its stream, in pieces cut anywhere.
struct CommandWriter {
    private let bytes: [UInt8]
    private let executor: ScriptedExecutor

    init(_ attempt: TaskAttemptRequest, _ executor: ScriptedExecutor) {
        self.executor = executor
        let task = executor.cluster.streamLaws.task(of: attempt)
        let offset = task?.resumes == true ? Int(attempt.streamOffset ?? 0) : 0
        if offset > 0 { executor.cluster.world.coverage.hit(.stream, "command resumed") }
        bytes = task?.output(from: offset, attempt.attempt) ?? []
        if task?.emits != nil {
            executor.cluster.streamLaws.starts(attempt, on: executor.host)
        }
    }

    /// Writes a part of it; false where the attempt was cancelled.
    func write(to output: any AttemptOutputSink, part: Double) async -> Bool {
        var rest = bytes.prefix(Int(Double(bytes.count) * part))
        var size = 17
        while !rest.isEmpty {
            guard await executor.wait(.milliseconds(20)) else { return false }
            await output.write(stream: .stdout, bytes: Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
            size = 1 + (size * 37) % 190
        }
        return !Task.isCancelled
    }
}
