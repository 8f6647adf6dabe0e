/// The place of a repository: `https://host/path`, or `file:///path`.
public struct GitURL: Sendable, Hashable {
    /// The ways to fetch.
    public enum Scheme: String, Sendable, Hashable {
        /// HTTP over TLS.
        case https
        /// HTTP, to this machine only.
        case http
        /// A directory of this machine.
        case file
    }

    /// The way to fetch.
    public let scheme: Scheme
    /// The host in lower case; empty for `file`.
    public let host: String
    /// The port; nil where it is the scheme's own.
    public let port: Int?
    /// The path from `/`, without a `/` at its end; percent-encoding resolved for `file` only.
    public let path: String

    /// Reads a URL and says what to write instead where it is not one that we fetch from.
    public init(_ text: String) throws(GitError) {
        let text = try GitURL.checked(text)
        guard let separator = GitURL.position(of: "://", in: text) else {
            throw GitURL.withoutScheme(text)
        }
        let name = String(text[..<separator]).lowercased()
        let rest = text[separator...].dropFirst(3)
        guard let scheme = Scheme(rawValue: name) else { throw GitURL.unknownScheme(name) }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash]
        var path = String(rest[slash...])
        try GitURL.refuseSecrets(authority: authority, path: path)
        while path.hasSuffix("/") { path.removeLast() }
        self.scheme = scheme
        if scheme == .file {
            guard authority.isEmpty || authority == "localhost", path.utf8.count > 1,
                let decoded = GitURL.percentDecoded(path)
            else {
                throw GitError(
                    .invalidURL, "write the directory in full: file:///path/to/repository")
            }
            (host, port, self.path) = ("", nil, decoded)
            return
        }
        (host, port) = try GitURL.hostAndPort(authority)
        guard path.utf8.count > 1 else {
            throw GitError(.invalidURL, "the URL names no repository on '\(host)'")
        }
        self.path = path
        guard scheme == .https || GitURL.isLoopback(host) else {
            throw GitError(
                .invalidURL,
                "http:// sends everything in the clear and is only for this machine: "
                    + "write https://\(authority)\(path)")
        }
    }

    private init(scheme: Scheme, host: String, port: Int?, path: String) {
        (self.scheme, self.host, self.port, self.path) = (scheme, host, port, path)
    }

    /// The same server with another path.
    func with(path: String) -> GitURL {
        GitURL(scheme: scheme, host: host, port: port, path: path)
    }

    /// The scheme, host and port, to which credentials are bound.
    var origin: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    private static func checked(_ text: String) throws(GitError) -> String {
        guard !text.isEmpty, text.utf8.count <= GitLimits.urlBytes else {
            throw GitError(
                .invalidURL, "the URL is empty or longer than \(GitLimits.urlBytes) bytes")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }),
            !text.hasPrefix("-")
        else {
            throw GitError(
                .invalidURL,
                "the URL starts with '-' or has a space, a backslash or a control character: "
                    + "write https://host/path")
        }
        return text
    }

    private static func withoutScheme(_ text: String) -> GitError {
        if text.hasPrefix("/") {
            return GitError(
                .invalidURL,
                "'\(GitReference.shown(text))' is a path: write file://\(GitReference.shown(text))")
        }
        if text.contains("@") || text.contains(":") { return unknownScheme("ssh") }
        return GitError(
            .invalidURL,
            "the URL has no scheme: write https://host/path, or file:///path for a directory")
    }

    private static func unknownScheme(_ name: String) -> GitError {
        if ["ssh", "git+ssh", "ssh+git"].contains(name) {
            return GitError(
                .invalidURL,
                "ssh is not supported yet: use the https:// URL of the repository with a token")
        }
        return GitError(
            .invalidURL,
            "the scheme '\(GitReference.shown(name))' is not supported: use https:// or file://")
    }

    private static func refuseSecrets(
        authority: Substring, path: String
    ) throws(GitError) {
        if authority.contains("@") {
            throw GitError(
                .invalidURL,
                "the URL holds a user or password: remove the part before '@' and put it into a "
                    + "secret")
        }
        if path.contains("?") || path.contains("#") || authority.contains("?") {
            throw GitError(
                .invalidURL,
                "the URL holds a query or fragment: remove it, and put tokens into a secret")
        }
    }

    private static func hostAndPort(_ authority: Substring) throws(GitError) -> (String, Int?) {
        var name = authority
        var port: Int?
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            name = authority[..<colon]
            guard let number = Int(authority[colon...].dropFirst()), 1...65535 ~= number else {
                throw GitError(.invalidURL, "the port of the URL is no number from 1 to 65535")
            }
            port = number
        }
        let allowed = name.utf8.allSatisfy { byte in
            byte < 0x80
                && (Character(Unicode.Scalar(byte)).isLetter
                    || Character(Unicode.Scalar(byte)).isNumber || "-._:[]".utf8.contains(byte))
        }
        guard !name.isEmpty, allowed, !name.hasPrefix("-") else {
            throw GitError(.invalidURL, "the URL has no valid host: write https://host/path")
        }
        return (name.lowercased(), port)
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func position(of needle: String, in text: String) -> String.Index? {
        text.indices.first { text[$0...].hasPrefix(needle) }
    }

    private static func percentDecoded(_ text: String) -> String? {
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                output.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                rest.count >= 2, value >= 0x20
            else { return nil }
            output.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: output, as: UTF8.self)
    }
}

extension GitURL: CustomStringConvertible {
    /// The URL as it was read; it can hold no secret.
    public var description: String { origin + path }
}
