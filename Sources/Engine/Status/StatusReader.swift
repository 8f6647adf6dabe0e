internal import Values
internal import Workflows

/// Reads the run's part of a stored status, field by field.
///
/// Fields it does not know are passed over, so that a status written by a later release is read as
/// far as this one understands it (law 38); values it does not know are errors, as guessing at them
/// could run something twice.
struct StatusReader {
    let status: JSON

    /// The entries of tasks, by what their paths start with and by their ids.
    struct StoredEntries {
        private(set) var byPrefix: [String: [String: (entry: JSON, shard: UInt16)]] = [:]
        private(set) var count = 0
        /// The attempts of containers that have bodies here, by the containers' paths.
        private var attempts: [String: Set<Int32>] = [:]

        mutating func add(_ path: String, _ entry: JSON, shard: UInt16) throws(CheckpointError) {
            guard case .object = entry else {
                throw CheckpointError(
                    "it is no object but \(entry.kindName)", at: ["tasks", .key(path)])
            }
            let (prefix, id) = TaskPath.split(path) ?? ("", path)
            count += 1
            if byPrefix[prefix] == nil, let body = TaskPath.body(ofPrefix: prefix) {
                attempts[body.container, default: []].insert(body.attempt)
            }
            byPrefix[prefix, default: [:]][id] = (entry, shard)
        }

        /// The attempts of a container before its last that left bodies, in order.
        ///
        /// O(those): a number in a status must not say how long it takes to read it.
        func attempts(of container: String, before last: Int32) -> [Int32] {
            (attempts[container] ?? []).filter { $0 < last }.sorted()
        }

        /// The path of one of the entries, of those with none of the prefixes given.
        func path(notIn known: (String) -> Bool) -> String? {
            let unknown = byPrefix.keys.filter { !known($0) }.sorted().first
            return unknown.flatMap { prefix in
                byPrefix[prefix]?.keys.sorted().first.map { prefix + $0 }
            }
        }
    }

    /// What a status says of one task.
    struct StoredTask {
        var state = TaskState()
        var detail = TaskDetail()
        var outputs = JSONObject()
    }

    init(_ status: JSON) throws(CheckpointError) {
        guard case .object = status else {
            throw CheckpointError("it is no object but \(status.kindName)", at: .root)
        }
        self.status = status
    }

    func inputs() throws(CheckpointError) -> JSONObject {
        try object(status, "inputs", .root) ?? [:]
    }

    func sequence() throws(CheckpointError) -> Int64 {
        let checkpoint = try object(status, "checkpoint", .root) ?? [:]
        let number = try integer(.object(checkpoint), "sequence", ["checkpoint"])
        return Int64(number ?? 0)
    }

    /// Refuses a number that is over what there can be of something.
    static func check(
        _ number: Int32, atMost most: Int, _ what: String, at path: JSONPath
    ) throws(CheckpointError) {
        guard Int(number) > most else { return }
        throw CheckpointError("it says \(number), and there are at most \(most) \(what)", at: path)
    }

    /// The numbers of the shards that the status refers to, with those of the writes it means.
    func shardSequences() throws(CheckpointError) -> [Int: Int64] {
        let checkpoint = JSON.object(try object(status, "checkpoint", .root) ?? [:])
        let last = try sequence()
        var sequences: [Int: Int64] = [:]
        for (name, value) in try object(checkpoint, "shardSequences", ["checkpoint"]) ?? [:] {
            let path: JSONPath = ["checkpoint", "shardSequences", .key(name)]
            guard let shard = Int(name), shard > 0, shard <= Int(UInt16.max) else {
                throw CheckpointError("it is no number of a shard", at: path)
            }
            guard let number = value.integerValue, number > 0, number <= last else {
                throw CheckpointError(
                    "it is no number of a checkpoint up to \(last): \(value.text)", at: path)
            }
            sequences[shard] = number
        }
        return sequences
    }

