public import Values

/// Why a run cannot be rebuilt from a status.
///
/// Permanent: the same status fails the same way.
public struct CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in plain words.
    public let message: String
    /// Where in the status.
    public let path: JSONPath

    /// Makes an error.
    public init(_ message: String, at path: JSONPath) {
        self.message = message
        self.path = path
    }

    /// The place and the message.
    public var description: String {
        path.components.isEmpty
            ? "the run's status cannot be resumed: \(message)"
            : "the run's status cannot be resumed: status.\(path): \(message)"
    }
}
