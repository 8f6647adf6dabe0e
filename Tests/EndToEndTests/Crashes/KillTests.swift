import GitOps
import HTTP
import Kubernetes
import POSIX
import TestSupport
import Testing
import Values

/// The server is killed again and again while it works; nothing may be lost or done twice.
@Suite struct KillTests {
    static let kills = 50

    @Test func `fifty kills lose nothing and repeat no finished task`() async throws {
        let given = Environment.variable("LLM_ORCHESTRATOR_TEST_SEED").flatMap { UInt64($0) }
        let seed = given ?? UInt64(SystemClock.now().nanoseconds)
        print("kill loop: LLM_ORCHESTRATOR_TEST_SEED=\(seed)")
        let http = HTTPClient()
        var loop = try await KillLoop(seed: seed, http: http)
        let result: Result<Void, any Error>
        do {
            for number in 1...KillTests.kills { try await loop.turn(number) }
            try await loop.finish()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await http.shutdown()
        try result.get()
    }
}

/// One server's life in many pieces.
private struct KillLoop {
    private let directory: TemporaryDirectory
    private let git: GitRemote
    private let http: HTTPClient
    private let workload: CrashWorkload
    private let client: KubernetesClient
    private let data: String
    private let port: Int
    private var random: SeededRandom
    private var observer = CrashObserver()
    private var rounds = 1
    /// The notes whose creation the server has acknowledged.
    private var notes: [Int] = []

    init(seed: UInt64, http: HTTPClient) async throws {
        directory = try TemporaryDirectory()
        git = try await GitRemote(directory.file("remote"))
        self.http = http
        random = SeededRandom(seed: seed)
        workload = CrashWorkload(
            effects: Effects(path: directory.file("effects")),
            never: Gate(path: directory.file("never")))
        data = directory.file("data")
        try FileSystem.write([], to: workload.effects.path)
        var files = workload.round(1)
        files["long.yaml"] = workload.long
        try await git.commit(files)
        port = try await ReservedPort.find()
        let server = try await ServerProcess.start(data: data, port: port, http: http)
        client = try await server.client()
        var repository = KubernetesObject(
            .workflowRepositories, ObjectKey(namespace: "default", name: "repo"))
        repository.spec = ["url": .string(git.url), "interval": "1s"]
        _ = try await client.create(.workflowRepositories, repository)
        await server.kill()
    }

    /// Starts the server, kills it at some moment.
    mutating func turn(_ number: Int) async throws {
        if number == 6 { try await git.commit(["long.yaml": nil]) }
        if number == 30 { try await git.commit(["broken.yaml": "kind: [Workflow\n"]) }
        let server = try await ServerProcess.start(data: data, port: port, http: http)
        switch random.below(5) {
        case 0:
            // While it starts.
            try await WallTimer.sleep(for: .milliseconds(random.below(400)))
        case 1:
            _ = try await server.client()
            try await observe(for: .milliseconds(random.below(900)), changes: .max)
        default:
            _ = try await server.client()
            try await observe(for: .seconds(2), changes: 1 + random.below(8))
        }
        // What the server said it stored must be there at the end.
        if await note(number) { notes.append(number) }
        await server.kill()
    }

    /// Watches until so many changes were seen, or the time is over.
    private mutating func observe(for limit: Duration, changes: Int) async throws {
        let deadline = SystemClock.monotonic() + limit
        let before = observer.changes
        while SystemClock.monotonic() < deadline, observer.changes - before < changes {
            if let list = try? await client.list(.workflowRuns, namespace: "default") {
                observer.look(at: list.items)
                try await goOn()
            }
            try await WallTimer.sleep(for: .milliseconds(5))
        }
    }

    /// Commits more work when all of the last is done, so that every kill meets some.
    private mutating func goOn() async throws {
        let counts = observer.counts
        guard counts.ended == counts.all, counts.all >= rounds * 3 + 1 else { return }
        rounds += 1
        try await git.commit(workload.round(rounds))
    }