    func run() throws(CheckpointError) -> RunState {
        var run = RunState()
        run.phase = try choice(status, "phase", .root) ?? .pending
        run.reason = try string(status, "reason", .root)
        run.message = try string(status, "message", .root)
        run.started = try time(status, "startTime", .root)
        run.completed = try time(status, "completionTime", .root)
        run.outputs = try object(status, "outputs", .root)
        let timers = JSON.object(try object(status, "timers", .root) ?? [:])
        run.deadline = try time(timers, "runDeadline", ["timers"])
        run.pausedSince = try time(timers, "pausedTime", ["timers"])
        run.transitions = try transitions()
        run.operations = try operations()
        run.decision = try decision()
        if !run.phase.isTerminal {
            let ending = run.reason.flatMap(Ending.init)
            if run.decision == nil {
                run.ending = ending
            } else {
                run.ending = ending == .terminating ? .terminating : nil
                let isUndoing =
                    run.decision?.phase == .rolledBack && run.reason != RunReason.finalizing
                run.stage = isUndoing ? .rollback : .finally
            }
        }
        run.desired = desired(run)
        if run.phase != .pending && run.started == nil && !run.phase.isTerminal {
            throw CheckpointError("a run that has started has no startTime", at: .root)
        }
        return run
    }

    /// The wish that the run is known to have heard.
    private func desired(_ run: RunState) -> DesiredRunState {
        switch run.ending {
        case .cancelling: .cancelled
        case .terminating: .terminated
        default:
            run.decision?.phase == .cancelled
                ? .cancelled : run.phase == .paused ? .paused : .running
        }
    }

    private func decision() throws(CheckpointError) -> RunState.Decision? {
        guard let stored = try object(status, "decision", .root) else { return nil }
        let path: JSONPath = ["decision"]
        let members = JSON.object(stored)
        guard let phase: RunPhase = try choice(members, "phase", path), phase.isTerminal else {
            throw CheckpointError("how the run ends is no end", at: path)
        }
        func text(_ name: String) throws(CheckpointError) -> String? {
            let text = try string(members, name, path)
            return text?.isEmpty == true ? nil : text
        }
        return RunState.Decision(
            phase: phase, reason: try text("reason"), message: try text("message"))
    }

    private func transitions() throws(CheckpointError) -> [RunTransition] {
        guard let list = status["transitions"]?.arrayValue else { return [] }
        var transitions: [RunTransition] = []
        for (place, entry) in list.enumerated() {
            let path = JSONPath(["transitions"]).index(place)
            guard let time = try time(entry, "time", path),
                let from: RunPhase = try choice(entry, "from", path),
                let to: RunPhase = try choice(entry, "to", path)
            else { throw CheckpointError("a transition has no time or phases", at: path) }
            transitions.append(
                RunTransition(
                    time: time, from: from, to: to,
                    reason: try string(entry, "reason", path) ?? ""))
        }
        return transitions
    }

    private func operations() throws(CheckpointError) -> [String: OperationRecord] {
        var records: [String: OperationRecord] = [:]
        for (id, entry) in try object(status, "operations", .root) ?? [:] {
            let path: JSONPath = ["operations", .key(id)]
            guard let time = try time(entry, "time", path),
                let result = try string(entry, "result", path)
                    .flatMap(OperationRecord.Result.init)
            else { throw CheckpointError("an operation has no time or result", at: path) }
            records[id] = OperationRecord(
                time: time, result: result, message: try string(entry, "message", path) ?? "")
        }
        return records
    }

    /// The entries of the tasks, of the status and of the shards it refers to.
    func entries(_ shards: [Int: JSON]) throws(CheckpointError) -> StoredEntries {
        var entries = StoredEntries()
        for (path, entry) in try object(status, "tasks", .root) ?? [:] {
            try entries.add(path, entry, shard: 0)
        }
        for (shard, sequence) in try shardSequences().sorted(by: { $0.key < $1.key }) {
            let path: JSONPath = ["checkpoint", "shardSequences", .key("\(shard)")]
            guard let status = shards[shard] else {
                throw CheckpointError("shard \(shard) is missing", at: path)
            }
            guard let tasks = CheckpointShard.entries(of: status, at: sequence) else {
                throw CheckpointError(
                    "the shard was stored with checkpoint \(status["sequence"]?.text ?? "none"), and"
                        + " the status needs it as of \(sequence)", at: path)
            }
            for (name, entry) in tasks { try entries.add(name, entry, shard: UInt16(shard)) }
        }
        return entries
    }

