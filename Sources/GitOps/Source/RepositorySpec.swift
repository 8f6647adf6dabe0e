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
        path = spec["path"]?.stringValue?.trimmingSlashes ?? ""
        interval = max(
            RepositorySpec.minimumInterval,
            try RepositorySpec.duration(spec, "interval") ?? .seconds(60))
        timeout = try RepositorySpec.duration(spec, "timeout") ?? .seconds(60)
        isSuspended = spec["suspend"]?.boolValue ?? false
        prunes = spec["prune"]?.boolValue ?? true
        isStrict = spec["strict"]?.boolValue ?? false
        secretName = spec["secretRef"]?["name"]?.stringValue
        maximumBytes = spec["maximumBytes"]?.integerValue.map { Int($0) } ?? SyncLimits.fetchBytes
    }

    private static func duration(
        _ spec: JSON, _ field: String
    ) throws(RepositoryProblem) -> Duration? {
        guard let value = spec[field] else { return nil }
        if let seconds = value.integerValue, seconds > 0 { return .seconds(seconds) }
        if let text = value.stringValue, let duration = Duration(parsing: text), duration > .zero {
            return duration
        }
        throw RepositoryProblem(
            reason: "InvalidSpec",
            message: "spec.\(field) is \(value.text), which is no duration such as 30s or 5m")
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
    /// A failure of git, whose code becomes the reason: `FetchUnknownReference`.
    init(_ error: GitError) {
        let code = error.code.rawValue
        self.init(
            reason: "Fetch\(code.prefix(1).uppercased())\(code.dropFirst())",
            message: error.description, isTransient: error.isTransient)
    }
}

extension String {
    fileprivate var trimmingSlashes: String {
        String(drop { $0 == "/" }.reversed().drop { $0 == "/" }.reversed())
    }
}
