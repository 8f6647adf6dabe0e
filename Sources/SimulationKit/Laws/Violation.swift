/// A law that did not hold.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
    /// The law's number in docs/invariants.md.
    public let law: Int
    /// What happened instead.
    public let message: String
    /// When, in the simulation's time.
    public let moment: Duration

    /// The law, the moment and what happened.
    public var description: String { "law \(law) at \(moment): \(message)" }
}
