/// Why a control plane cannot start.
public struct ControlPlaneError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as programs tell it apart.
    public enum Code: String, Sendable, Hashable {
        /// Another process serves the same data directory.
        case locked
        /// The data was written by a newer release.
        case newerLayout
        /// The data cannot be read or written.
        case storage
        /// A definition cannot be installed.
        case invalidDefinition
    }

    /// What went wrong, as programs tell it apart.
    public let code: Code
    /// What happened, where, and what to do.
    public let message: String

    /// Makes an error.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
