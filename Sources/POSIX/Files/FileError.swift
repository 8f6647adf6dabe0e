/// Why an operation on a file failed.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was attempted, as it stands after "cannot": `read`, `create directory`.
    public let operation: String
    /// The path as it was given.
    public let path: String
    /// The system's reason.
    public let code: ErrorNumber

    /// Makes an error.
    public init(operation: String, path: String, code: ErrorNumber) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// The operation, the path and the reason: `cannot read X: No such file or directory`.
    public var description: String { "cannot \(operation) \(path): \(code)" }
}
