import Engine
import GitOps
import Kubernetes
import Resources
import Testing
import Values
import Workflows

@testable import Operator

/// Results of tasks that run definitions: they hold while these say what they said.
@Suite struct ChildDefinitionsTests {
    private static let namespace = "team"
    private static let source = RunIdentity(namespace: namespace, name: "first", uid: "u1")

    private static func definition(_ text: String, running child: String? = nil) -> JSON {
        var tasks: [JSON] = [
            ["id": "say", "type": "command", "inputs": ["command": ["echo", .string(text)]]]
        ]
        if let child {
            tasks.append([
                "id": "inner", "type": "workflow",
                "workflow": ["kind": "Template", "name": .string(child)],
            ])
        }
        return ["tasks": .array(tasks)]
    }

    /// A run of a task, with what it was started with.
    private static func child(
        _ path: String, of run: RunIdentity, uid: String, _ name: String, _ spec: JSON,
        attempt: Int = 1
    ) -> KubernetesObject {
        let key = ObjectKey(
            namespace: namespace,
            name: RunName.attempt(run: run.name, runUID: run.uid, task: path, attempt: attempt))
        var child = KubernetesObject(.workflowRuns, key)
        child.metadata["uid"] = .string(uid)
        child.ownerReferences = [
            OwnerReference(
                apiVersion: APIGroup.apiVersion, kind: "WorkflowRun", name: run.name, uid: run.uid,
                controller: true)
        ]
        child.status = [
            "phase": "Completed",
            "workflow": [
                "kind": "Template", "name": .string(name),
                "digest": .string(WorkflowCompiler.digest(of: spec).description),
            ],
        ]
        return child
    }

    /// What is there: runs, and the definitions as they are now.
    private static func world(
        _ runs: [KubernetesObject], _ definitions: [String: JSON]
    ) -> ChildDefinitions {
        ChildDefinitions(
            run: { key in runs.first { $0.key == key } },
            ownedRuns: { uid in runs.filter { $0.isOwned(byUID: uid) } },
            definition: { kind, key in
                definitions[key.name].map { spec in
                    var object = KubernetesObject(.templates, key)
                    object.spec = spec
                    return object
                }
            })
    }

    private static func result(_ origin: TaskResult.Origin = .attempt(1)) -> TaskResult {
        TaskResult(
            key: "k", outputs: ["said": "x"], path: "sub",
            workflow: ChildWorkflow(kind: "Template", name: "outer"), origin: origin)
    }

    /// The run of a task and the one that it started itself.
    private static let runs: [KubernetesObject] = {
        let outer = child("sub", of: source, uid: "u2", "outer", definition("a", running: "inner"))
        let identity = RunIdentity(namespace: namespace, name: outer.name, uid: "u2")
        return [outer, child("inner", of: identity, uid: "u3", "inner", definition("b"))]
    }()

    private static let same: [String: JSON] = [
        "outer": definition("a", running: "inner"), "inner": definition("b"),
    ]

    private func isKept(
        _ definitions: [String: JSON], _ runs: [KubernetesObject] = Self.runs,
        _ origin: TaskResult.Origin = .attempt(1), spec: JSON = [:]
    ) -> Bool {
        let children = Self.world(runs, definitions)
        return children.current(["sub": Self.result(origin)], of: Self.source, spec)["sub"] != nil
    }

    @Test func `a result of a child run holds while all that ran says the same`() {
        #expect(isKept(Self.same))
        var suspended = Self.same
        suspended["outer"]?["suspend"] = true
        #expect(isKept(suspended))
    }

    @Test func `it holds no more once a definition has changed, however deep, or is gone`() {
        for name in ["outer", "inner"] {
            var changed = Self.same
            changed[name]?["description"] = "another"
            #expect(!isKept(changed), "\(name)")
            changed[name] = nil
            #expect(!isKept(changed), "\(name)")
        }
    }

    @Test func `it does not hold where nobody knows what ran`() {
        #expect(!isKept(Self.same, []))
        #expect(!isKept(Self.same, Self.runs, .attempt(2)))
        #expect(!isKept(Self.same, Self.runs, .cache))
        var stranger = Self.runs
        stranger[0].ownerReferences = []
        #expect(!isKept(Self.same, stranger))
    }

    @Test func `what a user gave holds, and so does what runs no definition`() {
        #expect(isKept(Self.same, [], .given))
        let plain = TaskResult(key: "k", outputs: [:], path: "a", origin: .attempt(1))
        let children = Self.world([], [:])
        #expect(children.current(["a": plain], of: Self.source, [:]).count == 1)
    }

    /// Its own definition ran first and failed, and another for the second attempt.
    private static let tried: [KubernetesObject] = [
        child("sub", of: source, uid: "u2", "outer", definition("a")),
        child("sub", of: source, uid: "u3", "inner", definition("b"), attempt: 2),
    ]

    private static func ended(
        _ name: String, _ uid: String, _ tasks: JSON, retryOf earlier: String? = nil
    ) -> KubernetesObject {
        var run = KubernetesObject(.workflowRuns, ObjectKey(namespace: namespace, name: name))
        run.metadata["uid"] = .string(uid)
        run.status = ["tasks": tasks]
        if let earlier { run.spec = ["retryOf": ["run": .string(earlier)]] }
        return run
    }

