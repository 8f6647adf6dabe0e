import Crypto
import Executors
import HTTP
import Kubernetes
import Synchronization
import Values
import Workflows

/// The laws of the end: what must hold when faults have stopped and everything has come to rest.
extension LawBook {
    /// Checks how every run and workflow ended.
    func checkEnd(_ server: SimulatedServer) {
        let runs = state.withLock(\.runs).sorted { $0.key < $1.key }
        for (uid, run) in runs where !run.isGone { checkEnd(of: run, uid) }
        for (key, workflow) in server.objects(Workload.workflows).sorted(by: { $0.key < $1.key }) {
            checkWorkflow(key, KubernetesObject(workflow), server)
        }
        checkKept(server)
        checkRepositories(server)
    }

    private func checkEnd(of run: RunRecord, _ uid: String) {
        let phase = run.status["phase"]?.stringValue ?? "Pending"
        let reason = run.status["reason"]?.stringValue ?? ""
        guard RunWords.ends.contains(phase) else {
            violated(13, "\(run.key) has not ended: it is \(phase) \(reason)")
            return
        }
        if phase == "Cancelled", !run.wasAskedToCancel {
            violated(18, "\(run.key) was cancelled, and nobody asked for it")
        }
        if run.wasCancelling, phase != "Cancelled" {
            violated(18, "\(run.key) was being cancelled, and is \(phase)")
        }
        if let completion = run.status["completionTime"]?.stringValue,
            let start = run.status["startTime"]?.stringValue, let end = Timestamp(completion),
            let begin = Timestamp(start), phase == "TimedOut", !world.faults.has(.clockJump),
            let timeout = run.model?.timeout, end - begin < timeout
        {
            violated(20, "\(run.key) timed out after \((end - begin).text) of \(timeout.text)")
        }
        guard let model = run.model, let tasks = run.status["tasks"] else { return }
        let (operations, wasRolledBack) = operations(of: run)
        let judge = NaiveScheduler(
            model: model, tasks: tasks, isWhole: phase == "Completed",
            isTimeUncertain: world.faults.has(.clockJump), operations: operations,
            wasRolledBack: wasRolledBack,
            isReusing: run.spec["retryOf"] != nil || run.spec["restoreFrom"] != nil,
            mayLoseFiles: world.streams?.rates.isEmpty == false, wasPaused: run.wasPaused)
        for problem in judge.problems(phase: phase, reason: reason) {
            violated(12, "\(run.key) \(phase): \(problem)")
        }
        checkOutcomes(of: run, uid, model, tasks)
        checkReuse(of: run, tasks)
    }

    /// What users had done to the tasks of a run, by path, and whether they had it undone.
    private func operations(of run: RunRecord) -> ([String: [String]], Bool) {
        var found: [String: [String]] = [:]
        var wasRolledBack = false
        for operation in run.spec["operations"]?.arrayValue ?? [] {
            guard let id = operation["id"]?.stringValue,
                run.status["operations"]?[id]?["result"] == "Done",
                let type = operation["type"]?.stringValue
            else { continue }
            if type == "Rollback" { wasRolledBack = true }
            let resolution = operation["resolution"]?.stringValue.map { " \($0)" } ?? ""
            found[operation["task"]?.stringValue ?? "", default: []].append(type + resolution)
        }
        return (found, wasRolledBack)
    }

    /// What a task ended with is what an attempt of it gave, or what stood in for one (law 12).
    private func checkOutcomes(
        of run: RunRecord, _ uid: String, _ model: ModelDefinition, _ tasks: JSON
    ) {
        for task in model.tasks {
            guard let entry = tasks[task.id] else { continue }
            if entry["phase"] == "Completed", task.isScripted {
                checkOutputs(of: task, entry, run, uid, model)
            }
            guard entry["reason"] == nil else { continue }
            let number = Int(entry["attempt"]?.integerValue ?? 0)
            let name = AttemptName(run: uid, task: task.id, attempt: number)
            if task.type == "workflow" { checkChild(name, entry) }
        }
    }

    private func checkOutputs(
        of task: ModelTask, _ entry: JSON, _ run: RunRecord, _ uid: String,
        _ model: ModelDefinition
    ) {
        let number = Int(entry["attempt"]?.integerValue ?? 0)
        let name = AttemptName(run: uid, task: task.id, attempt: number)
        let stored = entry["outputs"]?[task.output]
        let given: [JSONObject]
        switch entry["reason"]?.stringValue {
        case nil:
            let record = state.withLock { $0.attempts[name] }
            guard case .succeeded(outputs: let outputs)? = record?.outcome else {
                violated(
                    12, "\(name) is Completed, and gave \(String(describing: record?.outcome))")
                return
            }
            given = [outputs]
        case "FallbackValue"?: given = [task.fallbackOutputs]
        case "SetByUser"?:
            given = (run.spec["operations"]?.arrayValue ?? []).filter {
                $0["task"]?.stringValue == task.id
            }.compactMap { $0["outputs"]?.objectValue }
        default:
            // What users and fallbacks gave is handed on as well.
            let results = state.withLock { $0.results["\(task.type) \(task.id)"] ?? [] }
            given = results.compactMap(\.objectValue)
            if given.isEmpty || run.spec["retryOf"] != nil || run.spec["restoreFrom"] != nil {
                return
            }
        }
        if !given.contains(where: { $0[task.output] == stored }) {
            violated(12, "\(name) gave \(given), and \(stored?.text ?? "nothing") is stored")
        }
    }

