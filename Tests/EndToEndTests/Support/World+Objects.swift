import GitOps
import Kubernetes
import POSIX
import TestSupport
import Values

extension World {
    /// Creates the repository resource for the git repository.
    func createRepository(_ name: String = "repo", _ more: JSONObject = [:]) async throws {
        var object = KubernetesObject(.workflowRepositories, key(name))
        var spec: JSONObject = ["url": .string(git.url), "interval": "1s"]
        spec.merge(more)
        object.spec = .object(spec)
        _ = try await client.create(.workflowRepositories, object)
    }

    /// An object; nil where there is none.
    func object(_ type: ResourceType, _ name: String) async throws -> KubernetesObject? {
        do {
            return try await client.get(type, key(name))
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Waits for an object to be as wanted.
    @discardableResult
    func object(
        _ type: ResourceType, _ name: String, _ what: String,
        until holds: (KubernetesObject) -> Bool
    ) async throws -> KubernetesObject {
        try await awaited(
            "\(type) \(name) \(what)",
            state: { (try? await client.get(type, key(name)))?.json.prettyText ?? "none" }
        ) {
            guard let object = try await object(type, name), holds(object) else { return nil }
            return object
        }
    }

    /// Waits until an object is gone.
    func isGone(_ type: ResourceType, _ name: String) async throws {
        try await awaited(
            "\(type) \(name) to go",
            state: { (try? await client.get(type, key(name)))?.json.prettyText ?? "none" }
        ) { try await object(type, name) == nil }
    }

    /// The runs of a workflow, oldest first.
    func runs(of workflow: String) async throws -> [KubernetesObject] {
        let zero = Timestamp(nanoseconds: 0)
        return try await client.list(.workflowRuns, namespace: namespace).items.filter {
            $0.spec["workflowRef"]?["name"]?.stringValue == workflow
        }.sorted {
            ($0.creationTimestamp ?? zero, $0.pinnedGeneration)
                < ($1.creationTimestamp ?? zero, $1.pinnedGeneration)
        }
    }

    /// Waits until the newest of so many runs of a workflow is as wanted.
    @discardableResult
    func run(
        of workflow: String, count: Int = 1, until holds: (KubernetesObject) -> Bool
    ) async throws -> KubernetesObject {
        try await awaited(
            "run \(count) of \(workflow)",
            state: { await everything() }
        ) {
            let runs = try await runs(of: workflow)
            guard runs.count == count, let last = runs.last, holds(last) else { return nil }
            return last
        }
    }

    /// Waits until the newest of so many runs of a workflow is in a phase.
    @discardableResult
    func run(
        of workflow: String, count: Int = 1, is phase: String
    ) async throws -> KubernetesObject {
        try await run(of: workflow, count: count) { $0.phase == phase }
    }

    /// Waits until a run is in a phase.
    @discardableResult
    func run(_ name: String, is phase: String) async throws -> KubernetesObject {
        try await object(.workflowRuns, name, "to be \(phase)") { $0.phase == phase }
    }

    /// Waits until the one approval that a run asks for is as wanted.
    @discardableResult
    func approval(
        of run: String, _ what: String, until holds: (KubernetesObject) -> Bool
    ) async throws -> KubernetesObject {
        try await awaited("the approval of \(run) \(what)", state: { await everything() }) {
            let found = try await client.list(.approvals, namespace: namespace).items.filter {
                $0.spec["run"]?["name"]?.stringValue == run
            }
            guard found.count == 1, let approval = found.first, holds(approval) else { return nil }
            return approval
        }
    }

    /// Creates a run.
    func createRun(_ name: String, _ spec: JSON) async throws {
        var object = KubernetesObject(.workflowRuns, key(name))
        object.spec = spec
        _ = try await client.create(.workflowRuns, object)
    }

    /// Says what a user wants of a run.
    func desire(_ state: String, of run: String) async throws {
        _ = try await client.patch(
            .workflowRuns, key(run), .merge(["spec": ["desiredState": .string(state)]]))
    }

    /// Waits for the repository to be as wanted.
    @discardableResult
    func repository(
        _ what: String, until holds: (KubernetesObject) -> Bool
    ) async throws -> KubernetesObject {
        try await object(.workflowRepositories, "repo", what, until: holds)
    }

    /// Waits until the repository has applied a commit without any failure.
    func isSynced(_ commit: String) async throws {
        try await repository("to apply \(commit)") {
            $0.status["lastAppliedRevision"]?.stringValue?.hasSuffix(commit) == true
                && $0.status["failures"] == nil && $0.condition("Ready")?["status"] == "True"
        }
    }

    /// Waits for an event about an object.
    @discardableResult
    func event(
        about name: String, _ what: String, where holds: (KubernetesObject) -> Bool
    ) async throws -> KubernetesObject {
        try await awaited("the event \(what) about \(name)", state: { await everything() }) {
            try await client.list(.events, namespace: namespace).items.first {
                $0.json["involvedObject"]?["name"]?.stringValue == name && holds($0)
            }
        }
    }

    /// Waits for an event of a reason about an object.
    @discardableResult
    func event(about name: String, reason: String) async throws -> KubernetesObject {
        try await event(about: name, reason) { $0.json["reason"]?.stringValue == reason }
    }

    /// What the namespace holds, for messages of tests.
    func everything() async -> String {
        var text = ""
        for type in [
            ResourceType.workflowRepositories, .workflows, .workflowRuns, .approvals, .events,
        ] {
            let items = (try? await client.list(type, namespace: namespace))?.items ?? []
            for item in items {
                var json = item.json
                json[["metadata", "managedFields"]] = nil
                text +=
                    "\n\(type) \(item.name): \(type == .events ? json.text : json["status"]?.text ?? "")"
            }
        }
        return text
    }
}

extension KubernetesObject {
    var phase: String { status["phase"]?.stringValue ?? "" }

    var hasEnded: Bool {
        ["Completed", "Failed", "Cancelled", "TimedOut", "RolledBack"].contains(phase)
    }

    /// A task's entry in a run's status.
    func task(_ id: String) -> JSON? { status["tasks"]?[id] }

    /// A task's phase in a run's status.
    func phase(of task: String) -> String { self.task(task)?["phase"]?.stringValue ?? "" }

    /// A condition of the status.
    func condition(_ type: String) -> JSON? {
        status["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
    }

    /// What the status says of files that were refused: `path:line:column: message`.
    var failures: [String] {
        (status["failures"]?.arrayValue ?? []).map { failure in
            let place = ["path", "line", "column"].compactMap { field in
                failure[field].map { $0.stringValue ?? $0.text }
            }.joined(separator: ":")
            return "\(place): \(failure["message"]?.stringValue ?? "")"
        }
    }

    /// The generation of the workflow that a run was launched for.
    var pinnedGeneration: Int64 {
        status["workflow"]?["generation"]?.integerValue
            ?? annotation("orchestrator.llm/workflow-generation").flatMap { Int64($0) } ?? 0
    }
}
