/// The API group of every kind this product defines.
public enum APIGroup {
    /// The group's name.
    public static let name = "orchestrator.llm"
    /// The version that is served and stored.
    public static let version = "v1"
    /// What an object's `apiVersion` says.
    public static let apiVersion = "orchestrator.llm/v1"
}

/// Labels that the product puts on objects it makes, for selecting them.
///
/// A label's value holds at most 63 characters; use ``ResourceName/labelValue(_:)`` for values that
/// may be longer.
public enum Labels {
    /// The name of the workflow or template a run belongs to.
    public static let workflow = "orchestrator.llm/workflow"
    /// The UID of the workflow that launched a run.
    public static let workflowUID = "orchestrator.llm/workflow-uid"
    /// The name of the repository an object was applied from.
    public static let repository = "orchestrator.llm/repository"
    /// The namespace of the repository an object was applied from.
    public static let repositoryNamespace = "orchestrator.llm/repository-namespace"
    /// The run an object belongs to.
    public static let run = "orchestrator.llm/run"
    /// The task of a run an object belongs to.
    public static let task = "orchestrator.llm/task"
    /// The dead letter that a run tries again.
    public static let deadLetter = "orchestrator.llm/dead-letter"
    /// The queue of a dead letter.
    public static let queue = "orchestrator.llm/queue"
    /// On a run that is in the archive and about to go from the API.
    public static let archived = "orchestrator.llm/archived"
    /// What a RunCheckpoint is kept for, where it is no part of a run's own checkpoint: `manual` or
    /// `result`.
    public static let purpose = "orchestrator.llm/purpose"
    /// Kubernetes' own label for what manages an object.
    public static let managedBy = "app.kubernetes.io/managed-by"
    /// The value of ``managedBy`` on objects applied from git.
    public static let manager = "llm-orchestrator"
}

/// Annotations that the product writes or obeys.
public enum Annotations {
    /// The path inside the repository of the file an object was applied from.
    public static let path = "orchestrator.llm/path"
    /// The commit an object was applied from.
    public static let commit = "orchestrator.llm/commit"
    /// The UID of the repository an object was applied from.
    public static let repositoryUID = "orchestrator.llm/repository-uid"
    /// The digest of the repository's UID and of the kind and name an object was applied under: a copy
    /// of the object has another name.
    public static let appliedAs = "orchestrator.llm/applied-as"
    /// The generation of the workflow that launched a run.
    public static let workflowGeneration = "orchestrator.llm/workflow-generation"
    /// The digest of the workflow's canonical definition.
    public static let workflowDigest = "orchestrator.llm/workflow-digest"
    /// The digest of the manifest an object was applied from.
    public static let manifestDigest = "orchestrator.llm/manifest-digest"
    /// A request, by any new value, to reconcile at once.
    public static let reconcileAt = "orchestrator.llm/reconcile-at"
    /// The path of the task that made an object.
    public static let task = "orchestrator.llm/task"
    /// Which attempt of the task made it.
    public static let attempt = "orchestrator.llm/attempt"
    /// The name of the dead letter that a run tries again, whole.
    public static let deadLetter = "orchestrator.llm/dead-letter"
    /// Set on a child run that was paused with the run that started it, and goes on with it.
    public static let pausedWithParent = "orchestrator.llm/paused-with-parent"
    /// The title of a workflow for people, where its name had to be another.
    public static let title = "orchestrator.llm/title"
    /// `disabled` keeps an object that its repository no longer holds.
    public static let prune = "orchestrator.llm/prune"
}

/// Finalizers that the product sets on objects.
public enum Finalizers {
    /// Held until what the object started is ended and what it applied is pruned.
    public static let cleanup = "orchestrator.llm/cleanup"
}
