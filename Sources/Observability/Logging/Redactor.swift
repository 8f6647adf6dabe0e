import Synchronization

/// What texts pass before they leave the process: log lines, events, messages, and what attempts give.
///
/// It takes out the secrets that it was told of, and credentials that are recognisable by form. It is
/// for texts that somebody reads and nobody parses: whoever may write a Secret chooses what is taken
/// out, so nothing that the product itself goes by may pass it, be it a phase, a time, a name or a
/// digest.
///
/// A secret has a scope, which is the namespace it was read in: one that a namespace knows is taken out
/// of that namespace's texts, and of log lines, and reaches nothing of anybody else.
///
/// Law 35 (NoSecrets).
public final class Redactor: Sendable {
    /// What stands where a secret was.
    public static let mask = "[redacted]"

    /// The fewest bytes of a value that is taken out.
    ///
    /// Shorter ones are words and numbers (`http`, `2030`, `Running`): in a text they are no secret, and
    /// a mask in their place only tells that they are. No password may be shorter than eight characters
    /// (NIST SP 800-63B, 5.1.1.1).
    public static let minimumBytes = 8

    /// The most secrets of one scope; past it, the one that was told of longest ago is forgotten.
    public static let maximumSecrets = 256

    private static let maskBytes = Array(mask.utf8)

    private struct State {
        /// The secrets that are nobody's in particular, as the token of this process.
        var shared = SecretPatterns()
        var scopes: [String: SecretPatterns] = [:]
        /// All of them, for what tells of everybody.
        var all = SecretPatterns()

        /// Whether anybody knows a secret.
        func isKnown(_ secret: [UInt8]) -> Bool {
            shared.contains(secret) || scopes.values.contains { $0.contains(secret) }
        }
    }

    private let state = Mutex(State())

    /// Makes a redactor that knows no secret yet.
    public init() {}

    /// Tells of a value that must never be seen, such as a token just read from a Secret.
    ///
    /// Values under ``minimumBytes`` are ignored, white space around them is not a part of them.
    ///
    /// - Parameter scope: the namespace whose secret it is; nil means this process's own.
    public func add(_ secret: String, in scope: String? = nil) {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let start = secret.utf8.drop(while: isSpace)
        let secret = Array(start.reversed().drop(while: isSpace).reversed())
        // Were a part of the mask taken out, each look at a text would make it longer.
        guard secret.count >= Redactor.minimumBytes, !Redactor.maskBytes.contains(secret) else {
            return
        }
        state.withLock { state in
            let limit = Redactor.maximumSecrets
            let change =
                scope.map { state.scopes[$0, default: SecretPatterns()].add(secret, limit: limit) }
                ?? state.shared.add(secret, limit: limit)
            guard change.isNew else { return }
            _ = state.all.add(secret, limit: .max)
            guard let dropped = change.dropped, !state.isKnown(dropped) else { return }
            state.all.remove(dropped)
        }
    }

    /// A text that tells of all namespaces, such as a log line, without any secret.
    public func redact(_ text: String) -> String {
        redact(text, state.withLock { [$0.all] })
    }

    /// A text of a namespace without its secrets, and without those of this process.
    public func redact(_ text: String, in scope: String) -> String {
        redact(text, state.withLock { [$0.shared, $0.scopes[scope]].compactMap { $0 } })
    }

    private func redact(_ text: String, _ known: [SecretPatterns]) -> String {
        let bytes = Array(text.utf8)
        var result = bytes
        for patterns in known where patterns.count > 0 {
            result = patterns.masking(result, with: Redactor.maskBytes) ?? result
        }
        result = CredentialForms.masking(result, with: Redactor.maskBytes) ?? result
        return result == bytes ? text : String(decoding: result, as: UTF8.self)
    }
}
