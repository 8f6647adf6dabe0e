internal import Values
internal import Workflows

/// Tasks that run beside each other: what attempts report of their progress, and the ends of streams.
extension RunMachine {
    // MARK: Progress

    /// An attempt says how far it has come: another attempt goes on from there.
    ///
    /// It is written at once, as the attempt waits for that.
    mutating func attemptProgressed(
        _ reference: AttemptReference, _ progress: JSONObject, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        let task = reference.task
        guard tasks.indices.contains(task), tasks[task].phase == .running,
            !tasks[task].isOpenContainer, Int(tasks[task].attempt) == reference.attempt,
            !isHalted(task)
        else { return }
        let size = JSON.object(progress).canonicalSize
        if let error = depthError("the progress", progress, size: size) {
            cancelForGood(task, error, at: now, into: &actions)
            return
        }
        let shard = tasks[task].shard
        let present = Int(details[task]?.progressBytes ?? 0)
        guard size <= limits.progressBytes, budget.take(size - present, in: shard) else {
            let error = TaskError(
                type: EngineErrorType.checkpointFull,
                message: "the progress has \(size) bytes, and the checkpoint has room for"
                    + " \(min(limits.progressBytes, present + max(0, budget.free(in: shard))))",
                isRetryable: false)
            cancelForGood(task, error, at: now, into: &actions)
            return
        }
        details[task, default: TaskDetail()].progress = progress
        details[task]?.progressBytes = Int32(clamping: size)
        if !reported.contains(reference) { reported.append(reference) }
        change(task)
        ledger.hurry()
    }

    /// Fails a task whose attempt is under way, and stops that; its end is not waited for.
    private mutating func cancelForGood(
        _ task: Int, _ error: TaskError, at now: Timestamp, into actions: inout [RunAction]
    ) {
        if !tasks[task].marks.contains(.cancelled) {
            let attempt = Int(tasks[task].attempt)
            ledger.stage(cancelOf: AttemptReference(task: task, attempt: attempt))
        }
        timers.clear(task)
        fail(task, error, at: now, into: &actions)
    }

    /// What was reported goes with the write that is taken.
    mutating func carryProgress() {
        carriedReports += reported
        reported = []
    }

    /// The write that carried reports is stored.
    mutating func tellProgress(into actions: inout [RunAction]) {
        guard !carriedReports.isEmpty else { return }
        for reference in carriedReports { actions.append(.progressStored(reference)) }
        carriedReports = []
    }

    /// The write that carried reports failed: the next carries them.
    mutating func returnProgress() {
        reported = carriedReports + reported.filter { !carriedReports.contains($0) }
        carriedReports = []
    }

    /// Gives back the room of what was reported.
    mutating func forgetProgress(of task: Int) {
        guard !details.isEmpty, let detail = details[task], detail.progress != nil else { return }
        budget.giveBack(Int(detail.progressBytes), in: tasks[task].shard)
        details[task]?.progress = nil
        details[task]?.progressBytes = 0
    }

    // MARK: Streams

    /// The tasks that read the stream of a task and have not ended; nil where none is meant to.
    func streamReaders(of task: Int) -> [String]? {
        guard tasks[task].traits.contains(.announces) else { return nil }
        let (program, index) = place(of: task)
        let id = program.tasks[index].id
        let dependents = program.graph.dependents(of: index).map(Int.init).filter {
            program.tasks[$0].stream?.source == id
        }
        guard !dependents.isEmpty else { return nil }
        let first = task - index
        return dependents.filter { !tasks[first + $0].phase.isTerminal }
            .map { path(of: first + $0) }
    }

    /// Notes that a task has ended that writes or reads a stream.
    mutating func noteStreamEnd(of task: Int) {
        guard !tasks[task].traits.isDisjoint(with: [.announces, .companion]) else { return }
        streamEnds.append(Int32(task))
    }

    /// Tells of the streams that are over, and of those that lost a reader.
    ///
    /// After a crash all of it is told again.
    mutating func tellStreamEnds(into actions: inout [RunAction]) {
        guard !streamEnds.isEmpty else { return }
        let ended = streamEnds
        streamEnds = []
        for task in ended.map(Int.init) {
            let path = path(of: task)
            if streamReaders(of: task) != nil {
                actions.append(
                    .streamEnded(
                        path, isComplete: tasks[task].phase == .completed,
                        attempt: tasks[task].reason == nil ? Int(tasks[task].attempt) : nil))
            }
            let (program, index) = place(of: task)
            guard let source = program.tasks[index].stream?.source else { continue }
            let prefix = instances[Int(tasks[task].instance)].prefix
            actions.append(.streamReleased(prefix + source, reader: path))
        }
    }
}
