public import Values
internal import Workflows

extension RunMachine {
    /// The run's part of its object's status, whole: phase, reason, message, times, progress,
    /// tasks, outputs, timers and the checkpoint's number.
    ///
    /// O(tasks).
    ///
    /// A run rebuilt from it and its shards gives it again.
    public func statusJSON() -> JSON {
        var times = TimeTexts()
        var members = runMembers(.whole, &times)
        guard listsTasks else { return .object(members) }
        var entries: [(String, JSON)] = []
        entries.reserveCapacity(tasks.count)
        for task in tasks.indices where tasks[task].shard == 0 {
            entries.append((path(of: task), .object(taskMembers(task, clearing: [], &times))))
        }
        members["tasks"] = .object(JSONObject(entries))
        return .object(members)
    }

    /// The statuses of the checkpoint's shards, whole, by their numbers.
    ///
    /// O(tasks).
    public func shardStatuses() -> [Int: JSON] {
        var times = TimeTexts()
        var entries: [Int: [(String, JSON)]] = [:]
        for task in tasks.indices where tasks[task].shard > 0 {
            entries[Int(tasks[task].shard), default: []].append(
                (path(of: task), .object(taskMembers(task, clearing: [], &times))))
        }
        return entries.mapValues { .object(["tasks": .object(JSONObject($0))]) }
    }

    /// What changed since the last patch was taken, as a JSON merge patch (RFC 7396) of the status;
    /// nil when nothing did.
    ///
    /// For owners that store no shards: see ``takeCheckpoint()``.
    public mutating func takeStatusPatch() -> JSON? { takeCheckpoint()?.status }

    /// What changed since the last write was taken; nil when nothing did.
    ///
    /// O(tasks that changed, and all tasks of the shards they are in).
    ///
    /// Take it once for each `writeCheckpoint`, when the write is about to be sent: it carries all
    /// that the write under that number must, and what changed since it was asked for. The first
    /// one of a run names every task there is.
    public mutating func takeCheckpoint() -> CheckpointWrite? {
        guard ledger.isWriting, faults.isEmpty else { return nil }
        let changed = ledger.take(isOver: run.phase.isTerminal)
        carryProgress()
        var times = TimeTexts()
        var entries: [(String, JSON)] = []
        var changedShards: Set<Int> = []
        if listsTasks {
            entries.reserveCapacity(changed.count)
            for index in changed {
                let task = Int(index)
                let written = tasks[task].writtenFields
                let shard = Int(tasks[task].shard)
                tasks[task].marks.remove(.changed)
                if shard == 0 {
                    entries.append(
                        (path(of: task), .object(taskMembers(task, clearing: written, &times))))
                    tasks[task].writtenFields = written.union(presentFields(of: task))
                } else {
                    changedShards.insert(shard)
                    shards[shard].pending[path(of: task)] = .object(
                        taskMembers(task, clearing: [], &times))
                }
            }
        }
        let statuses = takeShards(changedShards)
        var members = runMembers(.patch, &times)
        run.writtenFields.formUnion(presentRunFields)
        run.changedFields = []
        if !entries.isEmpty {
            entries.sort { JSONObject.precedes($0.0, $1.0) }
            members["tasks"] = .object(JSONObject(entries))
        }
        return CheckpointWrite(
            shards: statuses, status: .object(members), changes: takeChanges())
    }

    /// The steps since the last write was taken, each with the reason that its task has for being where
    /// it went to.
    private mutating func takeChanges() -> [PhaseChange] {
        guard journal.isKept else { return [] }
        var journal = self.journal
        defer { self.journal = journal }
        return journal.take { task, phase in
            let state = tasks[task]
            let hasFailed = phase == .retrying || phase == .failed || phase == .timedOut
            let error = hasFailed ? details[task]?.errorType : nil
            let reason = state.phase == phase ? state.reason?.rawValue ?? error : nil
            return (path(of: task), reason)
        }
    }

    /// The statuses of the shards that changed, under the number of the write they go with.
    private mutating func takeShards(_ changed: Set<Int>) -> [Int: JSON] {
        var statuses: [Int: JSON] = [:]
        for shard in changed.sorted() {
            statuses[shard] = shards[shard].take(sequence: ledger.sequence)
        }
        return statuses
    }

    /// Makes place for the entries of shards that were begun.
    mutating func growShards() {
        let missing = budget.shardCount + 1 - shards.count
        if missing > 0 {
            shards.append(contentsOf: repeatElement(CheckpointShard(), count: missing))
        }
    }

    /// The status that refers to the shards handed out is stored.
    mutating func acknowledgeShards() {
        for shard in shards.indices.dropFirst() { shards[shard].acknowledge() }
    }

    /// Whether the tasks are in the status: not those of a run that was refused as too large.
    private var listsTasks: Bool {
        run.ending != .rejecting && run.reason != RunReason.tooLarge
    }

