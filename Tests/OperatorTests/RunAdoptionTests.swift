import Engine
import Kubernetes
import Testing
import Values
import Workflows

@testable import Operator

@Suite struct RunAdoptionTests {
    private static let spec: JSON = [
        "inputs": [["name": "city", "type": "string", "required": true]],
        "tasks": [["id": "a", "type": "command", "inputs": ["command": "true"]]],
    ]

    private func run(spec: JSON, status: JSON = [:]) -> KubernetesObject {
        KubernetesObject([
            "kind": "WorkflowRun",
            "metadata": ["name": "r", "namespace": "team", "uid": "u", "resourceVersion": "1"],
            "spec": spec, "status": status,
        ])
    }

    /// What was decided, in a word, and the status that comes with it.
    private func decide(
        _ run: KubernetesObject, definitions: [String: JSON] = [:]
    ) -> (String, JSONObject) {
        let adoption = RunAdoption.of(run) { kind, name in
            definitions["\(kind)/\(name)"].map { spec in
                KubernetesObject([
                    "kind": .string(kind),
                    "metadata": ["name": .string(name), "uid": "w", "generation": 4],
                    "spec": spec,
                ])
            }
        }
        switch consume adoption {
        case .ended: return ("ended", [:])
        case .waiting(let reason, _): return ("waiting \(reason)", [:])
        case .refused(let reason, _): return ("refused \(reason)", [:])
        case .drive(let machine, let status): return ("drive \(machine.phase.rawValue)", status)
        }
    }

    @Test(arguments: ["Completed", "Failed", "Cancelled", "TimedOut"])
    func `law 10, TerminalSticks: a run that ended is left alone`(phase: String) {
        let run = run(spec: ["workflowSpec": Self.spec], status: ["phase": .string(phase)])
        #expect(decide(run).0 == "ended")
    }

    @Test func `a run waits for its definition and starts when it is there`() {
        let run = run(spec: ["workflowRef": ["name": "w"], "inputs": ["city": "Oslo"]])
        #expect(decide(run).0 == "waiting DefinitionNotFound")
        let (decision, status) = decide(run, definitions: ["Workflow/w": Self.spec])
        #expect(decision == "drive Pending")
        #expect(status["definition"] == Self.spec)
        #expect(status["workflow"]?["generation"] == 4)
        #expect(status["inputs"] == ["city": "Oslo"])
    }

    @Test func `missing inputs and invalid definitions are refused with a reason`() {
        let noInputs = run(spec: ["workflowSpec": Self.spec])
        #expect(decide(noInputs).0 == "refused InvalidInputs")
        let broken = run(spec: ["workflowSpec": ["tasks": [["id": "a", "type": "x"]]]])
        #expect(decide(broken).0 == "refused InvalidDefinition")
        #expect(decide(run(spec: [:])).0 == "refused NoDefinition")
    }

    @Test func `law 28, StatusSmall: a definition too large to pin is refused at the start`() {
        var large = Self.spec
        large["description"] = .string(
            String(repeating: "x", count: RunAdoption.maximumPinnedBytes))
        let referring = run(spec: ["workflowRef": ["name": "w"], "inputs": ["city": "Oslo"]])
        let decision = decide(referring, definitions: ["Workflow/w": large]).0
        #expect(decision == "refused DefinitionTooLarge")
    }

    @Test func `law 16, RunPinned: a run whose carried definition was edited does not go on`()
        throws
    {
        let object = run(spec: ["workflowSpec": Self.spec, "inputs": ["city": "Oslo"]])
        let status = try started(object)
        #expect(decide(run(spec: object.spec, status: status)).0 == "drive Running")
        var edited = object.spec
        edited[["workflowSpec", "description"]] = "edited"
        #expect(decide(run(spec: edited, status: status)).0 == "waiting DefinitionChanged")
    }

    @Test func `law 4, IntentBeforeEffect: an attempt of unknown fate is launched after a write`()
        throws
    {
        let object = run(spec: ["workflowSpec": Self.spec, "inputs": ["city": "Oslo"]])
        let resumed = run(spec: object.spec, status: try started(object))
        let adoption = RunAdoption.of(resumed) { _, _ in nil }
        guard case .drive(let machine, let first) = consume adoption else {
            Issue.record("the run must be driven")
            return
        }
        let driver = RunDriver(resumed, machine: machine, firstStatus: first, holder: "a")
        let actions = driver.step(at: Timestamp(seconds: 11), admit: { _ in .admitted })
        let launches = actions.filter { if case .launch = $0 { true } else { false } }
        let writes = actions.filter { if case .writeCheckpoint = $0 { true } else { false } }
        #expect(launches.isEmpty)
        #expect(writes.count == 1)
    }

    @Test func `a run that was paused while nobody drove it starts nothing`() throws {
        var spec: JSON = ["workflowSpec": Self.spec, "inputs": ["city": "Oslo"]]
        spec["desiredState"] = "Paused"
        let object = run(spec: spec)
        let adoption = RunAdoption.of(object) { _, _ in nil }
        guard case .drive(let machine, let first) = consume adoption else {
            Issue.record("the run must be driven")
            return
        }
        let driver = RunDriver(object, machine: machine, firstStatus: first, holder: "a")
        _ = driver.step(at: Timestamp(seconds: 1), admit: { _ in .admitted })
        #expect(driver.phase == .paused)
        driver.observe(run(spec: ["workflowSpec": Self.spec, "inputs": ["city": "Oslo"]]))
        _ = driver.step(at: Timestamp(seconds: 2), admit: { _ in .admitted })
        #expect(driver.phase == .running)
    }

    @Test func `a run waits for the repair of a checkpoint that cannot be read`() throws {
        let object = run(spec: ["workflowSpec": Self.spec, "inputs": ["city": "Oslo"]])
        var status = try started(object)
        status[["tasks", "a", "phase"]] = "Dreaming"
        #expect(decide(run(spec: object.spec, status: status)).0 == "waiting CheckpointDamaged")
    }

    /// The status of the run after its first write.
    private func started(_ object: KubernetesObject) throws -> JSON {
        let adoption = RunAdoption.of(object) { _, _ in nil }
        guard case .drive(let machine, let first) = consume adoption else {
            Issue.record("the run must start")
            return [:]
        }
        let driver = RunDriver(object, machine: machine, firstStatus: first, holder: "a")
        _ = driver.step(at: Timestamp(seconds: 10), admit: { _ in .admitted })
        let patch = driver.checkpoint(generation: 1, now: Timestamp(seconds: 10)).patch
        #expect(patch["metadata"]?["resourceVersion"] == "1")
        return try #require(patch["status"])
    }
}
