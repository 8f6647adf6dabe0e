public import Values

/// Why a JSON value is no schema this room can use.
public struct SchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The place inside the schema.
    public var path: JSONPath
    /// What is wrong there.
    public var message: String

    init(_ path: JSONPath, _ message: String) {
        self.path = path
        self.message = message
    }

    /// The place and the message.
    public var description: String { path == .root ? message : "\(path): \(message)" }
}