    /// What a run that goes on is doing, in one word; nil where it is not going on.
    var subphase: String? {
        guard run.phase == .running else { return nil }
        switch run.stage {
        case .rollback: return "RollingBack"
        case .finally: return "Finalizing"
        case .main: break
        }
        if run.ending != nil { return "Ending" }
        if active.count > approvals { return "Executing" }
        if approvals > 0 { return "WaitingApproval" }
        return nil
    }

    var presentRunFields: RunFields {
        var fields: RunFields = []
        if run.completed != nil { fields.insert(.completionTime) }
        if run.decision != nil { fields.insert(.decision) }
        if run.message != nil { fields.insert(.message) }
        if !run.operations.isEmpty { fields.insert(.operations) }
        if run.outputs != nil { fields.insert(.outputs) }
        if run.reason != nil { fields.insert(.reason) }
        if run.started != nil { fields.insert(.startTime) }
        if subphase != nil { fields.insert(.subphase) }
        if !run.transitions.isEmpty { fields.insert(.transitions) }
        if run.deadline != nil { fields.insert(.deadline) }
        if run.pausedSince != nil { fields.insert(.pausedSince) }
        return fields
    }

    private enum Extent {
        case whole
        case patch
    }

    /// The run's own fields; in a patch, with `null` for those that are gone, and without large ones
    /// that are as they were.
    private func runMembers(_ extent: Extent, _ times: inout TimeTexts) -> JSONObject {
        var present = presentRunFields
        var written: RunFields = []
        if extent == .patch {
            written = run.writtenFields
            let unchanged = RunFields.large.intersection(written).subtracting(run.changedFields)
            present.subtract(unchanged)
            written.subtract(unchanged)
        }
        var members: [(String, JSON)] = [
            ("checkpoint", checkpointMembers(extent)),
            ("phase", .string(run.phase.rawValue)),
            ("progress", .string("\(done)/\(tasks.count)")),
        ]
        for (name, field) in RunFields.named {
            if present.contains(field) {
                members.append((name, value(of: field, &times)))
            } else if written.contains(field) {
                members.append((name, .null))
            }
        }
        var timers: [(String, JSON)] = []
        for (name, field) in RunFields.timers {
            if present.contains(field) {
                timers.append((name, value(of: field, &times)))
            } else if written.contains(field) {
                timers.append((name, .null))
            }
        }
        if !timers.isEmpty {
            let isGone = present.isDisjoint(with: [.deadline, .pausedSince])
            members.append(("timers", isGone ? .null : .object(JSONObject(timers))))
        }
        return JSONObject(members)
    }

    /// The number of the checkpoint, and those of its shards.
    private func checkpointMembers(_ extent: Extent) -> JSON {
        guard shards.count > 1 else { return ["sequence": .integer(ledger.sequence)] }
        let numbers = shards.indices.dropFirst().compactMap { shard -> (String, JSON)? in
            let number = shards[shard].pendingSequence ?? shards[shard].sequence
            guard number > 0, extent == .whole || shards[shard].pendingSequence != nil else {
                return nil
            }
            return ("\(shard)", .integer(number))
        }
        return [
            "sequence": .integer(ledger.sequence), "shards": .integer(Int64(shards.count - 1)),
            "shardSequences": .object(JSONObject(numbers)),
        ]
    }

    private func value(of field: RunFields, _ times: inout TimeTexts) -> JSON {
        switch field {
        case .completionTime: times[run.completed]
        case .decision: decisionMembers
        case .message: .string(run.message ?? "")
        case .operations: operationMembers(&times)
        case .outputs: .object(run.outputs ?? [:])
        case .reason: .string(run.reason ?? "")
        case .startTime: times[run.started]
        case .subphase: .string(subphase ?? "")
        case .transitions: .array(run.transitions.map { $0.json(&times) })
        case .deadline: times[run.deadline]
        default: times[run.pausedSince]
        }
    }

    private var decisionMembers: JSON {
        guard let decision = run.decision else { return .null }
        // Always all three: a merge patch would keep one that is left out.
        return [
            "message": .string(decision.message ?? ""), "phase": .string(decision.phase.rawValue),
            "reason": .string(decision.reason ?? ""),
        ]
    }

    private func operationMembers(_ times: inout TimeTexts) -> JSON {
        .object(
            JSONObject(
                run.operations.map { id, record in
                    (
                        id,
                        [
                            "message": .string(record.message),
                            "result": .string(record.result.rawValue), "time": times[record.time],
                        ]
                    )
                }))
    }

