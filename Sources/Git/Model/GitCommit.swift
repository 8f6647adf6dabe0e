public import Values

/// A commit, as much of it as a status or a log shows.
public struct GitCommit: Sendable, Hashable {
    /// Its identifier.
    public var id: GitObjectID
    /// Its message, the first ``GitLimits/commitBytes`` bytes of the object at most.
    public var message: String
    /// Its author as `Name <address>`.
    public var author: String
    /// When the committer made it.
    public var time: Timestamp
    /// The full name of the reference that led here, such as `refs/heads/main`; nil when the commit
    /// was asked for by identifier.
    public var reference: String?

    /// Makes a commit that is known from elsewhere.
    public init(
        id: GitObjectID, message: String, author: String, time: Timestamp, reference: String?
    ) {
        self.id = id
        self.message = message
        self.author = author
        self.time = time
        self.reference = reference
    }

    /// The revision as Flux writes it: `main@sha1:5f1c…`, or `sha1:5f1c…` for a bare commit.
    public var revision: String {
        let prefixes = ["refs/heads/", "refs/tags/"]
        guard let reference else { return "sha1:\(id)" }
        let prefix = prefixes.first { reference.hasPrefix($0) } ?? ""
        return "\(reference.dropFirst(prefix.count))@sha1:\(id)"
    }
}
