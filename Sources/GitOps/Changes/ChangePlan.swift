import Crypto
public import Values
import Workflows

/// What bringing a cluster from one state of a repository to another would do: a pure function of the
/// two.
///
/// What is applied, left and pruned is decided by ``SyncPlan``, as the operator decides it.
public struct ChangePlan: Sendable {
    /// What happens to an object.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case added, changed, removed
    }

    /// What happens to runs of a workflow.
    public enum RunEffect: Sendable, Hashable {
        /// A run of the new definition is made.
        case launched
        /// A run of the new definition is made, and runs of the old one are cancelled.
        case superseded
        /// Runs are cancelled, as their workflow is gone.
        case cancelled
        /// None is made before somebody gives these inputs.
        case waiting([String])
        /// None is made, as the workflow is suspended.
        case suspended
        /// Nothing happens to runs.
        case none
    }

    /// What happens to one object.
    public struct Change: Sendable {
        /// The object.
        public let id: InventoryID
        /// What happens to it.
        public let kind: Kind
        /// The file that asks for it, or that asked for it.
        public let path: String
        /// What happens to runs of it.
        public let runs: RunEffect
        /// What happens to its tasks, in the order of the definition.
        public let tasks: [TaskChange]
        /// What a run of it comes to at most, as it was.
        public let before: WorstCase?
        /// What a run of it comes to at most, as it will be.
        public let after: WorstCase?
    }

    /// An object as it is: what a file of the old state gave, or what the cluster has.
    public struct Present: Sendable {
        /// The file it came from.
        public let path: String
        /// The object.
        public let json: JSON
        /// What is known of it in the cluster; nil where the old state is another commit.
        public let observed: SyncPlan.Observed?

        /// Makes an object.
        public init(path: String, json: JSON, observed: SyncPlan.Observed? = nil) {
            self.path = path
            self.json = json
            self.observed = observed
        }
    }

    /// The changes, in the order of their objects.
    public let changes: [Change]
    /// How many objects stay as they are.
    public let unchanged: Int
    /// What is refused, with why.
    public let failures: [SyncFailure]

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - present: what there is.
    ///   - desired: what the files ask for.
    ///   - refused: what has mistakes, whose objects stay as they are.
    ///   - repository: the name under which the objects are applied.
    ///   - prunes: whether objects are removed that no file asks for any more.
    public init(
        from present: [InventoryID: Present], to desired: [DesiredResource],
        refused: RefusedSources = RefusedSources(), repository: String = "", prunes: Bool = true
    ) {
        var observed: [InventoryID: SyncPlan.Observed] = [:]
        var inventory: [InventoryEntry] = []
        for (id, object) in present {
            let digest = object.json.digest
            observed[id] =
                object.observed
                ?? SyncPlan.Observed(
                    digest: digest, repository: repository, spec: object.json["spec"] ?? [:],
                    isKept: false)
            inventory.append(InventoryEntry(id: id, path: object.path, digest: digest))
        }
        let plan = SyncPlan(
            repository: repository, resources: desired, refused: refused,
            inventory: inventory, prunes: prunes, observed: observed)
        let applied = plan.applied.map { resource in
            ChangePlan.change(from: present[resource.id], to: resource)
        }
        let removed = plan.pruned.map { id in
            ChangePlan.removal(of: id, present[id])
        }
        changes = (applied + removed).sorted { $0.id < $1.id }
        unchanged = plan.unchanged.count + plan.retained.count
        failures = plan.failures
    }

    private static func compiled(_ json: JSON?) -> WorkflowPlan? {
        guard let spec = json?["spec"],
            case .success(let plan) = WorkflowCompiler.compile(spec: spec)
        else { return nil }
        return plan
    }

    private static func change(from present: Present?, to resource: DesiredResource) -> Change {
        let old = compiled(present?.json)
        let new = compiled(resource.json)
        var tasks: [TaskChange] = []
        if let new {
            let spec = resource.json["spec"] ?? [:]
            tasks = TaskChange.between(present?.json["spec"] ?? [:], and: spec, plan: new)
        }
        return Change(
            id: resource.id, kind: present == nil ? .added : .changed, path: resource.path,
            runs: effect(of: resource.kind, from: old, to: new), tasks: tasks,
            before: old.map { WorstCase($0) }, after: new.map { WorstCase($0) })
    }

    private static func removal(of id: InventoryID, _ present: Present?) -> Change {
        Change(
            id: id, kind: .removed, path: present?.path ?? "",
            runs: id.kind == "Workflow" ? .cancelled : .none, tasks: [],
            before: compiled(present?.json).map { WorstCase($0) }, after: nil)
    }

    /// What the operator does about runs: see decision 003.
    private static func effect(
        of kind: String, from old: WorkflowPlan?, to new: WorkflowPlan?
    ) -> RunEffect {
        guard kind == "Workflow", let new else { return .none }
        if new.definition.isSuspended { return .suspended }
        if old?.digest == new.digest, old?.definition.isSuspended == false { return .none }
        let missing = new.definition.inputs.filter { $0.isRequired && $0.defaultValue == nil }
        guard missing.isEmpty else { return .waiting(missing.map(\.name)) }
        return old == nil ? .launched : .superseded
    }
}
