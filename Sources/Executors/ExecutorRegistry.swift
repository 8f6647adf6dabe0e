public import HTTP
internal import Values
public import Workflows

/// A type of task that no executor runs.
public struct UnknownTaskTypeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The type that was asked for.
    public let type: String
    /// The types that are known, sorted.
    public let known: [String]
    /// The known type that was probably meant.
    public let suggestion: String?

    /// What is unknown, what was probably meant, and what there is.
    public var description: String {
        let hint = suggestion.map { "; did you mean \"\($0)\"?" } ?? "."
        return "no executor runs tasks of type \"\(type)\"\(hint) Known types: "
            + known.joined(separator: ", ")
    }
}

/// The executors of a process, by the type of task they run.
public struct ExecutorRegistry: Sendable {
    private let executors: [String: any TaskExecutor]

    /// Makes a registry; of two executors of one type, the later stands.
    public init(_ executors: [any TaskExecutor]) {
        self.executors = Dictionary(
            executors.map { ($0.type, $0) }, uniquingKeysWith: { _, later in later })
    }

    /// The registry with more executors; of two of one type, the later stands.
    public func adding(_ more: [any TaskExecutor]) -> ExecutorRegistry {
        ExecutorRegistry(executors.keys.sorted().compactMap { executors[$0] } + more)
    }

    /// The types that are known, sorted.
    public var types: [String] { executors.keys.sorted() }

    /// The executor of a type.
    public func executor(
        forType type: String
    ) throws(UnknownTaskTypeError) -> any TaskExecutor {
        if let executor = executors[type] { return executor }
        throw UnknownTaskTypeError(
            type: type, known: types, suggestion: Spelling.nearest(to: type, among: types))
    }

    /// Makes an attempt with the executor of its type; an unknown type is a failure for good.
    public func execute(
        _ attempt: TaskAttemptRequest, ofType type: String, output: any AttemptOutputSink
    ) async -> AttemptOutcome {
        let executor: any TaskExecutor
        do { executor = try self.executor(forType: type) } catch {
            return .failed(
                TaskError(
                    type: TaskError.Kind.unsupported, message: error.description,
                    isRetryable: false))
        }
        return await executor.execute(attempt, output: output)
    }
}

extension ExecutorRegistry {
    /// The executors that come with the product: `command`, `http` and `transform`.
    ///
    /// - Parameter commands: How commands run; nil where none may, as in an operator on a cluster.
    public static func builtIn(
        http client: HTTPClient, commands: CommandExecutor?
    ) -> ExecutorRegistry {
        var executors: [any TaskExecutor] = [HTTPExecutor(client: client), TransformExecutor()]
        if let commands { executors.append(commands) }
        return ExecutorRegistry(executors)
    }
}
