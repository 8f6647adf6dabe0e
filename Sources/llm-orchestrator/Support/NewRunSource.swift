import Console
import GitOps
import Kubernetes
import Values
import Workflows

/// What is known of a run that is to be made of another, before it is made.
///
/// The operator checks the same again. But a run that cannot start is better not made.
struct NewRunSource {
    /// Nil where the definition is not known yet, or cannot be read.
    private let plan: WorkflowPlan?
    /// The inputs that the other run had.
    private let had: JSONObject

    init(definition: JSON?, inputs: JSON?) {
        if let definition, case .success(let plan) = WorkflowCompiler.compile(spec: definition) {
            self.plan = plan
        } else {
            plan = nil
        }
        had = inputs?.objectValue ?? [:]
    }

    /// What `--input` and `--set` say.
    ///
    /// - Throws: ``CommandFailure`` with every input that the definition does not take. One that is
    ///   missing is none of those: the server's environment may give it.
    func inputs(_ arguments: ParsedArguments) throws(CommandFailure) -> JSONObject {
        var given: JSONObject = [:]
        if let text = arguments.value("input") {
            guard let object = (try? JSON(parsing: text))?.objectValue else {
                throw CommandFailure(.usage, "--input takes a JSON object such as '{\"n\": 1}'")
            }
            given.merge(object)
        }
        for pair in arguments.values("set") {
            let (name, value) = try RunInputs.assignment(pair, plan)
            given[name] = value
        }
        guard let plan, !given.isEmpty else { return given }
        let names = Set(plan.definition.inputs.map(\.name))
        var all = JSONObject(had.filter { names.contains($0.0) })
        all.merge(given)
        guard case .failure(let found) = plan.resolveInputs(all) else { return given }
        let wrong = found.all.filter { $0.code != .missingInputValue }
        guard wrong.isEmpty else {
            throw CommandFailure(.invalidManifest, Diagnostics(wrong).description)
        }
        return given
    }

    /// Checks that a run has a task to begin again at.
    ///
    /// - Throws: ``CommandFailure`` with the tasks it has.
    static func check(
        _ task: String, of run: KubernetesObject, _ connection: Connection
    ) async throws(CommandFailure) {
        let ids = RunDefinition.tasks(of: run.json).compactMap { $0["id"]?.stringValue }
        guard !ids.isEmpty, !ids.contains(task) else { return }
        if task.contains(where: { ".[#~".contains($0) }) {
            // Of one that goes on, what is in a container may come yet.
            guard run.hasEnded else { return }
            guard try await connection.whole(run).status["tasks"]?[task] == nil else { return }
        }
        let hint =
            Spelling.nearest(to: task, among: ids).map { "did you mean \($0)?" }
            ?? "it has \(ids.prefix(20).joined(separator: ", "))"
        throw CommandFailure(.usage, "the run \(run.name) has no task \(task); \(hint)")
    }
}

extension Connection {
    /// The spec of the definition that a reference names; nil where it is not there.
    func definition(
        _ reference: JSON, in namespace: String
    ) async throws(CommandFailure) -> JSON? {
        guard let name = reference["name"]?.stringValue else { return nil }
        let type: ResourceType = reference["kind"] == "Template" ? .templates : .workflows
        do throws(KubernetesError) {
            return try await client.get(type, ObjectKey(namespace: namespace, name: name)).spec
        } catch {
            guard error.code == .notFound else { throw CommandFailure(error) }
            return nil
        }
    }
}
