import Kubernetes
import Synchronization
import Values

/// The laws of stored objects: what is stored of a run may only become more.
extension LawBook {
    /// A write was stored.
    func stored(_ effect: Store.Effect, by host: Host?) {
        guard effect.collection.hasPrefix("apis/orchestrator.llm/") else { return }
        if host != nil {
            state.withLock { state in
                state.writes += 1
                state.lastWrite = world.clock.now
            }
        }
        if effect.collection.hasSuffix("/runcheckpoints") { noteShard(effect) }
        noteRepository(effect, by: host)
        if effect.collection.hasSuffix("/approvals") { checkApproval(effect, by: host) }
        guard effect.collection.hasSuffix("/workflowruns"),
            let json = effect.new ?? effect.old, let uid = json["metadata"]?["uid"]?.stringValue
        else { return }
        guard let new = effect.new else {
            if host != nil { checkArchived(json, uid) }
            state.withLock { $0.runs[uid]?.isGone = true }
            return
        }
        if effect.old == nil { noteLaunch(KubernetesObject(new), by: host) }
        let bytes = new["status"]?.bytes.count ?? 0
        if bytes > 256 << 10 { violated(28, "the status of \(effect.key) has \(bytes) bytes") }
        let found = state.withLock { state -> [(Int, String)] in
            var run = state.runs[uid] ?? RunRecord(key: effect.key)
            state.runs[uid] = nil
            var found: [(Int, String)] = []
            noteSpec(of: &run, uid, new, by: host, state.runs, &found)
            let status = LawBook.whole(new["status"] ?? .null, state.shards[uid] ?? [:])
            if run.model == nil {
                run.model = model(
                    ModelDefinition.number(in: status["definition"] ?? new["spec"]?["workflowSpec"])
                )
            }
            let old = run.status
            if status != old {
                checkStatus(of: &run, uid, from: old, to: status, state.attempts, &found)
                run.status = status
                if status["reason"] == "Cancelling" { run.wasCancelling = true }
                noteConclusion(from: old, to: status)
                if run.spec["operations"] != nil, !LawBook.isSharded(new["status"]) {
                    state.statuses[uid, default: []].insert(LawBook.digest(ofState: new))
                }
            }
            state.runs[uid] = run
            return found
        }
        violated(found)
    }

    /// Whether a body is of a run that was there once, and is gone.
    func isGone(_ body: [UInt8]) -> Bool {
        guard let json = try? JSON(parsing: body), json["kind"] == "WorkflowRun",
            let name = json["metadata"]?["name"]?.stringValue
        else { return false }
        return state.withLock { $0.runs.values.contains { $0.key.name == name && $0.isGone } }
    }

    private func noteLaunch(_ run: KubernetesObject, by host: Host?) {
        guard host != nil, let workflow = run.label("orchestrator.llm/workflow-uid") else { return }
        let generation = run.annotation("orchestrator.llm/workflow-generation") ?? ""
        let count = state.withLock { state in
            state.launches["\(workflow) \(generation)", default: 0] += 1
            return state.launches["\(workflow) \(generation)"] ?? 0
        }
        if count > 1 {
            violated(1, "a second run was made of generation \(generation) of \(workflow)")
        }
    }

    private func checkStatus(
        of run: inout RunRecord, _ uid: String, from old: JSON, to new: JSON,
        _ attempts: [AttemptName: AttemptRecord], _ found: inout [(Int, String)]
    ) {
        let oldPhase = old["phase"]?.stringValue ?? "Pending"
        let phase = new["phase"]?.stringValue ?? "Pending"
        if RunWords.ends.contains(oldPhase) {
            for field in ["phase", "tasks", "outputs", "completionTime", "reason"]
            where old[field] != new[field] {
                found.append((10, "\(uid): \(field) of a run that \(oldPhase) changed"))
            }
        }
        for field in ["definition", "inputs"] where old[field] != nil && old[field] != new[field] {
            found.append((16, "\(uid): \(field) changed"))
        }
        if let digest = old["workflow"]?["digest"], digest != new["workflow"]?["digest"] {
            found.append((16, "\(uid): the digest changed"))
        }
        let sequence = new["checkpoint"]?["sequence"]?.integerValue ?? 0
        if sequence < old["checkpoint"]?["sequence"]?.integerValue ?? 0 {
            found.append((11, "\(uid): the checkpoint's number went back"))
        }
        let isEnding = RunWords.endings.contains(old["reason"]?.stringValue ?? "")
        for (id, task) in new["tasks"]?.objectValue ?? [:] {
            checkTask(
                &run, uid, id, from: old["tasks"]?[id] ?? .null, to: task, isEnding: isEnding,
                holder: new["checkpoint"]?["holder"]?.stringValue ?? "", attempts, &found)
            if task["phase"] == "TimedOut", old["tasks"]?[id]?["phase"] != "TimedOut" {
                checkTimeout(run.model, uid, id, in: new, &found)
            }
        }
        for (id, _) in old["tasks"]?.objectValue ?? [:] where new["tasks"]?[id] == nil {
            found.append((10, "\(uid): the task \(id) is gone"))
        }
        if let model = run.model, let tasks = new["tasks"] {
            checkDependencies(model, uid, tasks, &found)
        }
        if oldPhase != phase { checkOrder(run, uid, new, &found) }
    }