    @Test
    func `a result of a fallback holds while both say the same, the task's and the fallback's`() {
        let definitions = ["outer": Self.definition("a"), "inner": Self.definition("b")]
        let inner = ChildWorkflow(kind: "Template", name: "inner")
        let first = Self.ended(
            "first", Self.source.uid,
            ["sub": ["phase": "Completed", "attempt": 2, "fallback": 1]])
        func isKept(_ definitions: [String: JSON], ofTask own: ChildWorkflow?) -> [Bool] {
            let origins: [TaskResult.Origin] = [.fallback(2, workflow: inner), .earlierTry]
            return origins.map { origin in
                let result = TaskResult(
                    key: "k", outputs: [:], path: "sub", workflow: own, origin: origin)
                let children = Self.world(Self.tried + [first], definitions)
                return !children.current(
                    ["sub": result], of: Self.source, ["retryOf": ["run": "first"]]
                ).isEmpty
            }
        }
        let outer = ChildWorkflow(kind: "Template", name: "outer")
        for own in [outer, nil] {
            #expect(isKept(definitions, ofTask: own) == [true, true])
            for name in ["outer", "inner"] {
                var changed = definitions
                changed[name]?["description"] = "another"
                let isBound = own != nil || name == "inner"
                #expect(isKept(changed, ofTask: own) == [!isBound, !isBound], "\(name)")
            }
        }
    }

    @Test func `of a container that was tried again, the last attempt is looked at`() {
        let path = "g#2[0].h.sub"
        let runs = [
            Self.child("g[0].h.sub", of: Self.source, uid: "u2", "outer", Self.definition("old")),
            Self.child(path, of: Self.source, uid: "u3", "outer", Self.definition("new")),
            Self.ended(
                "first", Self.source.uid,
                [
                    "g": ["phase": "Completed", "attempt": 2],
                    "g[0].h.sub": ["phase": "Completed", "attempt": 1],
                    "g#2[0].h": ["phase": "Completed", "attempt": 1],
                    "g#2[0].h.sub": ["phase": "Completed", "attempt": 1],
                ]),
            Self.ended(
                "second", "u9", ["g[0].h.sub": ["phase": "Completed", "reason": "Reused"]],
                retryOf: "first"),
        ]
        for (text, isKept) in [("new", true), ("old", false)] {
            let result = TaskResult(
                key: "k", outputs: [:], path: "g[0].h.sub",
                workflow: ChildWorkflow(kind: "Template", name: "outer"), origin: .earlierTry)
            let children = Self.world(runs, ["outer": Self.definition(text)])
            for name in ["first", "second"] {
                let kept = children.current(
                    ["g": result], of: Self.source, ["retryOf": ["run": .string(name)]])
                #expect(kept.isEmpty != isKept, "\(text) \(name)")
            }
        }
    }

    @Test func `of a try of a try, the first is looked at`() {
        var first = KubernetesObject(
            .workflowRuns, ObjectKey(namespace: Self.namespace, name: Self.source.name))
        first.metadata["uid"] = .string(Self.source.uid)
        first.status = ["tasks": ["sub": ["phase": "Completed", "attempt": 1]]]
        var second = KubernetesObject(
            .workflowRuns, ObjectKey(namespace: Self.namespace, name: "second"))
        second.metadata["uid"] = "u9"
        second.spec = ["retryOf": ["run": "first"]]
        second.status = ["tasks": ["sub": ["phase": "Completed", "reason": "Reused"]]]
        let runs = Self.runs + [first, second]
        for name in ["first", "second"] {
            let spec: JSON = ["retryOf": ["run": .string(name)]]
            #expect(isKept(Self.same, runs, .earlierTry, spec: spec), "\(name)")
            #expect(!isKept([:], runs, .earlierTry, spec: spec), "\(name)")
        }
        #expect(!isKept(Self.same, Self.runs, .earlierTry, spec: ["retryOf": ["run": "second"]]))
        var circle = second
        circle.spec = ["retryOf": ["run": "second"]]
        let turning = isKept(
            Self.same, [circle], .earlierTry, spec: ["retryOf": ["run": "second"]])
        #expect(!turning)
    }

    @Test func `the key of a cached result has what all definitions say that it names`() throws {
        func key(_ definitions: [String: JSON]) -> String? {
            Self.world([], definitions).key(
                "k", ChildWorkflow(kind: "Template", name: "outer"), namespace: Self.namespace)
        }
        let found = try #require(key(Self.same))
        #expect(key(Self.same) == found)
        for name in ["outer", "inner"] {
            var changed = Self.same
            changed[name]?["description"] = "another"
            let other = try #require(key(changed))
            #expect(other != found, "\(name)")
            changed[name] = nil
            #expect(key(changed) == nil, "\(name)")
        }
        var falling = Self.same
        falling["outer"] = [
            "tasks": [
                [
                    "id": "say", "type": "command", "inputs": ["command": ["echo"]],
                    "fallback": [
                        [
                            "type": "workflow",
                            "workflow": ["kind": "Template", "name": "inner"],
                        ]
                    ],
                ]
            ]
        ]
        let before = try #require(key(falling))
        falling["inner"]?["description"] = "another"
        #expect(try #require(key(falling)) != before)
        falling["inner"] = nil
        #expect(key(falling) == nil)
        var turning = Self.same
        turning["inner"] = Self.definition("b", running: "outer")
        #expect(key(turning) != nil)
        var deciding = Self.same
        deciding["inner"] = [
            "tasks": [["id": "d", "type": "dynamic", "tasksFrom": "${{ [] }}"]]
        ]
        #expect(key(deciding) == nil)
        #expect(Self.world([], [:]).key("k", nil, namespace: Self.namespace) == "k")
    }
}
