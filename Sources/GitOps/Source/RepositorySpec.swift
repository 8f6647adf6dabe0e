import Git
import Values

/// What a `WorkflowRepository` asks for, read from its `spec`.
struct RepositorySpec: Sendable, Hashable {
    let url: String
    let reference: GitReference
    let path: String
    let interval: Duration
    let timeout: Duration
    let isSuspended: Bool
    let prunes: Bool
    let isStrict: Bool
    let secretName: String?
    let maximumBytes: Int

    /// The shortest time between two looks at a repository.
    static let minimumInterval = Duration.seconds(1)

    /// Reads a spec.
    ///
    /// - Throws: ``RepositoryProblem`` naming the field, where a value is none the field can have.
    init(_ spec: JSON) throws(RepositoryProblem) {
        guard let url = spec["url"]?.stringValue, !url.isEmpty else {
            throw RepositoryProblem(reason: "InvalidSpec", message: "spec.url is missing")
        }
        self.url = url
        let ref = spec["ref"]
        if let commit = ref?["commit"]?.stringValue {
            reference = .commit(commit)
        } else if let tag = ref?["tag"]?.stringValue {
            reference = .tag(tag)
        } else if let branch = ref?["branch"]?.stringValue {
            reference = .branch(branch)
        } else {
            reference = .defaultBranch
        }
        path = spec["path"]?.stringValue?.asPath ?? ""
        interval = max(
            RepositorySpec.minimumInterval,
            try RepositorySpec.duration(spec, "interval", atMost: SyncLimits.interval)
                ?? .seconds(60))
        timeout =
            try RepositorySpec.duration(spec, "timeout", atMost: SyncLimits.timeout) ?? .seconds(60)
        isSuspended = spec["suspend"]?.boolValue ?? false
        prunes = spec["prune"]?.boolValue ?? true
        isStrict = spec["strict"]?.boolValue ?? false
        secretName = spec["secretRef"]?["name"]?.stringValue
        maximumBytes = min(
            spec["maximumBytes"]?.integerValue.map { Int($0) } ?? SyncLimits.fetchBytes,
            SyncLimits.maximumFetchBytes)
    }

    private static func duration(
        _ spec: JSON, _ field: String, atMost maximum: Duration
    ) throws(RepositoryProblem) -> Duration? {
        guard let value = spec[field] else { return nil }
        // A number is seconds, as its text is: both are held to what a duration can be.
        let text = value.stringValue ?? value.integerValue.map { String($0) } ?? ""
        guard let duration = Duration(parsing: text), duration > .zero else {
            throw RepositoryProblem(
                reason: "InvalidSpec",
                message: "spec.\(field) is \(value.text), which is no duration such as 30s or 5m")
        }
        guard duration <= maximum else {
            throw RepositoryProblem(
                reason: "InvalidSpec",
                message: "spec.\(field) is \(value.text); it is at most \(maximum.text)")
        }
        return duration
    }
}

/// Why a repository cannot be synced as it is, until somebody changes it.
struct RepositoryProblem: Error, Sendable, Hashable {
    let reason: String
    let message: String
    /// Whether trying again may help without anybody changing anything.
    var isTransient = false
}

extension RepositoryProblem {
    /// The repository has changed while it was fetched: what it is now is looked at next.
    static let superseded = RepositoryProblem(
        reason: "Progressing", message: "the repository has changed", isTransient: true)

    /// A failure of git, whose code becomes the reason: `FetchUnknownReference`.
    init(_ error: GitError) {
        let code = error.code.rawValue
        self.init(
            reason: "Fetch\(code.prefix(1).uppercased())\(code.dropFirst())",
            message: error.description, isTransient: error.isTransient)
    }
}

extension String {
    /// The path without what says nothing, as listings have it.
    fileprivate var asPath: String {
        let trimmed = drop { $0 == "/" }.reversed().drop { $0 == "/" }.reversed()
        return String(trimmed).split(separator: "/", omittingEmptySubsequences: false)
            .filter { $0 != "." }.joined(separator: "/")
    }
}
