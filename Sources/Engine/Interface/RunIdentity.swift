/// Which run this is: what expressions see as `run`, and what jitter is drawn from.
public struct RunIdentity: Sendable, Hashable {
    /// The namespace of the run's object.
    public let namespace: String
    /// The name of the run's object.
    public let name: String
    /// The UID the API server gave the object: two runs of one name differ in it.
    public let uid: String

    /// Makes an identity.
    public init(namespace: String, name: String, uid: String) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }
}
