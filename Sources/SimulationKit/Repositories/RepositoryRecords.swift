import Git
import Kubernetes
import Resources
import Values

/// What an outsider knows of repositories: who looked at what, and what was stored when.
struct RepositoryRecords {
    /// A repository's object as it was seen or stored.
    struct Repository {
        /// How the labels of what it gives name it.
        var label: String
        var prunes: Bool
        var isDeleting: Bool
        var isGone = false

        init(_ object: KubernetesObject) {
            label = object.labelAsRepository
            prunes = object.spec["prune"]?.boolValue ?? true
            isDeleting = object.isDeleting
        }
    }

    /// What a process saw of an object of a repository when it last asked for it.
    struct Look {
        /// The repository that its label names; nil where it has none, or there is no object.
        var repository: String?
        /// The UID of the repository that it was applied from.
        var owner: String?
        var uid: String?
        var version: String?
        var isKept = false
    }

    /// What a process was given of a repository when it last read a commit.
    struct Listing {
        let commit: ModelCommit
        let path: String
    }

    /// The repositories as they are, by UID.
    var repositories: [String: Repository] = [:]
    /// The repositories as processes last asked for them, by process and UID.
    var asked: [String: Repository] = [:]
    /// By process and object.
    var looks: [String: Look] = [:]
    /// The apply or prune of each object by each process that no server has settled.
    var writes: [String: JSON] = [:]
    /// By process and UID of the repository.
    var listings: [String: Listing] = [:]
    /// Every definition that an object had, by object.
    var specs: [String: Set<JSON>] = [:]
    /// How often each repository was fetched since faults have stopped, by UID.
    var fetches: [String: Int] = [:]

    /// The newest repository that a label names.
    func repository(labelled label: String) -> (uid: String, repository: Repository)? {
        repositories.filter { $0.value.label == label }.max { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }

    /// The objects that repositories give, by the last part of their collections.
    static let given: [String: String] = ["workflows": "Workflow", "templates": "Template"]
}

extension KubernetesObject {
    /// How the labels of what a repository gives name it.
    var labelAsRepository: String { ResourceName.labelValue(name) }

    /// The repository that it was applied from, by its label.
    var givenBy: String? { label(RepositoryWords.label) }

    /// Whether it is never pruned.
    var isKeptByAnnotation: Bool { annotation(RepositoryWords.prune) == "disabled" }
}
