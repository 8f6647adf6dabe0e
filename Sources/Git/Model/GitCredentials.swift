/// What a server is shown, and what it must show.
///
/// Credentials go to the scheme, host and port of the fetched URL and to no other: redirects to
/// another are refused before anything is sent there.
public struct GitCredentials: Sendable, Hashable {
    /// How we say who we are.
    public enum Authorization: Sendable, Hashable {
        /// Not at all.
        case none
        /// With a user name and a password or token.
        case basic(username: String, password: String)
        /// With a token alone.
        case bearer(String)
    }

    /// How we say who we are.
    public var authorization: Authorization
    /// The certificates in PEM that the server's must come from, in place of the system's.
    public var caPEM: [UInt8]?
    /// Our certificate and its key in PEM, where the server asks for one.
    public var clientCertificatePEM: [UInt8]?
    /// The key of our certificate in PEM.
    public var clientKeyPEM: [UInt8]?

    /// Makes credentials; without arguments, none.
    public init(
        authorization: Authorization = .none, caPEM: [UInt8]? = nil,
        clientCertificatePEM: [UInt8]? = nil, clientKeyPEM: [UInt8]? = nil
    ) {
        self.authorization = authorization
        self.caPEM = caPEM
        self.clientCertificatePEM = clientCertificatePEM
        self.clientKeyPEM = clientKeyPEM
    }

    /// No credentials.
    public static let none = GitCredentials()
}

extension GitCredentials: CustomStringConvertible, CustomReflectable {
    /// The kinds of credentials, and none of them.
    public var description: String {
        switch authorization {
        case .none: "no authorization"
        case .basic: "basic authorization"
        case .bearer: "bearer authorization"
        }
    }

    /// Nothing, so that a dump shows no secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
