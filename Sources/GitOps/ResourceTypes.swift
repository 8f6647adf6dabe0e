public import Kubernetes
import Resources

extension ResourceType {
    /// Definitions that are run when they appear or change.
    public static let workflows = ResourceType(.workflow)
    /// Definitions that are run by reference only.
    public static let templates = ResourceType(.template)
    /// Runs.
    public static let workflowRuns = ResourceType(.workflowRun)
    /// Git repositories whose manifests are applied.
    public static let workflowRepositories = ResourceType(.workflowRepository)

    /// Questions that runs ask people.
    public static let approvals = ResourceType(.approval)
    /// Tasks that failed for good.
    public static let deadLetters = ResourceType(.deadLetter)
    /// Services that tasks send their requests to.
    public static let providers = ResourceType(.provider)
    /// What is kept of runs beside their status.
    public static let runCheckpoints = ResourceType(.runCheckpoint)

    private init(_ definition: ResourceDefinition) {
        self.init(
            group: definition.group, version: definition.version, plural: definition.plural,
            kind: definition.kind, namespaced: definition.namespaced)
    }
}