    /// Reads the entry of a task.
    func task(_ entry: JSON, _ path: JSONPath) throws(CheckpointError) -> StoredTask {
        var task = StoredTask()
        task.state.phase = try choice(entry, "phase", path) ?? .pending
        task.state.reason = try string(entry, "reason", path).flatMap(TaskReason.init)
        task.state.attempt = try integer(entry, "attempt", path) ?? 0
        task.state.interruptions = try integer(entry, "interruptions", path) ?? 0
        task.state.started = try time(entry, "startTime", path)
        task.state.completed = try time(entry, "completionTime", path)
        task.detail.nextAttempt = try time(entry, "nextAttemptTime", path)
        task.detail.message = try string(entry, "message", path)
        task.detail.caseName = try string(entry, "case", path)
        task.detail.deadline = try time(entry, "deadline", path)
        task.detail.until = try time(entry, "until", path)
        task.detail.queued = try time(entry, "queuedTime", path)
        task.detail.totalDeadline = try time(entry, "totalDeadline", path)
        task.detail.wait = try integer(entry, "wait", path) ?? 0
        task.detail.fallback = try integer(entry, "fallback", path) ?? 0
        task.detail.order = try integer(entry, "order", path) ?? 0
        if let error = try object(entry, "error", path) {
            let errorPath = path.key("error")
            task.detail.errorType = try string(.object(error), "type", errorPath) ?? ""
            task.detail.errorMessage = try string(.object(error), "message", errorPath) ?? ""
            task.detail.errorCode = try integer(.object(error), "code", errorPath)
        }
        do {
            task.outputs = try OutputCoding.decode(try object(entry, "outputs", path) ?? [:])
            if let progress = try object(entry, "progress", path) {
                let progress = try OutputCoding.decode(progress)
                task.detail.progress = progress
                task.detail.progressBytes = Int32(
                    clamping: JSON.object(progress).canonicalSize)
            }
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError("an output or its progress is no JSON: \(error)", at: path)
        }
        try check(task, path)
        return task
    }

    private func check(_ task: StoredTask, _ path: JSONPath) throws(CheckpointError) {
        let state = task.state
        try StatusReader.check(
            state.attempt, atMost: Int(StoredLimits.attempts), "attempts", at: path.key("attempt"))
        guard state.interruptions <= state.attempt else {
            throw CheckpointError(
                "more interruptions than attempts: \(state.interruptions)",
                at: path.key("interruptions"))
        }
        let mustHaveAttempt = state.phase.isActive || state.phase == .retrying
        if mustHaveAttempt && state.attempt == 0 {
            throw CheckpointError("\(state.phase.rawValue) without an attempt", at: path)
        }
        if state.phase == .waiting && task.detail.until == nil {
            throw CheckpointError("Waiting without a moment until which", at: path)
        }
        if state.phase == .retrying && task.detail.nextAttempt == nil {
            throw CheckpointError("Retrying without a nextAttemptTime", at: path)
        }
    }

    private func choice<Phase: RawRepresentable<String>>(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> Phase? {
        guard let text = try string(parent, name, path) else { return nil }
        guard let phase = Phase(rawValue: text) else {
            throw CheckpointError("no phase is called '\(text)'", at: path.key(name))
        }
        return phase
    }

    private func string(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> String? {
        guard let value = parent[name], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw CheckpointError("it is no string but \(value.kindName)", at: path.key(name))
        }
        return text
    }

    private func integer(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> Int32? {
        guard let value = parent[name], !value.isNull else { return nil }
        guard let number = value.integerValue.flatMap(Int32.init(exactly:)), number >= 0 else {
            throw CheckpointError("it is no count: \(value.text)", at: path.key(name))
        }
        return number
    }

    private func time(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> Timestamp? {
        guard let text = try string(parent, name, path) else { return nil }
        guard let time = Timestamp(text) else {
            throw CheckpointError("'\(text)' is no RFC 3339 time", at: path.key(name))
        }
        return time
    }

    private func object(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> JSONObject? {
        guard let value = parent[name], !value.isNull else { return nil }
        guard let members = value.objectValue else {
            throw CheckpointError("it is no object but \(value.kindName)", at: path.key(name))
        }
        return members
    }
}
