import GitOps
import Kubernetes
import Resources
import Testing
import Values

@testable import Operator

/// What a child run is told, for every state of the run that started it.
@Suite struct ChildRunChangeTests {
    private func parent(
        desired: String = "Running", phase: String = "Running", task: JSON? = nil
    ) -> KubernetesObject {
        var run = KubernetesObject(.workflowRuns, ObjectKey(namespace: "a", name: "parent"))
        run.metadata["uid"] = "u1"
        run.spec = ["desiredState": .string(desired)]
        run.status = ["phase": .string(phase), "tasks": ["sub": task ?? ["phase": "Running"]]]
        return run
    }

    private func child(desired: String? = nil, pausedWithParent: Bool = false) -> KubernetesObject {
        var run = KubernetesObject(.workflowRuns, ObjectKey(namespace: "a", name: "child"))
        run.metadata["uid"] = "u2"
        run.ownerReferences = [
            OwnerReference(
                apiVersion: APIGroup.apiVersion, kind: "WorkflowRun", name: "parent", uid: "u1",
                controller: true)
        ]
        run.annotations = [Annotations.task: "sub", Annotations.attempt: "1"]
        if pausedWithParent { run.annotations[Annotations.pausedWithParent] = "true" }
        if let desired { run.spec["desiredState"] = .string(desired) }
        return run
    }

    private func told(_ child: KubernetesObject, _ parent: KubernetesObject?) -> String? {
        ChildRunChange.of(child, parent: parent)?.desiredState
    }

    @Test func `a child of a run that goes on is left alone`() {
        #expect(told(child(), parent()) == nil)
        #expect(told(child(desired: "Running"), parent(task: ["phase": "Launching"])) == nil)
    }

    @Test func `it is paused and resumed with its parent`() {
        #expect(told(child(), parent(desired: "Paused")) == "Paused")
        #expect(told(child(desired: "Paused"), parent(desired: "Paused")) == nil)
        #expect(told(child(desired: "Paused", pausedWithParent: true), parent()) == "Running")
    }

    @Test func `a pause of its own is left to whoever asked for it`() {
        #expect(told(child(desired: "Paused"), parent()) == nil)
    }

    @Test(arguments: ["Completed", "Failed", "Cancelled", "TimedOut"])
    func `it is cancelled when its parent has ended`(phase: String) {
        #expect(told(child(), parent(phase: phase)) == "Cancelled")
        #expect(told(child(desired: "Cancelled"), parent(phase: phase)) == nil)
    }

    @Test func `it is cancelled with its parent, and stays so`() {
        #expect(told(child(), parent(desired: "Cancelled")) == "Cancelled")
        #expect(told(child(desired: "Cancelled"), parent(desired: "Running")) == nil)
    }

    @Test func `it is terminated with its parent, even if it was cancelled before`() {
        let ending = parent(desired: "Terminated")
        #expect(told(child(), ending) == "Terminated")
        #expect(told(child(desired: "Cancelled"), ending) == "Terminated")
        #expect(told(child(desired: "Terminated"), ending) == nil)
        #expect(told(child(desired: "Terminated"), parent(desired: "Cancelled")) == nil)
    }

    @Test func `it is cancelled when its task went on without it`() {
        #expect(told(child(), parent(task: ["phase": "Running", "attempt": 2])) == "Cancelled")
        #expect(told(child(), parent(task: ["phase": "TimedOut", "attempt": 1])) == "Cancelled")
    }

    @Test func `a view of its task from before it was made says nothing`() {
        var later = child()
        later.annotations[Annotations.attempt] = "2"
        #expect(told(later, parent(task: ["phase": "Failed", "attempt": 1])) == nil)
    }

    @Test func `a run of the same name is not its parent`() {
        var other = parent(phase: "Failed")
        other.metadata["uid"] = "u9"
        #expect(told(child(), other) == nil)
        #expect(told(child(), nil) == nil)
    }
}
