import Executors
import Synchronization
import Values
import Workflows

/// An attempt of a task of the tests.
func attempt(_ inputs: JSONObject, number: Int = 1, deadline: Timestamp? = nil)
    -> TaskAttemptRequest
{
    TaskAttemptRequest(
        namespace: "default", run: "run", runUID: "uid-1", taskID: "task", attempt: number,
        inputs: inputs, deadline: deadline)
}

extension AttemptOutcome {
    /// The outputs of a success; nil for any other end.
    var outputs: JSONObject? {
        guard case .succeeded(let outputs) = self else { return nil }
        return outputs
    }

    /// The error of a failure; nil for any other end.
    var error: TaskError? {
        guard case .failed(let error) = self else { return nil }
        return error
    }
}

/// A sink that keeps what it gets and tells when a text has come.
final class RecordedOutput: AttemptOutputSink {
    private let streams = Mutex<[AttemptOutputStream: [UInt8]]>([:])
    private let lines: AsyncStream<String>.Continuation
    /// The pieces of standard output.
    let standardOutput: AsyncStream<String>

    init() { (standardOutput, lines) = AsyncStream.makeStream() }

    func write(stream: AttemptOutputStream, bytes: [UInt8]) async {
        streams.withLock { $0[stream, default: []] += bytes }
        if stream == .stdout { lines.yield(String(decoding: bytes, as: UTF8.self)) }
    }

    func text(_ stream: AttemptOutputStream) -> String {
        String(decoding: streams.withLock { $0[stream] ?? [] }, as: UTF8.self)
    }
}
