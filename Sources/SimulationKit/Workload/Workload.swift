import HTTP
import Kubernetes
import Values

/// What users do in one simulation: definitions and runs that they make, and what they change.
struct Workload {
    static let group = "/apis/orchestrator.llm/v1/namespaces/default"
    static let runs = "apis/orchestrator.llm/v1/workflowruns"
    static let workflows = "apis/orchestrator.llm/v1/workflows"

    /// For how long users do things, and things go wrong.
    let duration: Duration
    private let cluster: Cluster
    private let random: RandomStream
    private var definitions: DefinitionGenerator
    private var names = 0

    init(_ cluster: Cluster) {
        self.cluster = cluster
        random = RandomStream(seed: cluster.world.seed, concern: 7)
        definitions = DefinitionGenerator(random: random)
        duration = random.duration(.seconds(5) ... .seconds(45))
    }

    /// Has everything happen at its moment.
    mutating func schedule() {
        for _ in 0..<(1 + random.below(3)) { scheduleRun() }
        for _ in 0..<random.below(3) { scheduleWorkflow() }
        if random.chance(0.3) { scheduleTemplate() }
        if random.chance(0.1) { scheduleInvalid() }
        for moment in stride(from: 1.0, to: Double(duration.components.seconds), by: 3) {
            cluster.world.clock.after(.seconds(moment)) { [cluster] in cluster.disturb() }
        }
    }

    private mutating func name(_ stem: String) -> String {
        names += 1
        return "\(stem)-\(names)"
    }

    private mutating func definition() -> ModelDefinition {
        let model = definitions.next()
        cluster.world.models.add(model)
        return model
    }

    private func moment(_ part: Double) -> Duration {
        random.duration(.zero...duration * part)
    }

    private func at(_ moment: Duration, _ what: String, _ action: @escaping @Sendable () -> Void) {
        cluster.world.clock.after(moment) { [world = cluster.world] in
            world.coverage.hit(.user, what)
            world.trace.note("user", name: what)
            action()
        }
    }

    private func create(_ plural: String, _ object: JSON, at moment: Duration) {
        at(moment, "create \(plural)") { [cluster] in
            cluster.server.asUser(.post, "\(Workload.group)/\(plural)", object)
        }
    }

    private static func object(_ kind: String, _ name: String, _ spec: JSON) -> JSON {
        [
            "apiVersion": "orchestrator.llm/v1", "kind": .string(kind),
            "metadata": ["name": .string(name), "namespace": "default"], "spec": spec,
        ]
    }

    private mutating func scheduleRun() {
        let name = name("run")
        let start = moment(0.5)
        create(
            "workflowruns",
            Workload.object("WorkflowRun", name, ["workflowSpec": definition().spec]), at: start)
        scheduleWishes(of: name, after: start)
    }

    /// What the user of a run wants of it as time goes on.
    private func scheduleWishes(of name: String, after start: Duration) {
        let path = "\(Workload.group)/workflowruns/\(name)"
        func wish(_ state: String, after delay: Duration) {
            at(start + delay, "\(state) run") { [cluster] in
                cluster.server.asUser(.patch, path, ["spec": ["desiredState": .string(state)]])
            }
        }
        let delay = random.duration(.zero ... .seconds(12))
        switch random.below(10) {
        case 0:
            wish("Paused", after: delay)
            wish("Running", after: delay + random.duration(.zero ... .seconds(15)))
        case 1:
            wish("Cancelled", after: delay)
            if random.chance(0.3) { wish("Running", after: delay + .seconds(random.below(5))) }
            if random.chance(0.3) { wish("Cancelled", after: delay + .seconds(random.below(9))) }
        case 2:
            wish("Paused", after: delay)
            wish("Cancelled", after: delay + random.duration(.zero ... .seconds(15)))
        case 3:
            at(start + delay, "delete run") { [cluster] in
                cluster.server.asUser(.delete, path)
            }
        default: break
        }
    }

    private mutating func scheduleWorkflow() {
        let name = name("workflow")
        let path = "\(Workload.group)/workflows/\(name)"
        let start = moment(0.5)
        create("workflows", Workload.object("Workflow", name, definition().spec), at: start)
        var edit = start
        for _ in 0..<random.below(3) {
            edit += random.duration(.zero ... .seconds(10))
            // What is left out of a merge patch stays: each field is given.
            var spec = definition().spec
            spec["suspend"] = .bool(random.chance(0.1))
            spec["finally"] = spec["finally"] ?? .null
            let config = spec["config"] ?? [:]
            spec["config"] = [
                "maxParallel": config["maxParallel"] ?? .null,
                "timeout": config["timeout"] ?? .null,
            ]
            let body: JSON = ["spec": spec]
            at(edit, "edit workflow") { [cluster] in
                cluster.server.asUser(.patch, path, body)
            }
        }
        if random.chance(0.25) {
            at(edit + random.duration(.zero ... .seconds(15)), "delete workflow") { [cluster] in
                cluster.server.asUser(.delete, path)
            }
        }
    }

    private mutating func scheduleTemplate() {
        let (template, run) = (name("template"), name("run"))
        let start = moment(0.5)
        create("templates", Workload.object("Template", template, definition().spec), at: start)
        let reference: JSON = ["workflowRef": ["kind": "Template", "name": .string(template)]]
        let later = moment(0.8)
        create("workflowruns", Workload.object("WorkflowRun", run, reference), at: later)
        scheduleWishes(of: run, after: later)
    }

    private mutating func scheduleInvalid() {
        let name = name("run")
        let spec: JSON = ["workflowSpec": ["tasks": [["id": "a", "type": "nothing"]]]]
        create("workflowruns", Workload.object("WorkflowRun", name, spec), at: moment(0.5))
    }

    /// Lets every run that was left paused go on.
    func resumeAll() {
        for (key, run) in cluster.server.objects(Workload.runs).sorted(by: { $0.key < $1.key })
        where run["spec"]?["desiredState"] == "Paused" {
            cluster.server.asUser(
                .patch, "\(Workload.group)/workflowruns/\(key.name)",
                ["spec": ["desiredState": "Running"]])
        }
    }
}
