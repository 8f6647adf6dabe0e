public import Values

/// Why an attempt of a task failed, as the executor tells it: whether another attempt may help is
/// decided there, once, and nowhere else guessed from the text.
public struct TaskError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The type of the error in CamelCase, which `retryPolicy.retryableErrors` names.
    public var type: String
    /// What happened, for people, without secrets.
    public var message: String
    /// Whether another attempt may succeed.
    public var isRetryable: Bool
    /// How long the other side asked to wait before another attempt.
    public var retryAfter: Duration?
    /// The number that the other side gave: a status of HTTP, or an exit code.
    public var code: Int?

    /// Makes an error.
    public init(
        type: String, message: String, isRetryable: Bool, retryAfter: Duration? = nil,
        code: Int? = nil
    ) {
        self.type = type
        self.message = message
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
        self.code = code
    }

    /// The type and the message.
    public var description: String { "\(type): \(message)" }
}

extension TaskError {
    /// The types of errors that executors and the engine use.
    public enum Kind {
        /// The attempt took longer than its task allows.
        public static let timeout = "TimeoutError"
        /// The other side asks for fewer requests.
        public static let rateLimit = "RateLimitError"
        /// The other side could not be reached, or the connection broke.
        public static let connection = "ConnectionError"
        /// The other side failed.
        public static let server = "ServerError"
        /// The other side refused the request.
        public static let client = "ClientError"
        /// A process ended with a status other than 0.
        public static let exitCode = "ExitCodeError"
        /// A process was ended by a signal.
        public static let signal = "SignalError"
        /// The inputs or outputs are not what the task's type takes and gives.
        public static let validation = "ValidationError"
        /// An expression could not be evaluated.
        public static let expression = "ExpressionError"
        /// The process that made the attempt ended before the attempt did.
        public static let interrupted = "InterruptedError"
        /// A result is larger than is kept.
        public static let tooLarge = "TooLargeError"
        /// The condition is false, and the task says that this is a failure.
        public static let condition = "ConditionError"
        /// The task's type has no executor here.
        public static let unsupported = "UnsupportedTaskError"
        /// The other side has more to do than it can.
        public static let overloaded = "OverloadedError"
        /// The other side does not know who asks, or does not let them.
        public static let authentication = "AuthenticationError"
        /// The account with the other side is used up, until somebody pays or raises a limit.
        public static let quota = "QuotaExceededError"
        /// The request is longer than the model takes.
        public static let contextLength = "ContextLengthError"
        /// The other side's filter refused the request or its answer.
        public static let contentFilter = "ContentFilterError"
        /// The request itself is wrong.
        public static let invalidRequest = "InvalidRequestError"
        /// The circuit of the provider was open for longer than the attempt could wait.
        public static let circuitOpen = "CircuitOpenError"
        /// There is no such provider.
        public static let providerNotFound = "ProviderNotFoundError"
        /// The attempt needs more of a resource than there is.
        public static let unschedulable = "UnschedulableError"
        /// An error of the product itself.
        public static let `internal` = "InternalError"
    }

    /// An attempt that took too long; may be tried again.
    public static func timedOut(after limit: Duration) -> TaskError {
        TaskError(
            type: Kind.timeout, message: "the attempt took longer than \(limit.text)",
            isRetryable: true)
    }

    /// Inputs that the task cannot work with; trying again cannot help.
    public static func invalid(_ message: String) -> TaskError {
        TaskError(type: Kind.validation, message: message, isRetryable: false)
    }
}

/// How an attempt of a task ended.
public enum AttemptOutcome: Sendable, Hashable {
    /// It gave these outputs.
    case succeeded(outputs: JSONObject)
    /// It failed.
    indirect case failed(TaskError)
    /// It was cancelled from outside before it ended.
    case cancelled
}