    /// The fields a task has now, besides its phase.
    func presentFields(of task: Int) -> TaskFields {
        let state = tasks[task]
        var fields: TaskFields = []
        if state.attempt > 0 { fields.insert(.attempt) }
        if state.completed != nil { fields.insert(.completionTime) }
        if state.interruptions > 0 { fields.insert(.interruptions) }
        if state.traits.contains(.container), showsIterations(task) { fields.insert(.iterations) }
        if outputs[task]?.isEmpty == false, !givesBodies(task) { fields.insert(.outputs) }
        if state.reason != nil { fields.insert(.reason) }
        if state.started != nil { fields.insert(.startTime) }
        guard !details.isEmpty, let detail = details[task] else { return fields }
        if detail.errorType != nil { fields.insert(.error) }
        if detail.errorCode != nil { fields.insert(.errorCode) }
        if detail.message != nil { fields.insert(.message) }
        if detail.nextAttempt != nil { fields.insert(.nextAttemptTime) }
        if detail.caseName != nil { fields.insert(.caseName) }
        if detail.deadline != nil { fields.insert(.deadline) }
        if detail.fallback > 0 { fields.insert(.fallback) }
        if detail.order > 0 { fields.insert(.order) }
        if detail.progress != nil { fields.insert(.progress) }
        if detail.until != nil { fields.insert(.until) }
        if detail.queued != nil { fields.insert(.queuedTime) }
        if detail.totalDeadline != nil { fields.insert(.totalDeadline) }
        if detail.wait > 0 { fields.insert(.wait) }
        return fields
    }

    /// Whether a task is a loop that was started.
    private func showsIterations(_ task: Int) -> Bool {
        guard containers[task] != nil else { return false }
        let (program, index) = place(of: task)
        if case .loop = program.tasks[index].control { return true }
        return false
    }

    /// A task's fields, with `null` for those that are gone.
    private func taskMembers(
        _ task: Int, clearing written: TaskFields, _ times: inout TimeTexts
    ) -> JSONObject {
        let present = presentFields(of: task).union(.phase)
        let named = present.union(written)
        var members: [(String, JSON)] = []
        members.reserveCapacity(6)
        for (name, field) in TaskFields.named where named.contains(field) {
            members.append(
                (name, present.contains(field) ? value(of: field, task, &times) : .null))
        }
        var object = JSONObject(members)
        // A patch merges the error with the one before: what that had and this has not goes.
        if present.contains(.error), !present.contains(.errorCode), written.contains(.errorCode) {
            object["error"]?["code"] = .null
        }
        return object
    }

    private func value(
        of field: TaskFields, _ task: Int, _ times: inout TimeTexts
    ) -> JSON {
        switch field {
        case .phase: .string(tasks[task].phase.rawValue)
        case .attempt: .integer(Int64(tasks[task].attempt))
        case .completionTime: times[tasks[task].completed]
        case .interruptions: .integer(Int64(tasks[task].interruptions))
        case .message: .string(details[task]?.message ?? "")
        case .nextAttemptTime: times[details[task]?.nextAttempt]
        case .outputs: .object(OutputCoding.encode(outputs[task] ?? [:]))
        case .reason: .string(tasks[task].reason?.rawValue ?? "")
        case .startTime: times[tasks[task].started]
        case .caseName: .string(details[task]?.caseName ?? "")
        case .deadline: times[details[task]?.deadline]
        case .fallback: .integer(Int64(details[task]?.fallback ?? 0))
        case .iterations: iterationMembers(task)
        case .order: .integer(Int64(details[task]?.order ?? 0))
        case .until: times[details[task]?.until]
        case .progress: .object(OutputCoding.encode(details[task]?.progress ?? [:]))
        case .queuedTime: times[details[task]?.queued]
        case .totalDeadline: times[details[task]?.totalDeadline]
        case .wait: .integer(Int64(details[task]?.wait ?? 0))
        default: errorMembers(task)
        }
    }

    private func errorMembers(_ task: Int) -> JSON {
        let detail = details[task]
        var members: JSONObject = [
            "message": .string(detail?.errorMessage ?? ""),
            "type": .string(detail?.errorType ?? ""),
        ]
        if let code = detail?.errorCode { members["code"] = .integer(Int64(code)) }
        return .object(members)
    }

    private func iterationMembers(_ task: Int) -> JSON {
        guard let state = containers[task] else { return .null }
        var members: JSONObject = [
            "completed": .integer(Int64(state.completed)), "failed": .integer(Int64(state.failed)),
        ]
        members["total"] = .integer(Int64(state.total ?? state.opened))
        return .object(members)
    }
}

extension RunTransition {
    func json(_ times: inout TimeTexts) -> JSON {
        [
            "from": .string(from.rawValue), "reason": .string(reason), "time": times[time],
            "to": .string(to.rawValue),
        ]
    }
}

/// The texts of moments, of which one patch mostly has a few over and over.
struct TimeTexts {
    private var last: (moment: Timestamp, text: JSON)?
    private var other: (moment: Timestamp, text: JSON)?

    subscript(moment: Timestamp?) -> JSON {
        mutating get {
            guard let moment else { return .null }
            if let last, last.moment == moment { return last.text }
            if let other, other.moment == moment { return other.text }
            other = last
            let text = JSON.string(moment.description)
            last = (moment, text)
            return text
        }
    }
}
