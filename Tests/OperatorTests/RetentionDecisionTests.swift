import GitOps
import Kubernetes
import Testing
import Values

@testable import Operator

/// Which ended runs go, and when the next does.
@Suite struct RetentionDecisionTests {
    private let now = Timestamp(seconds: 1_000_000)

    /// A run that ended so many seconds ago.
    private func run(
        _ name: String, _ age: Int64, phase: String = "Completed"
    ) -> KubernetesObject {
        var run = KubernetesObject(.workflowRuns, ObjectKey(namespace: "a", name: name))
        run.metadata["uid"] = .string(name)
        run.status = [
            "phase": .string(phase),
            "completionTime": .string((now + .seconds(-age)).description),
        ]
        return run
    }

    private func decide(
        _ runs: [KubernetesObject], _ policy: RetentionPolicy, busy: Set<String> = []
    ) -> RetentionDecision {
        RetentionDecision(runs: runs, policy: policy, now: now) { busy.contains($0.name) }
    }

    @Test func `without bounds nothing goes`() {
        let decision = decide([run("a", 9_999_999), run("b", 1)], .none)
        #expect(decision.expired.isEmpty)
        #expect(decision.next == nil)
    }

    @Test func `of too many the oldest go`() {
        let policy = RetentionPolicy(completed: .init(maximumCount: 2))
        let decision = decide([run("b", 20), run("d", 40), run("a", 10), run("c", 30)], policy)
        #expect(decision.expired.map(\.name) == ["d", "c"])
    }

    @Test func `what is too old goes, and the next is known`() {
        let policy = RetentionPolicy(completed: .init(maximumAge: .seconds(25)))
        let decision = decide([run("a", 10), run("b", 20), run("c", 25)], policy)
        #expect(decision.expired.map(\.name) == ["c"])
        #expect(decision.next == now + .seconds(5))
    }

    @Test func `each kind of end has its own bounds`() {
        let policy = RetentionPolicy(
            completed: .init(maximumCount: 0), failed: .init(maximumCount: 1))
        let runs = [
            run("good", 1), run("new", 2, phase: "Cancelled"), run("old", 3, phase: "TimedOut"),
        ]
        #expect(decide(runs, policy).expired.map(\.name) == ["old", "good"])
    }

    @Test func `runs that go on, and those with which something is to be done, stay`() {
        let policy = RetentionPolicy(
            completed: .init(maximumCount: 0), failed: .init(maximumCount: 0))
        let runs = [run("on", 0, phase: "Running"), run("told", 6), run("other", 7)]
        #expect(decide(runs, policy, busy: ["told"]).expired.map(\.name) == ["other"])
    }

    @Test(
        arguments: [
            ["retryOf": ["run": "source"]],
            ["restoreFrom": ["run": "source", "checkpoint": "c"]],
            ["retryOf": ["run": "source"], "workflowRef": ["name": "other"]],
        ] as [JSON])
    func `a run is needed until the one that goes on from it has ended`(spec: JSON) {
        let name = RetentionController.takeoverIndex.name
        var store = ObjectStore(indexes: [RetentionController.takeoverIndex])
        var next = run("next", 0, phase: "Pending")
        next.spec = spec
        _ = store.apply([.added(next)])
        #expect(store.count(index: name, value: "a/source") == 1)
        #expect(store.count(index: name, value: "b/source") == 0)
        next.status["phase"] = "Cancelled"
        _ = store.apply([.modified(next)])
        #expect(store.count(index: name, value: "a/source") == 0)
    }

    @Test func `a run is found by itself and by what was kept of it`() throws {
        let index = RetentionController.sourceIndex
        var source = run("source", 0)
        source.spec["operations"] = [
            ["id": "1", "type": "Checkpoint", "name": "before"], ["id": "2", "type": "Checkpoint"],
            ["id": "3", "type": "SkipTask", "task": "a"],
        ]
        source.status["operations"] = ["1": ["result": "Done"], "2": ["result": "Refused"]]
        let kept = CheckpointController.keys(of: source)
        #expect(kept.count == 1)
        let checkpoint = try #require(kept.first)
        let made = CheckpointController.checkpoint(
            of: source, ["id": "1", "type": "Checkpoint", "name": "before"], "1")
        #expect(made.key == checkpoint)
        var store = ObjectStore(indexes: [index])
        _ = store.apply([.added(source)])
        var next = run("next", 0, phase: "Pending")
        next.spec = ["restoreFrom": ["checkpoint": .string(checkpoint.name)]]
        let needed = RetentionController.takeoverIndex.values(next)
        #expect(needed.count == 1)
        for value in needed + ["a/source"] {
            #expect(store.count(index: index.name, value: value) == 1, "\(value)")
        }
    }

    @Test func `a definition's own bounds stand in place of the server's`() {
        let server = RetentionPolicy(
            completed: .init(maximumCount: 5), failed: .init(maximumCount: 6))
        let policy = server.overridden(by: ["completed": ["maxAge": "2h", "maxCount": 1]])
        #expect(policy.completed == .init(maximumAge: .seconds(7200), maximumCount: 1))
        #expect(policy.failed == server.failed)
    }

    @Test func `bounds are read from a text`() {
        typealias Bounds = RetentionPolicy.Bounds
        #expect(Bounds(parsing: "7d") == Bounds(maximumAge: .seconds(604_800)))
        #expect(Bounds(parsing: "100") == Bounds(maximumCount: 100))
        #expect(
            Bounds(parsing: "1h,100") == Bounds(maximumAge: .seconds(3600), maximumCount: 100))
        for wrong in ["", "soon", "1,2,3", "1h,2h", "-1"] {
            #expect(Bounds(parsing: wrong) == nil, "\(wrong)")
        }
    }

    @Test func `of kept results the oldest go, by number, by size and by age`() {
        func kept(_ number: Int, bytes: Int = 1, age: Duration = .zero) -> ResultCache.Kept {
            ResultCache.Kept(
                key: ObjectKey(namespace: "a", name: "r\(number)"), uid: nil,
                time: now + .seconds(-number) + (.zero - age), bytes: bytes)
        }
        let many = (0..<1003).map { kept($0) }
        #expect(
            ResultCache.surplus(of: many, now: now).map(\.key.name) == ["r1000", "r1001", "r1002"])
        let large = (0..<3).map { kept($0, bytes: 16 << 20) }
        #expect(ResultCache.surplus(of: large, now: now).map(\.key.name) == ["r2"])
        let old = kept(1, age: .seconds(31 * 86_400))
        #expect(ResultCache.surplus(of: [kept(0), old], now: now) == [old])
    }

    @Test func `a run stays until its workflow has noted that it launched it`() {
        var workflow = KubernetesObject(.workflows, ObjectKey(namespace: "a", name: "w"))
        workflow.metadata["uid"] = "w-1"
        workflow.metadata["generation"] = 2
        var launched = run("new", 1)
        launched.labels = ["orchestrator.llm/workflow-uid": "w-1"]
        launched.metadata["annotations"] = ["orchestrator.llm/workflow-generation": "2"]
        #expect(RetentionController.isUnnoted(launched, by: workflow))
        #expect(!RetentionController.isUnnoted(run("by-hand", 1), by: workflow))
        #expect(!RetentionController.isUnnoted(launched, by: nil))
        workflow.status = ["lastRun": ["uid": "new"]]
        #expect(!RetentionController.isUnnoted(launched, by: workflow))
        // What an older definition launched is not launched again.
        workflow.status = [:]
        workflow.metadata["generation"] = 3
        #expect(!RetentionController.isUnnoted(launched, by: workflow))
    }
}
