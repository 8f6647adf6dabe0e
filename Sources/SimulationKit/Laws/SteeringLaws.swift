import Crypto
import Kubernetes
import Synchronization
import Values

/// The laws of what people do: wishes, answers, operations, and runs that others start.
extension LawBook {
    /// Notes what is wished of a run, and judges wishes that the product writes by itself.
    func noteSpec(
        of run: inout RunRecord, _ uid: String, _ new: JSON, by host: Host?,
        _ runs: [String: RunRecord], _ found: inout [(Int, String)]
    ) {
        let spec = new["spec"] ?? .null
        let metadata = new["metadata"]
        run.isDeleting = metadata?["deletionTimestamp"] != nil
        guard spec != run.spec else { return }
        if run.spec == .null {
            let annotations = metadata?["annotations"]
            run.isLetterRetry = metadata?["labels"]?["orchestrator.llm/dead-letter"] != nil
            let owner = metadata?["ownerReferences"]?.arrayValue?.first { $0["controller"] == true }
            if owner?["kind"] == "WorkflowRun", let parent = owner?["uid"]?.stringValue,
                let task = annotations?["orchestrator.llm/task"]?.stringValue
            {
                let attempt = annotations?["orchestrator.llm/attempt"]?.stringValue
                run.parent = AttemptName(
                    run: parent, task: task, attempt: attempt.flatMap { Int($0) } ?? 0)
            }
        }
        let wish = spec["desiredState"]?.stringValue ?? "Running"
        let before = run.spec["desiredState"]?.stringValue ?? "Running"
        run.spec = spec
        if RunWords.cancels.contains(wish) {
            run.wasAskedToCancel = true
            if host == nil { run.wasCancelledByUser = true }
        }
        if wish == "Paused" { run.wasPaused = true }
        guard host != nil, wish != before, let parent = run.parent else { return }
        let isJustified: Bool
        switch wish {
        case "Paused", "Running": isJustified = runs[parent.run]?.wasPaused != false
        // Why it is stopped may be stored a moment later: what came of it is judged at the end.
        default: isJustified = true
        }
        if !isJustified {
            found.append(
                (18, "\(run.key) is made \(wish) by nobody's wish, as it was started by \(parent)"))
        }
    }

    /// An approval is decided as those who were asked have said, and then stays so (laws 10, 12).
    func checkApproval(_ effect: Store.Effect, by host: Host?) {
        guard let new = effect.new else { return }
        let before = effect.old?["status"]?["phase"]?.stringValue ?? "Pending"
        let phase = new["status"]?["phase"]?.stringValue ?? "Pending"
        guard phase != before else { return }
        if before != "Pending" {
            violated(10, "\(effect.key) was \(before), and is \(phase)")
            return
        }
        let spec = new["spec"] ?? .null
        let answers = (spec["decisions"]?.arrayValue ?? []).filter { answer in
            answer["digest"] == spec["digest"]
                && ModelApproval.users.contains(answer["user"]?.stringValue ?? "")
        }
        let deadline = spec["deadline"]?.stringValue.flatMap { Timestamp($0) }
        let inTime = answers.filter { answer in
            guard let deadline, let time = answer["time"]?.stringValue.flatMap({ Timestamp($0) })
            else { return true }
            return time <= deadline
        }
        let approvers = Set(
            inTime.filter { $0["decision"] == "approve" }.compactMap { $0["user"]?.stringValue })
        let isRejected = inTime.contains { $0["decision"] == "reject" }
        let hasQuorum = approvers.count >= Int(spec["quorum"]?.integerValue ?? 1)
        let isLate = deadline.map { $0 <= (host?.latestNow ?? Timestamp(seconds: 0)) } ?? false
        let expected: Set<String> =
            isRejected
            ? ["Rejected"]
            : hasQuorum
                ? ["Approved"]
                : isLate ? [spec["default"] == "approve" ? "Approved" : "Rejected"] : []
        if phase != "Withdrawn", !expected.contains(phase) {
            violated(12, "\(effect.key) is \(phase), not one of \(expected.sorted())")
        }
    }

    /// A run goes to the archive.
    func archived(_ text: String, at path: String, by host: Host) {
        guard host.isAlive, let json = try? JSON(parsing: Array(text.utf8)),
            let uid = json["metadata"]?["uid"]?.stringValue
        else { return }
        if text.contains(ScriptedExecutor.canary) {
            violated(35, "the archive has a secret: \(path)")
        }
        state.withLock { $0.archived[uid] = json["status"] }
    }

    /// What the product deletes has ended, and is in the archive as it was (law 6).
    func checkArchived(_ run: JSON, _ uid: String) {
        // A user's delete of what has a finalizer is completed by the product.
        guard run["metadata"]?["deletionTimestamp"] == nil else { return }
        let (kept, status) = state.withLock { ($0.archived[uid], $0.runs[uid]?.status) }
        let name = run["metadata"]?["name"]?.stringValue ?? ""
        guard let kept, let status else {
            violated(6, "\(name) is deleted, and is not in the archive")
            return
        }
        for field in ["phase", "tasks", "outputs", "completionTime"]
        where kept[field] != status[field] {
            violated(6, "\(name) is deleted, and the archive has another \(field)")
        }
    }

    /// The digest of what a checkpoint that a user asks for keeps of a run (law 11).
    static func digest(ofState run: JSON) -> String {
        var state = run["status"] ?? .null
        for field in ["conditions", "notifications", "observedGeneration"] { state[field] = nil }
        if state["definition"] == nil { state["definition"] = run["spec"]?["workflowSpec"] }
        return state.digest.description
    }
}
