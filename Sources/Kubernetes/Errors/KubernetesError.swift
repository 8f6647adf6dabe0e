/// Why a request to the API failed, told once, where it was seen.
public struct KubernetesError: Error, Sendable, Hashable {
    /// The kinds of failure that callers tell apart.
    public enum Code: Sendable, Hashable {
        /// The request itself is malformed (400).
        case badRequest
        /// The server does not know who asks (401).
        case unauthorized
        /// The server knows who asks and refuses (403).
        case forbidden
        /// There is no such object: the API itself says so (404 and the reason `NotFound`).
        case notFound
        /// Nobody knows the path (404 and no more): the kind is not installed, or what answered is
        /// not the API but something before it. It proves nothing about any object.
        case unknownPath
        /// The resource has no such verb (405).
        case methodNotAllowed
        /// The object changed since it was read, or a precondition does not hold (409).
        case conflict
        /// An object of that name is there (409).
        case alreadyExists
        /// The version or continue token is no longer kept (410).
        case gone
        /// The object is larger than the server takes (413).
        case tooLarge
        /// The object breaks its schema or a rule (422).
        case invalid
        /// The server asks to come back later (429); the request was not executed.
        case tooManyRequests
        /// The server failed inside (500).
        case internalError
        /// The server or what is behind it is not there (502, 503).
        case unavailable
        /// The server (504) or we gave up waiting.
        case timeout
        /// The caller was cancelled.
        case cancelled
        /// The connection failed.
        case transport
        /// The reply is not what the protocol says.
        case malformedReply
        /// The configuration cannot be used.
        case configuration
        /// The server's versions went back, as after a restore from a backup.
        case versionWentBack
        /// A status that none of the others covers.
        case other
    }

    /// One thing that is wrong with an object.
    public struct Cause: Sendable, Hashable {
        /// The server's word for it, as `FieldValueInvalid`.
        public var reason: String
        /// What is wrong.
        public var message: String
        /// The field, as `spec.tasks[0].id`.
        public var field: String

        /// Makes a cause.
        public init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// What kind of failure it is.
    public var code: Code
    /// What was being done, what happened, and what to do where that is known.
    public var message: String
    /// The server's own word, as `AlreadyExists`; empty where the server did not speak.
    public var reason: String
    /// The HTTP status; nil where there was no reply.
    public var status: Int?
    /// Everything that is wrong with an object the server called invalid.
    public var causes: [Cause]
    /// How long the server asks to wait.
    public var retryAfter: Duration?
    /// Whether a mutation may have happened all the same, so that the next step is a read (law 5).
    public var outcomeUnknown: Bool

    /// Makes an error from its parts.
    public init(
        _ code: Code, _ message: String, reason: String = "", status: Int? = nil,
        causes: [Cause] = [], retryAfter: Duration? = nil, outcomeUnknown: Bool = false
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.status = status
        self.causes = causes
        self.retryAfter = retryAfter
        self.outcomeUnknown = outcomeUnknown
    }

    /// Whether the same request can succeed later without anybody changing it.
    public var isTransient: Bool {
        switch code {
        case .tooManyRequests, .internalError, .unavailable, .timeout, .transport,
            .malformedReply, .unknownPath:
            true
        // A new certificate, token or role binding is how these two end.
        case .unauthorized, .forbidden: false
        case .badRequest, .notFound, .methodNotAllowed, .conflict, .alreadyExists, .gone,
            .tooLarge, .invalid, .cancelled, .configuration, .versionWentBack, .other:
            false
        }
    }
}

extension KubernetesError: CustomStringConvertible {
    /// The message, which has the server's own words where it spoke.
    public var description: String { message }
}
