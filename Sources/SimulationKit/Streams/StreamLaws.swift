import Executors
import Kubernetes
import Streams
import Synchronization
import Values

/// The laws of streams: what is stored of one is what its records make, each at its offset, whatever
/// happened to the processes that wrote it (law 12).
final class StreamLaws: Sendable {
    private struct State {
        /// What each stream is to give, by run and task.
        var expected: [String: NaiveStream] = [:]
        /// The machines on which attempts at streams of a run were made.
        var nodes: [String: Set<Int>] = [:]
        /// The last attempt and its machine, by run and task.
        ///
        /// It need not be the last to start: a process that has lost its run may start an earlier one
        /// beside it.
        var last: [String: (attempt: Int, node: Int)] = [:]
    }

    private let world: World
    private let laws: LawBook
    private let state = Mutex(State())

    init(_ world: World, _ laws: LawBook) {
        self.world = world
        self.laws = laws
    }

    /// An attempt at a stream starts.
    func starts(_ attempt: TaskAttemptRequest, on host: Host) {
        let place = "\(attempt.runUID)/\(attempt.taskID)"
        let before = state.withLock { state in
            state.nodes[attempt.runUID, default: []].insert(host.node)
            let before = state.last[place]
            if attempt.attempt >= before?.attempt ?? 0 {
                state.last[place] = (attempt.attempt, host.node)
            }
            return before?.node
        }
        let isElsewhere = before.map { $0 != host.node } ?? false
        world.coverage.hit(
            .stream,
            attempt.progress == nil
                ? "begins" : isElsewhere ? "goes on elsewhere" : "goes on")
    }

    /// The task that an attempt is made at, as it was made up.
    func task(of attempt: TaskAttemptRequest) -> ModelTask? {
        guard world.streams != nil else { return nil }
        return laws.state.withLock { $0.runs[attempt.runUID]?.model?.task(at: attempt.taskID) }
    }

    /// What a task is to give, by the definition of its run and the generation of its source.
    func expected(
        _ task: Int, of model: ModelDefinition, _ uid: String, _ generation: Int
    ) -> NaiveStream? {
        let place = "\(uid)/\(model.tasks[task].id) \(generation)"
        if let known = state.withLock({ $0.expected[place] }) { return known }
        // A stream reads one that stands before it.
        var made: [Int: NaiveStream] = [:]
        for (index, entry) in model.tasks.enumerated() {
            guard let stream = entry.stream else { continue }
            switch stream.source {
            case .items(let records): made[index] = NaiveStream(stream, records)
            case .response(let response): made[index] = NaiveStream(stream, response.records)
            case .task(let other):
                made[index] = NaiveStream(
                    stream,
                    made[other]?.results.map(\.record) ?? model.tasks[other].emitted(generation))
            }
        }
        let foretold = made[task]
        state.withLock { $0.expected[place] = foretold }
        return foretold
    }

    /// The generation of what a task reads: that of the command at the root of it.
    private func generation(
        _ task: Int, of model: ModelDefinition, _ run: LawBook.RunRecord
    ) -> Int {
        var index = task
        while case .task(let other)? = model.tasks[index].stream?.source { index = other }
        let root = model.tasks[index]
        guard root.emits != nil, !root.resumes else { return 1 }
        return Int(run.status["tasks"]?[root.id]?["attempt"]?.integerValue ?? 1)
    }

    // MARK: Files

    /// Something was added to a file: each whole line is the record of its offset.
    func appended(to path: String, on disk: SimulatedDisk, by host: Host) {
        guard let file = StreamFile(path), let bytes = disk.bytes(path) else { return }
        guard let run = laws.state.withLock({ $0.runs[file.run] }), let model = run.model,
            let index = model.tasks.firstIndex(where: { $0.id == file.task })
        else { return }
        let foretold =
            expected(index, of: model, file.run, file.generation)?.results.map(\.json)
            ?? model.tasks[index].emitted(file.generation).map(\.json)
        for (number, text) in StreamFile.records(bytes).enumerated() {
            let offset = file.start + number
            let wanted = foretold.indices.contains(offset) ? foretold[offset].text : "at all"
            if wanted != text {
                laws.violated(
                    12,
                    "\(run.key) \(file.task): record \(offset) is stored as \(text), not \(wanted)")
            }
        }
        checkBound(of: file, path, on: disk)
    }

    /// What is kept of a stream is bounded, give or take a record (law 34).
    private func checkBound(of file: StreamFile, _ path: String, on disk: SimulatedDisk) {
        guard let features = world.streams, features.rates[.refuse] == nil else { return }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let files = disk.files(below: folder.joined(separator: "/")).filter {
            StreamFile($0)?.task == file.task
        }
        let lines = files.flatMap { (disk.bytes($0) ?? []).split(separator: 0x0A) }
        let stored = lines.reduce(0) { $0 + $1.count + 1 }
        let longest = lines.map(\.count).max() ?? 0
        if stored > features.limits.storedBytes + longest + 1 {
            laws.violated(34, "\(path): \(stored) bytes are stored of the stream")
        }
    }

    // MARK: The end

