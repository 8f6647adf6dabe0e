internal import Values
public import Workflows

/// Runs `transform` tasks: values made of values.
///
/// The expressions of its inputs have their values when it is called, so each input is given as the
/// output of the same name; the usual one is `value`.
public struct TransformExecutor: TaskExecutor {
    /// `transform`.
    public let type = "transform"

    /// Makes an executor.
    public init() {}

    /// Gives the inputs as outputs.
    public func execute(
        _ attempt: TaskAttemptRequest, output: any AttemptOutputSink
    ) async -> AttemptOutcome {
        Task.isCancelled ? .cancelled : .succeeded(outputs: attempt.inputs)
    }
}
