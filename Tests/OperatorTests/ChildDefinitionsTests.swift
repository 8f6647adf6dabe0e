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
        _ path: String, of run: RunIdentity, uid: String, _ name: String, _ spec: JSON
    ) -> KubernetesObject {
        let key = ObjectKey(
            namespace: namespace,
            name: RunName.attempt(run: run.name, runUID: run.uid, task: path, attempt: 1))
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
