public import Values
internal import Workflows

extension RunMachine {
    /// The run's part of its object's status, whole: phase, reason, message, times, progress,
    /// tasks, outputs, timers and the checkpoint's number.
    ///
    /// O(tasks).
    ///
    /// A run rebuilt from it gives it again.
    public func statusJSON() -> JSON {
        var times = TimeTexts()
        var members = runMembers(clearing: [], &times)
        guard listsTasks else { return .object(members) }
        members["tasks"] = .object(
            JSONObject(
                tasks.indices.map {
                    (plan.tasks[$0].id, .object(taskMembers($0, clearing: [], &times)))
                }))
        return .object(members)
    }

    /// What changed since the last patch was taken, as a JSON merge patch (RFC 7396) of the status;
    /// nil when nothing did.
    ///
    /// O(tasks that changed).
    ///
    /// Take it once for each `writeCheckpoint`, when the write is about to be sent: it carries all
    /// that the write under that number must, and what changed since it was asked for. The first
    /// one of a run names every task.
    public mutating func takeStatusPatch() -> JSON? {
        guard ledger.isWriting else { return nil }
        let changed = ledger.take(isOver: run.phase.isTerminal)
        var times = TimeTexts()
        var members = runMembers(clearing: run.writtenFields, &times)
        run.writtenFields.formUnion(presentRunFields)
        if !changed.isEmpty && listsTasks {
            var entries: [(String, JSON)] = []
            entries.reserveCapacity(changed.count)
            for index in changed {
                let task = Int(index)
                let written = tasks[task].writtenFields
                entries.append(
                    (plan.tasks[task].id, .object(taskMembers(task, clearing: written, &times))))
                tasks[task].writtenFields = written.union(presentFields(of: task))
                tasks[task].marks.remove(.changed)
            }
            entries.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
            members["tasks"] = .object(JSONObject(entries))
        }
        return .object(members)
    }

    /// Whether the tasks are in the status: not those of a run that was refused as too large.
    private var listsTasks: Bool {
        run.ending != .rejecting && run.reason != RunReason.tooLarge
    }

    var presentRunFields: RunFields {
        var fields: RunFields = []
        if run.completed != nil { fields.insert(.completionTime) }
        if run.message != nil { fields.insert(.message) }
        if run.outputs != nil { fields.insert(.outputs) }
        if run.reason != nil { fields.insert(.reason) }
        if run.started != nil { fields.insert(.startTime) }
        if run.deadline != nil { fields.insert(.deadline) }
        if run.pausedSince != nil { fields.insert(.pausedSince) }
        return fields
    }

    /// The run's own fields, with `null` for those that are gone.
    private func runMembers(
        clearing written: RunFields, _ times: inout TimeTexts
    ) -> JSONObject {
        let present = presentRunFields
        var members: [(String, JSON)] = [
            ("checkpoint", ["sequence": .integer(ledger.sequence)]),
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

    private func value(of field: RunFields, _ times: inout TimeTexts) -> JSON {
        switch field {
        case .completionTime: times[run.completed]
        case .message: .string(run.message ?? "")
        case .outputs: .object(run.outputs ?? [:])
        case .reason: .string(run.reason ?? "")
        case .startTime: times[run.started]
        case .deadline: times[run.deadline]
        default: times[run.pausedSince]
        }
    }

    /// The fields a task has now, besides its phase.
    func presentFields(of task: Int) -> TaskFields {
        let state = tasks[task]
        var fields: TaskFields = []
        if state.attempt > 0 { fields.insert(.attempt) }
        if state.completed != nil { fields.insert(.completionTime) }
        if state.interruptions > 0 { fields.insert(.interruptions) }
        if !outputs[task].isEmpty { fields.insert(.outputs) }
        if state.reason != nil { fields.insert(.reason) }
        if state.started != nil { fields.insert(.startTime) }
        guard !details.isEmpty, let detail = details[task] else { return fields }
        if detail.errorType != nil { fields.insert(.error) }
        if detail.message != nil { fields.insert(.message) }
        if detail.nextAttempt != nil { fields.insert(.nextAttemptTime) }
        return fields
    }

    /// A task's fields, with `null` for those that are gone.
    private func taskMembers(
        _ task: Int, clearing written: TaskFields, _ times: inout TimeTexts
    ) -> JSONObject {
        let present = presentFields(of: task)
        var members: [(String, JSON)] = []
        members.reserveCapacity(6)
        for (name, field) in TaskFields.named {
            if field == .reason { break }
            if present.contains(field) {
                members.append((name, value(of: field, task, &times)))
            } else if written.contains(field) {
                members.append((name, .null))
            }
        }
        members.append(("phase", .string(tasks[task].phase.rawValue)))
        for (name, field) in TaskFields.named.suffix(2) {
            if present.contains(field) {
                members.append((name, value(of: field, task, &times)))
            } else if written.contains(field) {
                members.append((name, .null))
            }
        }
        return JSONObject(members)
    }

    private func value(
        of field: TaskFields, _ task: Int, _ times: inout TimeTexts
    ) -> JSON {
        switch field {
        case .attempt: .integer(Int64(tasks[task].attempt))
        case .completionTime: times[tasks[task].completed]
        case .interruptions: .integer(Int64(tasks[task].interruptions))
        case .message: .string(details[task]?.message ?? "")
        case .nextAttemptTime: times[details[task]?.nextAttempt]
        case .outputs: .object(OutputCoding.encode(outputs[task]))
        case .reason: .string(tasks[task].reason?.rawValue ?? "")
        case .startTime: times[tasks[task].started]
        default:
            [
                "message": .string(details[task]?.errorMessage ?? ""),
                "type": .string(details[task]?.errorType ?? ""),
            ]
        }
    }
}

/// The texts of moments, of which one patch mostly has a few over and over.
private struct TimeTexts {
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