    /// Checks how every stream ended.
    func checkEnd(_ cluster: Cluster) {
        guard world.streams != nil else { return }
        let runs = laws.state.withLock(\.runs).sorted { $0.key < $1.key }
        for (uid, run) in runs where !run.isGone {
            guard let model = run.model else { continue }
            for index in model.tasks.indices where model.tasks[index].stream != nil {
                checkEnd(of: index, model, run, uid, cluster)
            }
        }
    }

    private func checkEnd(
        of index: Int, _ model: ModelDefinition, _ run: LawBook.RunRecord, _ uid: String,
        _ cluster: Cluster
    ) {
        let task = model.tasks[index]
        guard let entry = run.status["tasks"]?[task.id], let stream = task.stream else { return }
        let place = "\(run.key) \(task.id)"
        switch entry["phase"]?.stringValue {
        case "Completed"?:
            let generation = generation(index, of: model, run)
            guard let expected = expected(index, of: model, uid, generation) else { return }
            world.coverage.hit(.stream, "\(name(of: stream, in: model)) x \(stream.window.name)")
            if expected.late > 0 { world.coverage.hit(.stream, "record late") }
            if expected.skipped > 0 { world.coverage.hit(.stream, "record passed over") }
            let wanted = expected.outputs
            for (name, value) in wanted where StreamLaws.given(name, entry) != value {
                laws.violated(
                    12,
                    "\(place) gave \(name) \(entry["outputs"]?[name]?.text ?? "nothing"), not"
                        + " \(value.text)")
            }
            checkStored(expected, task, uid, place, cluster)
        case "Failed"?, "TimedOut"?:
            let error = entry["error"]?["type"]?.stringValue ?? ""
            if !mayFail(with: error, task, model, run, uid) {
                laws.violated(12, "\(place) failed with \(entry["error"]?.text ?? "nothing")")
            }
        default: break
        }
    }

    /// The kind of source, for tables.
    private func name(of stream: ModelStream, in model: ModelDefinition) -> String {
        guard case .task(let other) = stream.source, model.tasks[other].emits != nil else {
            return stream.source.name
        }
        return model.tasks[other].resumes ? "command with resume" : "command"
    }

    /// An output, and null where a status has a mark for that.
    private static func given(_ name: String, _ entry: JSON) -> JSON {
        let value = entry["outputs"]?[name] ?? .null
        return value["$json"] == "null" ? .null : value
    }

    /// All that a task gave is in its stream, up to what nobody needed any more.
    private func checkStored(
        _ expected: NaiveStream, _ task: ModelTask, _ uid: String, _ place: String,
        _ cluster: Cluster
    ) {
        guard !cluster.streamFaults.has(.diskLost),
            let node = state.withLock({ $0.last["\(uid)/\(task.id)"]?.node })
        else { return }
        let disk = cluster.disk(of: node)
        let files = disk.files(below: HostFiles.streams(of: uid)).filter {
            StreamFile($0)?.task == task.id
        }
        var next: Int?
        for (file, path) in files.compactMap({ path in StreamFile(path).map { ($0, path) } })
            .sorted(by: { $0.0.start < $1.0.start })
        {
            // What could not be removed may stand before a gap.
            if let next, next != file.start, !cluster.streamFaults.has(.refuse) {
                laws.violated(12, "\(place): records \(next) to \(file.start) are not stored")
            }
            next = file.start + StreamFile.records(disk.bytes(path) ?? []).count
        }
        if next != expected.results.count {
            laws.violated(
                12, "\(place): \(next ?? 0) records are stored of \(expected.results.count)")
        }
    }

    private func mayFail(
        with error: String, _ task: ModelTask, _ model: ModelDefinition,
        _ run: LawBook.RunRecord, _ uid: String
    ) -> Bool {
        let rates = world.streams?.rates ?? [:]
        switch error {
        case "StreamLost":
            return rates[.diskLost] != nil || state.withLock { $0.nodes[uid]?.count ?? 0 } > 1
        case "StreamStorageError": return rates[.refuse] != nil || rates[.blind] != nil
        case "StreamSourceFailed":
            guard case .task(let other)? = task.stream?.source else { return false }
            return run.status["tasks"]?[model.tasks[other].id]?["phase"] != "Completed"
        case "ConnectionError", "ServerError", "RateLimitError", "OverloadedError":
            guard case .response? = task.stream?.source else { return false }
            return world.streams?.sources?.responses.isEmpty == false
        case "TimeoutError":
            return task.timeout != nil || model.timeout != nil
        default: return false
        }
    }
}

extension LawBook {
    /// How far a stream has come never goes back, as long as its source is the same (law 11).
    static func checkProgress(
        _ place: String, from old: JSON?, to new: JSON?, _ found: inout [(Int, String)]
    ) {
        guard let old, let new, old["generation"] == new["generation"] else { return }
        for field in ["next", "records", "emitted", "late", "skipped"] {
            let (before, after) = (old[field]?.integerValue ?? 0, new[field]?.integerValue ?? 0)
            if after < before {
                found.append(
                    (11, "\(place): \(field) of its stream goes from \(before) to \(after)"))
            }
        }
    }
}
