import Admission
import Kubernetes
import Values
import Workflows

/// The names of providers in tables, which are those of all namespaces.
enum ProviderName {
    static func key(_ namespace: String, _ name: String) -> String { "\(namespace)/\(name)" }

    /// The name within its namespace.
    static func resource(_ key: String) -> String {
        key.split(separator: "/", maxSplits: 1).last.map { String($0) } ?? key
    }

    static func objectKey(_ key: String) -> ObjectKey {
        let parts = key.split(separator: "/", maxSplits: 1)
        return ObjectKey(namespace: String(parts.first ?? ""), name: resource(key))
    }
}

extension DependencyOutcome {
    /// What the end of an attempt tells of the provider it went to.
    init(_ outcome: AttemptOutcome) {
        switch outcome {
        case .succeeded: self = .succeeded
        case .cancelled: self = .unknown
        case .failed(let error):
            switch error.type {
            case TaskError.Kind.rateLimit: self = .throttled(retryAfter: error.retryAfter)
            case TaskError.Kind.quota: self = .exhausted
            case TaskError.Kind.timeout, TaskError.Kind.connection, TaskError.Kind.server,
                TaskError.Kind.overloaded:
                self = .failed
            case TaskError.Kind.interrupted, TaskError.Kind.internal, TaskError.Kind.validation,
                TaskError.Kind.unsupported:
                self = .unknown
            case "CommandFailed", TaskError.Kind.signal, TaskError.Kind.exitCode: self = .failed
            default: self = .refused
            }
        }
    }

    /// How long an answer asks that its provider is sent nothing; nil where it does not, or speaks of
    /// the one request.
    static func pause(after outcome: AttemptOutcome) -> Duration? {
        guard case .failed(let error) = outcome else { return nil }
        switch error.type {
        // A 403 that says when to come again is a limit of the account, not of a right.
        case TaskError.Kind.rateLimit, TaskError.Kind.overloaded, TaskError.Kind.server,
            TaskError.Kind.timeout, TaskError.Kind.authentication:
            return error.retryAfter
        default: return nil
        }
    }

    /// The outcome as metrics name it.
    var word: String {
        switch self {
        case .succeeded: "succeeded"
        case .refused: "refused"
        case .failed: "failed"
        case .throttled: "throttled"
        case .exhausted: "exhausted"
        case .unknown: "unknown"
        }
    }
}
