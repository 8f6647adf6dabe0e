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

    private init(_ definition: ResourceDefinition) {
        self.init(
            group: definition.group, version: definition.version, plural: definition.plural,
            kind: definition.kind, namespaced: definition.namespaced)
    }
}
