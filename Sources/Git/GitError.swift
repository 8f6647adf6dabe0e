/// Why something with a repository failed: what happened, where, and what to do.
///
/// No message holds a credential, the user part or the query of a URL.
public struct GitError: Error, Sendable, Hashable {
    /// The kinds of error, which callers may tell apart.
    public enum Code: String, Sendable, Hashable {
        /// There is no repository at the URL.
        case notFound
        /// There is a repository, and it or its path cannot be read.
        case unreadable
        /// The server wants other credentials.
        case authentication
        /// The branch, tag or commit does not exist.
        case unknownReference
        /// The name of the branch, tag or commit is none that can exist.
        case invalidReference
        /// The repository has no commit yet.
        case emptyRepository
        /// The commit has no such path.
        case pathNotFound
        /// The path is not one inside a repository.
        case invalidPath
        /// The deadline passed.
        case timedOut
        /// The task was cancelled.
        case cancelled
        /// A bound of ``GitLimits`` or of the caller was reached.
        case tooLarge
        /// The path is a symbolic link.
        case symlink
        /// The path is a submodule.
        case submodule
        /// The server could not be reached, or broke off.
        case network
        /// The server's certificate is not trusted.
        case tls
        /// The server answered something that is not git, or redirects elsewhere.
        case protocolViolation
        /// The local clone is damaged; the next fetch makes it anew.
        case corrupt
        /// The URL is malformed or of a kind we do not fetch from.
        case invalidURL
        /// The local disk or the process is out of something.
        case storage
    }

    /// What kind of error it is.
    public var code: Code
    /// What is wrong and what to do, in one or two plain sentences.
    public var message: String
    /// Whether the same call may succeed later without anybody changing anything.
    public var isTransient: Bool

    /// Makes an error; `isTransient` follows from the code unless it is given.
    public init(_ code: Code, _ message: String, isTransient: Bool? = nil) {
        self.code = code
        self.message = message
        self.isTransient = isTransient ?? GitError.transient.contains(code)
    }

    private static let transient: Set<Code> = [
        .timedOut, .cancelled, .network, .corrupt, .storage,
    ]
}

extension GitError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
