import Testing
import Values

@testable import Operator

/// What is told of specs of runs that contradict themselves, or are edited too late.
@Suite struct RunSpecTests {
    private func problem(_ spec: JSON, label: String? = nil) -> String? {
        RunSpecCheck.problem(in: spec, name: "again", label: label)
    }

    @Test func `a run has one definition, and may say beside it what that came from`() {
        let both: JSON = ["workflowRef": ["name": "w"], "workflowSpec": ["tasks": []]]
        #expect(problem(both)?.contains("spec.workflowRef and spec.workflowSpec") == true)
        #expect(problem(both, label: "other") != nil)
        #expect(problem(both, label: "w") == nil)
        #expect(problem(["workflowRef": ["name": "w"]]) == nil)
    }

    @Test(
        arguments: [
            (["retryOf": ["run": "again"]], "the run itself"),
            (["retryOf": ["run": "first", "mode": "Task"]], "set spec.retryOf.task"),
            (["retryOf": ["run": "first", "task": "load"]], "only the mode Task"),
            (["retryOf": ["run": "first"], "restoreFrom": ["checkpoint": "c"]], "two runs"),
        ] as [(JSON, String)])
    func `a retry that can never be is told`(spec: JSON, part: String) {
        #expect(problem(spec)?.contains(part) == true, "\(problem(spec) ?? "nothing")")
    }

    @Test func `retries that can be are`() {
        for spec: JSON in [
            ["retryOf": ["run": "first"]], ["retryOf": ["run": "first", "mode": "Changed"]],
            ["retryOf": ["run": "first", "mode": "Task", "task": "load"]],
            ["retryOf": ["run": "first"], "workflowRef": ["name": "w"]],
            ["restoreFrom": ["checkpoint": "c"]],
        ] {
            #expect(problem(spec) == nil, "\(spec)")
        }
    }

    @Test func `what is edited after the start is told once, by its name, until it is put back`() {
        let spec: JSON = [
            "workflowSpec": ["tasks": []], "inputs": ["city": "Oslo"], "desiredState": "Running",
        ]
        let started = StartedSpec.of(spec)
        var paused = spec
        paused["desiredState"] = "Paused"
        #expect(StartedSpec.changes(in: paused, since: started).isEmpty)
        var edited = spec
        edited["inputs"] = ["city": "Rome"]
        edited["workflowRef"] = ["name": "w"]
        let changes = StartedSpec.changes(in: edited, since: started)
        #expect(changes == ["inputs", "workflowRef"])
        let ready: JSON = [["type": "Ready", "status": "False"]]
        func told(_ old: JSON?, _ changes: [String]) -> JSON? {
            StartedSpec.conditions(
                old, changes: changes, generation: 2, now: Timestamp(seconds: 1_000))
        }
        #expect(told(ready, []) == nil)
        let conditions = told(ready, changes)
        #expect(conditions?[0]?["type"] == "Ready")
        #expect(conditions?[1]?["type"] == "SpecAccepted")
        #expect(conditions?[1]?["status"] == "False")
        #expect(conditions?[1]?["message"]?.stringValue?.contains("spec.inputs") == true)
        #expect(told(conditions, changes) == nil)
        #expect(told(conditions, []) == ready)
    }
}
