public import POSIX
public import Values

/// How a control plane is set up.
public struct ControlPlaneConfiguration: Sendable {
    /// Where objects are kept; nil keeps them in memory, gone with the process.
    public var dataDirectory: String?
    /// The bearer token that every request but those for health and version must carry.
    public var token: String
    /// The wall clock.
    public var clock: @Sendable () -> Timestamp
    /// Random bytes, of which UIDs and generated names are made.
    public var random: @Sendable (Int) -> [UInt8]

    /// Says what is wrong, beyond its schema, with an object of a custom kind whose spec is written:
    /// its kind and the object, to sentences that whoever writes it gets as warnings.
    public var review: @Sendable (_ kind: String, _ object: JSON) -> [String] = { _, _ in [] }

    /// Makes a configuration; the defaults are the system's clock and randomness.
    public init(
        dataDirectory: String?, token: String,
        clock: @escaping @Sendable () -> Timestamp = { SystemClock.now() },
        random: @escaping @Sendable (Int) -> [UInt8] = { RandomBytes.make($0) }
    ) {
        self.dataDirectory = dataDirectory
        self.token = token
        self.clock = clock
        self.random = random
    }
}
