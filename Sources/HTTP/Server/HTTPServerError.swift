/// Why a server could not start.
public struct HTTPServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for callers that decide by it.
    public enum Code: String, Sendable, Hashable {
        /// Another socket listens on the address and port.
        case addressInUse
        /// The port is reserved for privileged users.
        case permissionDenied
        /// The host is not an address of this machine.
        case invalidAddress
        /// The certificate or the key cannot be used.
        case tls
        /// The kernel or the library refused for another reason.
        case other
    }

    /// What went wrong.
    public var code: Code
    /// What happened, where, and what to do, in one sentence.
    public var message: String

    /// Makes an error.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
