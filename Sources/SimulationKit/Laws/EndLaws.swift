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
        let judge = NaiveScheduler(
            model: model, tasks: tasks, isWhole: phase == "Completed",
            isTimeUncertain: world.faults.has(.clockJump))
        for problem in judge.problems(phase: phase, reason: reason) {
            violated(12, "\(run.key) \(phase): \(problem)")
        }
        checkOutcomes(of: run, uid, model, tasks)
    }

    /// What a task ended with is what an attempt of it gave (law 12).
    private func checkOutcomes(
        of run: RunRecord, _ uid: String, _ model: ModelDefinition, _ tasks: JSON
    ) {
        for task in model.tasks where task.type != "transform" {
            guard let entry = tasks[task.id], entry["phase"] == "Completed" else { continue }
            let number = Int(entry["attempt"]?.integerValue ?? 0)
            let name = AttemptName(run: uid, task: task.id, attempt: number)
            let record = state.withLock { $0.attempts[name] }
            guard case .succeeded(outputs: let outputs)? = record?.outcome else {
                violated(
                    12, "\(name) is Completed, and gave \(String(describing: record?.outcome))")
                continue
            }
            let stored = entry["outputs"]?[task.output]
            if stored != outputs[task.output] {
                violated(12, "\(name) gave \(outputs), and \(stored?.text ?? "nothing") is stored")
            }
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

    /// Whether every run has ended.
    var allRunsEnded: Bool {
        state.withLock { state in
            state.runs.values.allSatisfy { run in
                run.isGone || RunWords.ends.contains(run.status["phase"]?.stringValue ?? "")
            }
        }
    }
}
