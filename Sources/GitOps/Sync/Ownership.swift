import Crypto
import Kubernetes
import Resources
import Values

/// Whose the objects of a namespace are, as one look at a repository knows it.
struct Ownership: Sendable {
    /// A repository as an object bears it.
    struct Owner: Sendable, Hashable {
        /// The value of the label.
        let label: String
        let uid: String

        init(label: String, uid: String) {
            self.label = label
            self.uid = uid
        }

        /// The repository that an object was applied from; nil where it does not say.
        init?(of present: KubernetesObject) {
            guard let label = present.label(Labels.repository),
                let uid = present.annotation(Annotations.repositoryUID)
            else { return nil }
            self.init(label: label, uid: uid)
        }
    }

    /// The repository that is looked at.
    let own: Owner
    /// The repositories that are gone for good, whose objects are nobody's.
    let gone: Set<Owner>

    init(_ repository: KubernetesObject, gone: Set<Owner> = []) {
        own = Owner(
            label: ResourceName.labelValue(repository.name), uid: repository.uid ?? "")
        self.gone = gone
    }

    /// What marks an object as applied from the repository under its own name.
    ///
    /// A copy made by hand takes all annotations along. This one, a digest, does not fit another name.
    func mark(of id: InventoryID) -> String {
        let marked: JSON = [
            "repository": .string(own.uid), "kind": .string(id.kind), "name": .string(id.name),
        ]
        return marked.digest.description
    }

    /// Whether an object was applied from the repository, under the name that it has.
    func hasApplied(_ present: KubernetesObject, as id: InventoryID) -> Bool {
        Owner(of: present) == own && present.annotation(Annotations.appliedAs) == mark(of: id)
    }
}

extension SyncPlan.Observed {
    /// An object as the plan needs to know it.
    init(_ present: KubernetesObject, as id: InventoryID, _ ownership: Ownership) {
        let isNobodys = Ownership.Owner(of: present).map { ownership.gone.contains($0) } ?? false
        self.init(
            digest: present.annotation(Annotations.manifestDigest).flatMap { Digest($0) },
            repository: isNobodys ? nil : present.label(Labels.repository), spec: present.spec,
            isKept: present.annotation(Annotations.prune) == "disabled",
            isMarked: ownership.hasApplied(present, as: id))
    }
}
