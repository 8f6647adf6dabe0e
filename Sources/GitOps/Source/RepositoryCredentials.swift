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
        var texts: [String: String] = [:]
        for key in ["username", "password", "bearerToken"] {
            if let bytes = values[key] {
                texts[key] = try RepositoryCredentials.text(bytes, key: key, secret: name)
            }
        }
        let text = { (key: String) in texts[key] }
        for key in ["password", "bearerToken"] { text(key).map { redactor.add($0, in: namespace) } }
        var credentials = GitCredentials(
            caPEM: values["ca.crt"], clientCertificatePEM: values["tls.crt"],
            clientKeyPEM: values["tls.key"])
        if let token = text("bearerToken") {
            credentials.authorization = .bearer(token)
        } else if let password = text("password") {
            credentials.authorization = .basic(
                username: text("username") ?? "git", password: password)
        } else if values["ca.crt"] == nil, values["tls.crt"] == nil {
            throw RepositoryProblem(
                reason: "InvalidSecret",
                message: "the Secret \(name) has none of the keys username and password, "
                    + "bearerToken, ca.crt, or tls.crt and tls.key")
        }
        return credentials
    }

    /// The text of a key, without the line breaks at its end: files that Secrets are made of have one
    /// that nobody means.
    static func text(
        _ bytes: [UInt8], key: String, secret: String
    ) throws(RepositoryProblem) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        let isClean = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard !text.isEmpty, isClean else {
            throw RepositoryProblem(
                reason: "InvalidSecret",
                message:
                    "the key \(key) of the Secret \(secret) is empty, or holds a line break or "
                    + "another control character")
        }
        return text
    }
}
