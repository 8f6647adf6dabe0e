import Git
import Kubernetes
import Observability
import Values

/// Reads the Secret that a repository refers to.
enum RepositoryCredentials {
    /// The credentials that a Secret holds, told to the redactor before anything else sees them.
    ///
    /// - Throws: ``RepositoryProblem`` naming the Secret and the key, and never a value.
    static func read(
        _ name: String, namespace: String, client: KubernetesClient, redactor: Redactor
    ) async throws(RepositoryProblem) -> GitCredentials {
        let secret: KubernetesObject
        do {
            secret = try await client.get(.secrets, ObjectKey(namespace: namespace, name: name))
        } catch {
            throw RepositoryProblem(
                reason: error.code == .notFound ? "SecretNotFound" : "SecretNotReadable",
                message: "spec.secretRef: the Secret \(name) cannot be read: \(error.description)",
                isTransient: error.isTransient || error.code == .notFound)
        }
        let data = secret.json["data"]?.objectValue ?? [:]
        var values: [String: [UInt8]] = [:]
        for (key, value) in data {
            guard let bytes = value.stringValue.flatMap({ Base64.decode($0) }) else {
                throw RepositoryProblem(
                    reason: "InvalidSecret",
                    message: "the key \(key) of the Secret \(name) is not base64")
            }
            values[key] = bytes
        }
        // What is not used is a secret as well.
        for key in ["password", "bearerToken"] {
            values[key].map { redactor.add(trimmed($0), in: namespace) }
        }
        return try credentials(values, secret: name)
    }

    /// What the values of a Secret come to; a value that is not used may be anything.
    static func credentials(
        _ values: [String: [UInt8]], secret: String
    ) throws(RepositoryProblem) -> GitCredentials {
        var credentials = GitCredentials(
            caPEM: values["ca.crt"], clientCertificatePEM: values["tls.crt"],
            clientKeyPEM: values["tls.key"])
        if let token = values["bearerToken"] {
            credentials.authorization = .bearer(try text(token, key: "bearerToken", secret: secret))
        } else if let password = values["password"] {
            // Servers that take a token for the password often want no user with it.
            let username = try values["username"].map { bytes throws(RepositoryProblem) in
                try text(bytes, key: "username", secret: secret, mayBeEmpty: true)
            }
            credentials.authorization = .basic(
                username: username ?? "git",
                password: try text(password, key: "password", secret: secret))
        } else if values["ca.crt"] == nil, values["tls.crt"] == nil {
            throw RepositoryProblem(
                reason: "InvalidSecret",
                message: "the Secret \(secret) has none of the keys username and password, "
                    + "bearerToken, ca.crt, or tls.crt and tls.key")
        }
        return credentials
    }

    /// The text of a key, without the line breaks at its end.
    static func text(
        _ bytes: [UInt8], key: String, secret: String, mayBeEmpty: Bool = false
    ) throws(RepositoryProblem) -> String {
        let text = trimmed(bytes)
        let isClean = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isClean, mayBeEmpty || !text.isEmpty else {
            let problem = isClean ? "is empty" : "holds a line break or another control character"
            throw RepositoryProblem(
                reason: "InvalidSecret",
                message: "the key \(key) of the Secret \(secret) \(problem)")
        }
        return text
    }

    /// The text of some bytes without the line breaks at its end: files that Secrets are made of have
    /// one that nobody means.
    private static func trimmed(_ bytes: [UInt8]) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
