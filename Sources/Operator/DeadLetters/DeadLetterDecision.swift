import GitOps
import Kubernetes
import Resources
import Values

/// What is to be done about one `DeadLetter`, decided from what is seen and nothing else.
struct DeadLetterDecision: Hashable {
    /// The run that tries it again, where one is to be made.
    let run: KubernetesObject?
    /// Why a request is refused, where one is.
    let refusal: String?
    /// The status it should have.
    let status: JSON

    /// The most retries that are counted.
    static let maximumRetries: Int64 = 1_000_000

    /// Decides.
    ///
    /// - Parameters:
    ///   - source: the run it failed in, as far as that is still there.
    ///   - retry: the run that the last request made; nil once it is known to be gone.
    init(
        _ letter: KubernetesObject, source: KubernetesObject?, retry: KubernetesObject?,
        now: Timestamp
    ) {
        let taken = letter.status["lastRetry"]
        var (phase, message, last) = DeadLetterDecision.outcome(of: letter, retry: retry)
        var retries = max(0, letter.status["retries"]?.integerValue ?? 0)
        var made: KubernetesObject?
        var refused: String?
        if let asked = letter.spec["retry"]?["id"]?.stringValue, asked != taken?["id"]?.stringValue,
            phase == "Resolved", letter.spec["retry"]?["force"] != true
        {
            let reason =
                "the request \(asked) is refused: \(message) already; set spec.retry.force to do it"
                + " once more"
            refused = reason
            message = reason
        } else if let asked = letter.spec["retry"]?["id"]?.stringValue,
            asked != taken?["id"]?.stringValue
        {
            let run = DeadLetterDecision.retryRun(of: letter, request: asked, source: source)
            made = run
            retries = min(retries.addingClamping(1), DeadLetterDecision.maximumRetries)
            phase = "Retrying"
            message = "the run \(run.name) tries it again"
            last = [
                "id": .string(asked), "run": .string(run.name), "time": .string(now.description),
                "phase": "Pending",
            ]
        }
        run = made
        refusal = refused
        status = DeadLetterDecision.status(
            letter, phase: phase, message: message, retries: retries, last: last, now: now)
    }

    /// What came of the last request that was taken up: the phase, a sentence, and `lastRetry`.
    private static func outcome(
        of letter: KubernetesObject, retry: KubernetesObject?
    ) -> (phase: String, message: String, last: JSON?) {
        guard var last = letter.status["lastRetry"], let name = last["run"]?.stringValue else {
            return ("Waiting", "waiting for somebody to try it again", letter.status["lastRetry"])
        }
        let seen = retry.map { $0.status["phase"]?.stringValue ?? "Pending" }
        let before = last["phase"]?.stringValue ?? ""
        // How a run that is gone ended is what was noted of it.
        let final = seen ?? (RunPhases.isEnd(before) ? before : "Deleted")
        last["phase"] = .string(final)
        if final == "Completed" { return ("Resolved", "the run \(name) did it", last) }
        if seen != nil, !RunPhases.isEnd(final) {
            return ("Retrying", "the run \(name) tries it again", last)
        }
        if let retry { last["error"] = error(of: retry, task: letter.spec["task"]) }
        var message = "the run \(name) did not do it either: \(final)"
        if let error = last["error"]?["message"]?.stringValue { message += ": \(error)" }
        return ("Waiting", message, last)
    }

    /// Why a run did not complete: the error of the task, else of another, else what the run says.
    private static func error(of run: KubernetesObject, task: JSON?) -> JSON? {
        let failed = DeadLetterWriter.failedTasks(of: run)
        let own = failed.first { .string($0.0) == task } ?? failed.first
        var error = own?.1["error"] ?? [:]
        if own == nil {
            error["type"] = run.status["reason"]
            error["message"] = run.status["message"]
        }
        error["message"] = error["message"]?.stringValue.map { .string(EventText.cut($0)) }
        return error == [:] ? nil : error
    }

    private static func status(
        _ letter: KubernetesObject, phase: String, message: String, retries: Int64, last: JSON?,
        now: Timestamp
    ) -> JSON {
        let state: ReadyState =
            switch phase {
            case "Resolved": .ready(reason: "Resolved", message: message)
            case "Retrying": .reconciling(reason: "Retrying", message: message)
            default: .stalled(reason: "WaitingForRetry", message: message)
            }
        var status: JSON = [
            "phase": .string(phase), "message": .string(message), "retries": .integer(retries),
            "observedGeneration": .integer(letter.generation),
            "conditions": state.json(
                replacing: letter.status["conditions"], generation: letter.generation, now: now),
        ]
        status["lastRetry"] = last
        return status
    }

    /// The run of a request, whose name follows from the request (law 3).
    ///
    /// Where the run it failed in is still there, that run is tried again, and goes on behind the
    /// task; else, or with other inputs, the task runs alone.
    private static func retryRun(
        of letter: KubernetesObject, request: String, source: KubernetesObject?
    ) -> KubernetesObject {
        let name = RunName.joined(
            [letter.name.prefix { $0 != "." }.description, "retry"],
            hashing: [letter.uid ?? "", letter.name, request])
        var run = KubernetesObject(
            .workflowRuns, ObjectKey(namespace: letter.namespace, name: name))
        run.labels = [
            Labels.deadLetter: .string(ResourceName.labelValue(letter.name)),
            Labels.managedBy: .string(Labels.manager),
        ]
        run.annotations = [Annotations.deadLetter: .string(letter.name)]
        let inputs = letter.spec["retry"]?["inputs"]
        if let source, inputs == nil {
            run.spec = retrySpec(of: source, task: letter.spec["task"]?.stringValue ?? "")
        } else {
            run.spec = aloneSpec(of: letter, inputs: inputs ?? letter.spec["inputs"] ?? [:])
        }
        return run
    }

    private static func retrySpec(of source: KubernetesObject, task: String) -> JSON {
        var spec: JSON = [
            "retryOf": [
                "run": .string(source.name), "uid": .string(source.uid ?? ""), "mode": "Task",
                "task": .string(task),
            ]
        ]
        spec["workflowRef"] = source.spec["workflowRef"]
        return spec
    }

    /// A workflow of the one task.
    ///
    /// The values of its inputs are handed in as a value, so that nothing
    /// in them is taken for an expression.
    private static func aloneSpec(of letter: KubernetesObject, inputs: JSON) -> JSON {
        var task = letter.spec["definition"] ?? [:]
        for field in ["dependsOn", "condition", "join", "onFalse"] { task[field] = nil }
        let given = (inputs.objectValue ?? [:]).sorted { $0.key < $1.key }
        task["inputs"] = .object(
            JSONObject(
                given.map { name, value in
                    // Whether a command is a script must be written out: no expression may decide it.
                    guard value.boolValue == nil else { return (name, value) }
                    let place = "workflow.inputs.given[\(JSON.string(name).text)]"
                    return (name, .string("${{ \(place) }}"))
                }))
        let id = task["id"]?.stringValue ?? "task"
        return [
            "workflowSpec": [
                "description": .string("Tries the dead letter \(letter.name) again."),
                "inputs": [["name": "given", "type": "object"]],
                "tasks": [task],
                "outputs": ["task": .string("${{ tasks.\(id).outputs }}")],
            ],
            "inputs": ["given": inputs],
        ]
    }
}
