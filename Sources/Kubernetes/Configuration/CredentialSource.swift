internal import POSIX
internal import Synchronization
internal import Values

/// The value of the `Authorization` header, kept fresh where a file holds the token.
///
/// A kubelet renews the token of a Pod's service account in its file, well before the old one ends.
final class CredentialSource: Sendable {
    private struct Cached {
        var value: String
        var readAt: Duration
    }

    private let credentials: KubernetesConfiguration.Credentials
    private let time: TimeSource
    private let cached = Mutex<Cached?>(nil)

    init(_ credentials: KubernetesConfiguration.Credentials, time: TimeSource) {
        self.credentials = credentials
        self.time = time
    }

    /// The header's value; nil when there is nothing to say.
    ///
    /// - Throws: ``KubernetesError`` when the token file cannot be read.
    func authorization() throws(KubernetesError) -> String? {
        switch credentials {
        case .none: return nil
        case .token(let token): return "Bearer \(token)"
        case .password(let user, let password):
            return "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))"
        case .tokenFile(let path): return try bearer(path)
        }
    }

    /// Forgets a token that the server refused, so that its file is read for the next request.
    ///
    /// - Returns: Whether another token can come of it.
    func refused() -> Bool {
        guard case .tokenFile = credentials else { return false }
        cached.withLock { $0 = nil }
        return true
    }

    private func bearer(_ path: String) throws(KubernetesError) -> String {
        let now = time.monotonic()
        if let fresh = cached.withLock({ $0 }), now - fresh.readAt < KubernetesLimits.tokenLifetime
        {
            return fresh.value
        }
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.read(
                path, maximumBytes: KubernetesLimits.maximumConfigurationBytes)
        } catch {
            throw KubernetesError(.configuration, "cannot read the token: \(error)")
        }
        let token = KubernetesConfiguration.trimmed(bytes)
        guard !token.isEmpty else {
            throw KubernetesError(.configuration, "cannot use the token: \(path) is empty")
        }
        let value = "Bearer \(token)"
        cached.withLock { $0 = Cached(value: value, readAt: now) }
        return value
    }
}
