/// Where the API server is, and who asks.
public struct KubernetesConfiguration: Sendable, Hashable {
    /// How a request says who asks.
    public enum Credentials: Sendable, Hashable {
        /// Nothing: the client certificate says it, or nobody asks.
        case none
        /// A bearer token.
        case token(String)
        /// A bearer token in a file, which is read again as it is renewed.
        case tokenFile(String)
        /// A user name and password.
        case password(user: String, password: String)
    }

    /// The server's address without a slash at its end, as `https://10.0.0.1:6443`.
    public var server: String
    /// The namespace that is meant where none is said.
    public var namespace: String
    /// How a request says who asks.
    public var credentials: Credentials
    /// The certificates that the server's must descend from, in PEM; nil for the machine's own.
    public var certificateAuthority: [UInt8]?
    /// Our certificate, in PEM.
    public var clientCertificate: [UInt8]?
    /// The key of our certificate, in PEM.
    public var clientKey: [UInt8]?
    /// Whether the server's certificate is taken unseen.
    public var skipsVerification: Bool
    /// Whom the requests are made as, where that is not who asks.
    public var impersonation: Impersonation?

    /// Makes a configuration from its parts.
    public init(
        server: String, namespace: String = "default", credentials: Credentials = .none,
        certificateAuthority: [UInt8]? = nil, clientCertificate: [UInt8]? = nil,
        clientKey: [UInt8]? = nil, skipsVerification: Bool = false,
        impersonation: Impersonation? = nil
    ) {
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
        self.namespace = namespace
        self.credentials = credentials
        self.certificateAuthority = certificateAuthority
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.skipsVerification = skipsVerification
        self.impersonation = impersonation
    }
}

/// The user that requests are made as: the server checks that the caller may do that.
public struct Impersonation: Sendable, Hashable {
    /// The user's name.
    public var user: String
    /// The user's groups.
    public var groups: [String]
    /// The user's identity.
    public var uid: String?

    /// Makes a user.
    public init(user: String, groups: [String] = [], uid: String? = nil) {
        self.user = user
        self.groups = groups
        self.uid = uid
    }

    /// Makes the user of a service account, with the groups that every one has.
    public init(serviceAccount name: String, namespace: String) {
        self.init(
            user: "system:serviceaccount:\(namespace):\(name)",
            groups: [
                "system:serviceaccounts", "system:serviceaccounts:\(namespace)",
                "system:authenticated",
            ])
    }
}

extension KubernetesConfiguration: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The server and namespace, and no secret (law 35).
    public var description: String { "\(server) (namespace \(namespace))" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Nothing to look into: a dump must not show a token.
    public var customMirror: Mirror { Mirror(self, children: ["server": server]) }
}
