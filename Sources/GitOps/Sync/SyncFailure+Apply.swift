import Kubernetes

extension SyncFailure {
    /// The code of failures that go away by themselves.
    static let transient = "ApiUnavailable"

    /// What the API server answered to a write.
    init(_ error: KubernetesError, path: String, doing: String) {
        // Somebody wrote the object meanwhile: the next look applies it again.
        let passes = error.isTransient || error.code == .conflict
        self.init(
            path: path, code: passes ? SyncFailure.transient : "Refused",
            message: "cannot \(doing): \(error.description)")
    }

    /// An object that cannot be applied just now.
    static func waiting(for resource: DesiredResource, _ why: String) -> SyncFailure {
        SyncFailure(
            path: resource.path, code: transient, message: "cannot apply \(resource.id): \(why)")
    }

    /// An object that another repository gave.
    static func owned(by owner: String, _ resource: DesiredResource) -> SyncFailure {
        SyncFailure(
            path: resource.path, code: "OwnedByOtherRepository",
            message: "\(resource.id) was applied from the repository \(owner); delete it there, or "
                + "rename this one")
    }
}
