import Synchronization

/// The one place that every log line, event, status and error passes before it leaves the process:
/// it takes out the secrets that it was told of, and credentials that are recognisable by form.
///
/// Law 35 (NoSecrets). Cost: O(text × secrets); secrets are few, and texts are bounded by callers.
public final class Redactor: Sendable {
    /// What stands where a secret was.
    public static let mask = "[redacted]"

    private let secrets = Mutex<Set<String>>([])

    /// Makes a redactor that knows no secret yet.
    public init() {}

    /// Tells of a value that must never be seen, such as a token just read from a Secret.
    ///
    /// Values under four bytes are ignored: masking them would make texts unreadable and tell more
    /// than it hides.
    public func add(_ secret: String) {
        guard secret.utf8.count >= 4 else { return }
        secrets.withLock { _ = $0.insert(secret) }
    }

    /// Whether it was told of any secret.
    public var knowsSecrets: Bool { secrets.withLock { !$0.isEmpty } }

    /// The text without secrets.
    public func redact(_ text: String) -> String {
        let known = secrets.withLock { $0 }
        var result = text
        // The longest first, so that a secret inside a longer one does not leave its rest behind.
        for secret in known.sorted(by: { ($1.utf8.count, $0) < ($0.utf8.count, $1) }) {
            result = result.replacing(secret, with: Redactor.mask)
        }
        return Redactor.maskCredentials(in: result)
    }

    /// Masks `scheme://user:password@` and `Bearer token`, whoever wrote them.
    static func maskCredentials(in text: String) -> String {
        guard text.contains("://") || text.contains("earer ") else { return text }
        var result = ""
        var rest = text[...]
        while let marker = nextMarker(in: rest) {
            result += rest[..<marker.end]
            rest = rest[marker.end...]
            let token = rest.prefix { !$0.isWhitespace && !"\"'<>,;".contains($0) }
            if marker.isURL {
                let authority = token.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
                guard let at = authority.lastIndex(of: "@") else { continue }
                result += mask
                rest = rest[at...]
            } else if !token.isEmpty {
                result += mask
                rest = rest[token.endIndex...]
            }
        }
        return result + rest
    }

    private static func nextMarker(in text: Substring) -> (end: Substring.Index, isURL: Bool)? {
        let url = text.firstRange(of: "://")
        let bearer = text.firstRange(of: "earer ")
        switch (url, bearer) {
        case (let url?, let bearer?):
            return url.lowerBound < bearer.lowerBound
                ? (url.upperBound, true) : (bearer.upperBound, false)
        case (let url?, nil): return (url.upperBound, true)
        case (nil, let bearer?): return (bearer.upperBound, false)
        case (nil, nil): return nil
        }
    }
}
