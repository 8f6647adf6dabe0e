import HTTP
import Kubernetes
import Values

/// What users do in one simulation: definitions and runs that they make, and what they change.
struct Workload {
    static let group = "/apis/orchestrator.llm/v1/namespaces/default"
    static let runs = "apis/orchestrator.llm/v1/workflowruns"
    static let workflows = "apis/orchestrator.llm/v1/workflows"
    static let provider = "model"
    static let providerPlaces = 2
    /// What tasks of type `workflow` run.
    static let childTemplates = ["child-1", "child-2"]

    /// For how long users do things, and things go wrong.
    let duration: Duration
    private let cluster: Cluster
    private let random: RandomStream
    private let features: Features
    private let steering: Steering
    private let authors: Authors
    private var definitions: DefinitionGenerator
    private var names = 0

    init(_ cluster: Cluster) {
        self.cluster = cluster
        random = RandomStream(seed: cluster.world.seed, concern: 7)
        let rare = RandomStream(seed: cluster.world.seed, concern: 8)
        features = cluster.world.features
        steering = Steering(cluster, features)
        authors = Authors(cluster, features)
        definitions = DefinitionGenerator(random: random, features: features, rare: rare)
        duration = random.duration(.seconds(5) ... .seconds(45))
    }

    /// Has everything happen at its moment.
    mutating func schedule() {
        prepare()
        for _ in 0..<(1 + random.below(3)) { scheduleRun() }
        for _ in 0..<random.below(3) { scheduleWorkflow() }
        if random.chance(0.3) { scheduleTemplate() }
        if random.chance(0.1) { scheduleInvalid() }
        for moment in stride(from: 1.0, to: Double(duration.components.seconds), by: 3) {
            cluster.world.clock.after(.seconds(moment)) { [cluster] in cluster.disturb() }
        }
        authors.schedule(for: duration)
        guard steering.isNeeded else { return }
        for moment in stride(from: 0.9, to: Double(duration.components.seconds), by: 0.7) {
            cluster.world.clock.after(.seconds(moment)) { [steering] in steering.look() }
        }
    }

    /// What users do once faults have stopped, so that everything can come to its end.
    func lookAgain() { if steering.isNeeded { steering.look() } }

    /// What must be there before anything refers to it, and what was left by earlier times.
    private mutating func prepare() {
        if features.children {
            for name in Workload.childTemplates {
                let model = definitions.next(isPlain: true)
                cluster.world.models.add(model)
                create("templates", Workload.object("Template", name, model.spec), at: .zero)
            }
        }
        if features.provider {
            let spec: JSON = [
                "type": "http", "maximumWait": "3s",
                "limits": ["maxConcurrent": .integer(Int64(Workload.providerPlaces))],
                "breaker": ["minimumRequests": 2, "openDuration": "2s", "window": "20s"],
            ]
            create("providers", Workload.object("Provider", Workload.provider, spec), at: .zero)
        }
        guard features.caches else { return }
        var old = Workload.object(
            "RunCheckpoint", "result-old",
            ["purpose": "Result", "key": "old", "time": "2020-01-01T00:00:00Z", "outputs": "{}"])
        old["metadata"]?["labels"] = ["orchestrator.llm/purpose": "result"]
        cluster.server.asUser(.post, "\(Workload.group)/runcheckpoints", old)
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

    private func at(
        _ moment: Duration, _ what: UserAction?, _ action: @escaping @Sendable () -> Void
    ) {
        cluster.world.clock.after(moment) { [cluster] in
            if let what { cluster.noteUser(what) }
            action()
        }
    }

    private func create(_ plural: String, _ object: JSON, at moment: Duration) {
        let action: UserAction? =
            switch plural {
            case "workflowruns": .createRun
            case "workflows": .createWorkflow
            case "templates": .createTemplate
            default: .createProvider
            }
        at(moment, action) { [cluster] in
            cluster.server.asUser(.post, "\(Workload.group)/\(plural)", object)
        }
    }

    static func object(_ kind: String, _ name: String, _ spec: JSON) -> JSON {
        [
            "apiVersion": "orchestrator.llm/v1", "kind": .string(kind),
            "metadata": ["name": .string(name), "namespace": "default"], "spec": spec,
        ]
    }
}

extension Workload {
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
        func wish(_ action: UserAction, _ state: String, after delay: Duration) {
            at(start + delay, action) { [cluster] in
                cluster.server.asUser(.patch, path, ["spec": ["desiredState": .string(state)]])
            }
        }
        func pauses(after delay: Duration) {
            wish(.pause, "Paused", after: delay)
            wish(.resume, "Running", after: delay + random.duration(.zero ... .seconds(15)))
        }
        let delay = random.duration(.zero ... .seconds(12))
        switch random.below(11) {
        case 0:
            pauses(after: delay)
            if random.chance(0.5) { pauses(after: delay + .seconds(random.below(9))) }
        case 1:
            wish(.cancel, "Cancelled", after: delay)
            if random.chance(0.3) {
                wish(.resume, "Running", after: delay + .seconds(random.below(5)))
            }
            if random.chance(0.3) {
                wish(.cancel, "Cancelled", after: delay + .seconds(random.below(9)))
            }
            if random.chance(0.2) { pauses(after: delay + .milliseconds(random.below(2000))) }
        case 2:
            wish(.pause, "Paused", after: delay)
            wish(.cancel, "Cancelled", after: delay + random.duration(.zero ... .seconds(15)))
        case 3:
            at(start + delay, .deleteRun) { [cluster] in
                cluster.server.asUser(.delete, path)
            }
        case 4:
            if random.chance(0.5) { wish(.cancel, "Cancelled", after: delay) }
            wish(
                .terminate, "Terminated", after: delay + random.duration(.zero ... .seconds(4)))
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
            var spec = Workload.replacing(definition().spec)
            spec["suspend"] = .bool(random.chance(0.1))
            let body: JSON = ["spec": spec]
            at(edit, .editWorkflow) { [cluster] in
                cluster.server.asUser(.patch, path, body)
            }
        }
        if random.chance(0.25) {
            let later = edit + random.duration(.zero ... .seconds(15))
            at(later, .deleteWorkflow) { [cluster] in cluster.server.asUser(.delete, path) }
        }
    }

    /// A definition for a merge patch: what is left out of one stays, so each field is given.
    static func replacing(_ spec: JSON) -> JSON {
        var spec = spec
        for field in ["finally", "events", "retention"] { spec[field] = spec[field] ?? .null }
        let config = spec["config"] ?? [:]
        spec["config"] = [
            "maxParallel": config["maxParallel"] ?? .null, "timeout": config["timeout"] ?? .null,
        ]
        return spec
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

    /// Lets every run that was left paused go on, and puts most of what is in git right.
    func resumeAll() {
        authors.settle()
        for (key, run) in cluster.server.objects(Workload.runs).sorted(by: { $0.key < $1.key })
        where run["spec"]?["desiredState"] == "Paused" {
            cluster.server.asUser(
                .patch, "\(Workload.group)/workflowruns/\(key.name)",
                ["spec": ["desiredState": "Running"]])
        }
    }
}