    private func note(_ number: Int) async -> Bool {
        var object = KubernetesObject(
            .configMaps, ObjectKey(namespace: "default", name: "note-\(number)"))
        object.json["data"] = ["number": .string("\(number)")]
        return (try? await client.create(.configMaps, object)) != nil
    }

    /// Lets everything end, and compares with what had to be.
    mutating func finish() async throws {
        let server = try await ServerProcess.start(data: data, port: port, http: http)
        _ = try await server.client()
        let expected = rounds * 3 + 1
        let client = client
        let items = try await awaited(
            "all \(expected) runs to end", within: .seconds(90),
            state: { await states(client) }
        ) { () -> [KubernetesObject]? in
            let items = try await client.list(.workflowRuns, namespace: "default").items
            observer.look(at: items)
            return items.count == expected && items.allSatisfy(\.hasEnded) ? items : nil
        }
        let interruptions = items.flatMap { run in
            (run.status["tasks"]?.objectValue ?? [:]).compactMap {
                $1["interruptions"]?.integerValue
            }
        }.reduce(0, +)
        print(
            "kill loop: \(rounds) rounds, \(observer.changes) versions, \(notes.count) notes, "
                + "\(interruptions) interruptions")
        // Else no kill has met a task that ran, and the loop has shown nothing.
        #expect(interruptions > 0)
        observer.expectAll(in: items)
        for run in items { check(run) }
        try await checkObjects()
        #expect(try await server.stop() == .exited(0))
    }

    private func check(_ run: KubernetesObject) {
        let workflow = run.spec["workflowRef"]?["name"]?.stringValue ?? ""
        guard workflow != "long" else {
            #expect(run.phase == "Cancelled")
            return
        }
        let number = Int(workflow.drop { !$0.isNumber }) ?? 0
        #expect(run.phase == "Completed", "\(run.name): \(run.status.text)")
        #expect(run.status["outputs"] == workload.outputs(number)[workflow], "\(run.name)")
        for (task, state) in run.status["tasks"]?.objectValue ?? [:] { check(run, task, state) }
    }

    private func check(_ run: KubernetesObject, _ task: String, _ state: JSON) {
        if task == "page" {
            #expect(state["phase"] == "Skipped")
        } else {
            #expect(state["phase"] == "Completed", "\(task) of \(run.name): \(state.text)")
        }
        let made = workload.effects.all.filter {
            $0.runUID == run.uid && $0.task == task && $0.word == "start"
        }.map(\.attempt)
        let attempt = Int(state["attempt"]?.integerValue ?? 0)
        let interruptions = Int(state["interruptions"]?.integerValue ?? 0)
        #expect(Set(made).count == made.count, "\(task) of \(run.name) made \(made)")
        #expect(made.allSatisfy { $0 <= attempt }, "\(task) of \(run.name): \(made), \(attempt)")
        let allowed = task == "upload" ? 3 : 1
        #expect(attempt - interruptions <= allowed, "\(task) of \(run.name): \(state.text)")
    }

    private func checkObjects() async throws {
        for number in notes {
            let note = try await client.get(
                .configMaps, ObjectKey(namespace: "default", name: "note-\(number)"))
            #expect(note.json["data"]?["number"]?.stringValue == "\(number)")
        }
        let workflows = try await client.list(.workflows, namespace: "default").items.map(\.name)
        #expect(!workflows.contains("long"))
        #expect(workflows.count == rounds * 3)
        let client = client
        try await awaited("broken.yaml to be refused") {
            try await client.get(
                .workflowRepositories, ObjectKey(namespace: "default", name: "repo")
            ).failures.contains { $0.hasPrefix("broken.yaml:") }
        }
    }
}

/// What the runs are at, for messages.
private func states(_ client: KubernetesClient) async -> String {
    let items = (try? await client.list(.workflowRuns, namespace: "default"))?.items ?? []
    return items.map { "\($0.name) \($0.phase) \($0.status["progress"]?.text ?? "")" }
        .joined(separator: "\n")
}