    /// A task that runs another run ends as that did.
    private func checkChild(_ name: AttemptName, _ entry: JSON) {
        let children = state.withLock { state in
            state.runs.values.filter { $0.parent == name }
        }
        guard let phase = entry["phase"]?.stringValue, phase == "Completed" || phase == "Failed"
        else { return }
        guard children.count == 1, let child = children.first else {
            if phase == "Completed" {
                violated(12, "\(name) is \(phase), of \(children.count) runs")
            }
            return
        }
        let end = child.status["phase"]?.stringValue ?? "Pending"
        if phase == "Completed", end != "Completed" {
            violated(12, "\(name) is \(phase), and its run \(end)")
        }
        let isToEnd = state.withLock { $0.runs[name.run]?.wasAskedToCancel == true }
        if entry["error"]?["type"] == "ChildRunCancelled", !child.wasCancelledByUser, !isToEnd {
            violated(18, "\(name) is \(phase), as its run was cancelled by nobody's wish")
        }
        if phase == "Failed", end == "Completed", !child.isGone, !child.isDeleting {
            violated(12, "\(name) is \(phase), and its run \(end)")
        }
    }

    /// A workflow has run the definition that it has at last, whatever it had before (law 15).
    private func checkWorkflow(
        _ key: ObjectKey, _ workflow: KubernetesObject, _ server: SimulatedServer
    ) {
        if workflow.isDeleting {
            violated(13, "\(key) is still being deleted")
            return
        }
        guard workflow.spec["suspend"] != true else { return }
        let status = workflow.status
        if status["observedGeneration"]?.integerValue != workflow.generation {
            violated(14, "\(key) was not looked at since it changed")
        }
        if status["lastRun"]?["digest"] == nil || status["lastRun"]?["digest"] != status["digest"] {
            violated(15, "\(key) has not run the definition it has: \(status.text)")
        }
        if status["activeRuns"]?.integerValue != 0 {
            violated(14, "\(key) says that runs go on which have ended: \(status.text)")
        }
    }

    /// What is kept beside runs is there, and is what it is kept of.
    private func checkKept(_ server: SimulatedServer) {
        let group = "apis/orchestrator.llm/v1"
        let letters = server.objects("\(group)/deadletters").values
        let checkpoints = server.objects("\(group)/runcheckpoints").values
        for (uid, run) in state.withLock(\.runs).sorted(by: { $0.key < $1.key }) where !run.isGone {
            checkLetters(of: run, uid, Array(letters))
            let kept = checkpoints.filter { $0["spec"]?["run"]?["uid"]?.stringValue == uid }
            for operation in run.spec["operations"]?.arrayValue ?? []
            where operation["type"] == "Checkpoint" {
                guard let id = operation["id"]?.stringValue,
                    run.status["operations"]?[id]?["result"] == "Done"
                else { continue }
                let label = operation["name"]
                if !kept.contains(where: { $0["spec"]?["label"] == label }) {
                    violated(11, "\(run.key): the checkpoint \(id) is not kept")
                }
            }
            for checkpoint in kept where checkpoint["spec"]?["purpose"] == "Manual" {
                let digest = (checkpoint["spec"]?["state"] ?? .null).digest.description
                // Of a run with shards it keeps copies of them, under other names.
                if LawBook.isSharded(checkpoint["spec"]?["state"]) { continue }
                let known = state.withLock { $0.statuses[uid] ?? [] }
                if !known.contains(digest) {
                    violated(11, "\(run.key): a checkpoint keeps a status that it never had")
                }
            }
        }
    }

    /// Each task that failed a run for good is one dead letter, where that is asked for, and stays that
    /// one however often it is tried again.
    private func checkLetters(of run: RunRecord, _ uid: String, _ letters: [JSON]) {
        let own = letters.filter { $0["spec"]?["run"]?["uid"]?.stringValue == uid }
        let tasks = own.compactMap { $0["spec"]?["task"]?.stringValue }
        if Set(tasks).count != tasks.count {
            violated(1, "\(run.key): a task is more than one dead letter: \(tasks.sorted())")
        }
        guard !run.isLetterRetry else {
            if !tasks.isEmpty, !world.purgesLetters {
                violated(1, "\(run.key) retries a dead letter and makes others: \(tasks.sorted())")
            }
            return
        }
        let phase = run.status["phase"]?.stringValue ?? ""
        guard let model = run.model, model.hasLetters, ["Failed", "TimedOut"].contains(phase),
            !world.purgesLetters
        else { return }
        for task in model.tasks {
            let end = run.status["tasks"]?[task.id]?["phase"]?.stringValue ?? ""
            if ["Failed", "TimedOut"].contains(end), !tasks.contains(task.id) {
                violated(12, "\(run.key): \(task.id) is \(end), and no dead letter")
            }
        }
    }

    /// Whether every run has ended.
    var allRunsEnded: Bool {
        state.withLock { state in
            state.runs.values.allSatisfy { run in
                guard !run.isGone else { return true }
                let phase = run.status["phase"]?.stringValue ?? ""
                let told = run.status["notifications"]?.objectValue ?? [:]
                let mustTell =
                    run.model?.hasLetters == true && (phase == "Failed" || phase == "TimedOut")
                return RunWords.ends.contains(phase) && !(mustTell && told.isEmpty)
                    && told.allSatisfy { $0.1["phase"] != "Retrying" }
            }
        }
    }
}