    private func checkTask(
        _ run: inout RunRecord, _ uid: String, _ id: String, from old: JSON, to new: JSON,
        isEnding: Bool, holder: String, _ attempts: [AttemptName: AttemptRecord],
        _ found: inout [(Int, String)]
    ) {
        guard old != new else { return }
        let oldPhase = old["phase"]?.stringValue ?? "Pending"
        let phase = new["phase"]?.stringValue ?? "Pending"
        if TaskWords.ends.contains(oldPhase) {
            found.append((10, "\(uid): \(id) changed after it was \(oldPhase): \(new.text)"))
        }
        let oldAttempt = old["attempt"]?.integerValue ?? 0
        let attempt = new["attempt"]?.integerValue ?? 0
        let model = run.model?.task(at: id)
        // What is found by its name starts unrecorded, so its failure may be recorded with the next.
        let isNamed = model.map { ["approval", "workflow"].contains($0.type) } ?? false
        // Without an intent of its own is what has no effect, and what an open circuit held back: such
        // may be stored together with the next.
        let isStored = model.map { $0.isScripted && $0.provider == nil } ?? false
        let hasGap =
            attempt > oldAttempt + 1
            && ((oldAttempt + 1)..<attempt).contains { number in
                isStored
                    || attempts[AttemptName(run: uid, task: id, attempt: Int(number))] != nil
            }
        if attempt < oldAttempt || (hasGap && !isNamed) {
            found.append((7, "\(uid): \(id) went from attempt \(oldAttempt) to \(attempt)"))
        }
        let counted = Int(attempt - (new["interruptions"]?.integerValue ?? 0))
        if let model, model.isScripted || model.stream != nil, counted > model.maxAttempts {
            found.append((7, "\(uid): \(id) counts \(counted) attempts of \(model.maxAttempts)"))
        }
        LawBook.checkProgress("\(uid): \(id)", from: old["progress"], to: new["progress"], &found)
        if phase == "Launching", attempt > oldAttempt {
            // What a run does whatever its end is not what it stops.
            if isEnding, !TaskWords.outlivesEnding(id) {
                found.append((18, "\(uid): \(id) is launched after the run began to end"))
            }
            let name = AttemptName(run: uid, task: id, attempt: Int(attempt))
            run.intents[name] = Intent(
                holder: holder, interruptions: new["interruptions"]?.integerValue ?? 0)
        }
        if phase == "Retrying", let model {
            let name = AttemptName(run: uid, task: id, attempt: Int(attempt))
            checkDelay(model, new, attempts[name], counted, name, &found)
        }
    }

    /// A task may only have gone on when all that it waits for has ended (law 9).
    private func checkDependencies(
        _ model: ModelDefinition, _ uid: String, _ tasks: JSON, _ found: inout [(Int, String)]
    ) {
        let phases = model.tasks.map { tasks[$0.id]?["phase"]?.stringValue ?? "Pending" }
        for (task, phase) in zip(model.tasks, phases)
        where phase != "Pending" && phase != "Cancelled" && phase != "Skipped"
            && !TaskWords.byHand.contains(tasks[task.id]?["reason"]?.stringValue ?? "")
        {
            for other in task.dependencies where !TaskWords.ends.contains(phases[other]) {
                found.append(
                    (9, "\(uid): \(task.id) is \(phase), and t\(other) is \(phases[other])"))
            }
        }
    }

    private func checkOrder(
        _ run: RunRecord, _ uid: String, _ new: JSON, _ found: inout [(Int, String)]
    ) {
        guard RunWords.ends.contains(new["phase"]?.stringValue ?? "") else { return }
        for (id, task) in new["tasks"]?.objectValue ?? [:]
        where !TaskWords.ends.contains(task["phase"]?.stringValue ?? "") {
            found.append((10, "\(uid): the run ended while \(id) had not: \(task.text)"))
        }
    }

    /// The wait before the next attempt lies within the policy's bounds (law 20).
    private func checkDelay(
        _ model: ModelTask, _ new: JSON, _ attempt: AttemptRecord?, _ counted: Int,
        _ name: AttemptName, _ found: inout [(Int, String)]
    ) {
        guard let next = new["nextAttemptTime"]?.stringValue.flatMap({ Timestamp($0) }),
            let ended = attempt?.ended, !world.faults.has(.clockJump)
        else { return }
        var asked = Duration.zero
        if case .fail(_, _, _, let retryAfter?)? = attempt?.step { asked = retryAfter }
        var full = Double(model.initialInterval.nanoseconds)
        for _ in 1..<max(1, counted) {
            full = min(full * model.multiplier, Double(model.maxInterval.nanoseconds))
        }
        full = min(full, Double(model.maxInterval.nanoseconds))
        // The wait counts from when the run heard of it, between the attempt's end and this write.
        let sinceEnd = Double((next - ended).nanoseconds)
        let sinceNow = Double((next - (world.epoch + world.clock.now)).nanoseconds)
        let longest = max(full, Double(asked.nanoseconds)) + 3e6
        let shortest = max(full * (1 - model.jitter), Double(asked.nanoseconds)) - 2e6
        if sinceEnd < shortest || sinceNow > longest {
            found.append(
                (20, "\(name): the next attempt waits \(sinceEnd / 1e6) ms, not \(full / 1e6)"))
        }
    }

    /// A run that ended before it began did so outside of the engine.
    private func noteConclusion(from old: JSON, to new: JSON) {
        guard old["phase"]?.stringValue ?? "Pending" == "Pending", new["checkpoint"] == nil,
            let phase = new["phase"]?.stringValue, phase != "Pending"
        else { return }
        world.coverage.hit(.run, "Pending -> \(phase)")
    }
}
