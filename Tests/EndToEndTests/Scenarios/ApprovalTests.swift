import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// Runs that ask people, on both planes.
@Suite struct ApprovalTests {
    /// A run that asks, with more inputs of the question, and says what it was told.
    static func asking(_ inputs: JSONObject) -> JSON {
        var all: JSONObject = ["message": "Release it?", "payload": ["version": "1.2.3"]]
        all.merge(inputs)
        return [
            "workflowSpec": [
                "tasks": [
                    ["id": "sign-off", "type": "approval", "inputs": .object(all)],
                    Manifest.value("after", "${{ tasks.sign-off.outputs.approvers }}"),
                ],
                "outputs": ["approvers": "${{ tasks.after.outputs.value }}"],
            ]
        ]
    }

    @Test(arguments: Plane.all)
    func `a run waits for a quorum, from the command line and from kubectl`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.createRun("release", ApprovalTests.asking(["quorum": 2]))
            let approval = try await world.approval(of: "release", "to wait") {
                $0.status["approvals"] == "0/2"
            }
            #expect(approval.spec["payload"] == ["version": "1.2.3"])
            #expect(approval.spec["run"]?["name"] == "release")
            #expect(approval.controller?.kind == "WorkflowRun")
            let approved = try await world.orchestrator(
                "approve", "release", "sign-off", "--user", "ada", "--comment", "fine with me")
            #expect(approved.code == 0, "\(approved)")
            #expect(approved.output.hasSuffix(" sign-off: approve by ada: 1 of 2\n"), "\(approved)")
            // Said again without a comment, it keeps the one it had.
            let again = try await world.orchestrator("approve", "release", "--user", "ada")
            #expect(again.code == 0, "\(again)")
            let half = try await world.approval(of: "release", "to count one") {
                $0.status["approvals"] == "1/2"
            }
            var decisions = half.spec["decisions"]?.arrayValue ?? []
            decisions.append([
                "user": "bob", "decision": "approve", "digest": half.spec["digest"] ?? .null,
            ])
            let patch: JSON = ["spec": ["decisions": .array(decisions)]]
            let patched = try await world.kubectl.run(
                "patch", "approval", half.name, "--type", "merge", "--patch", patch.text)
            #expect(patched.code == 0, "\(patched)")
            let run = try await world.run("release", is: "Completed")
            #expect(run.status["outputs"] == ["approvers": ["ada", "bob"]])
            #expect(run.task("sign-off")?["outputs"]?["comment"] == "ada: fine with me")
            try await world.event(about: approval.name, reason: "ApprovalApproved")
        }
    }

    @Test(arguments: Plane.all)
    func `one rejection fails the task for good`(plane: Plane) async throws {
        try await World.with(plane) { world in
            var spec = ApprovalTests.asking(["quorum": 3])
            spec[["workflowSpec", "config"]] = ["retryPolicy": ["maxAttempts": 5]]
            try await world.createRun("release", spec)
            try await world.approval(of: "release", "to wait") { $0.status["approvals"] == "0/3" }
            let rejected = try await world.orchestrator(
                "reject", "release", "--user", "eve", "-m", "not on a Friday")
            #expect(rejected.code == 0, "\(rejected)")
            let run = try await world.run("release", is: "Failed")
            #expect(run.task("sign-off")?["error"]?["type"] == "ApprovalRejected")
            #expect(run.task("sign-off")?["attempt"] == 1)
            #expect(
                run.task("sign-off")?["error"]?["message"] == "rejected by eve: not on a Friday")
        }
    }

    @Test(arguments: Plane.all)
    func `an answer to another question, or of somebody else, does not count`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.createRun("release", ApprovalTests.asking(["approvers": ["ada"]]))
            let approval = try await world.approval(of: "release", "to wait") {
                $0.status["phase"] == "Pending"
            }
            let other = "sha256:" + String(repeating: "0", count: 64)
            _ = try await world.client.patch(
                .approvals, approval.key,
                .merge([
                    "spec": [
                        "decisions": [
                            ["user": "ada", "decision": "approve", "digest": .string(other)],
                            [
                                "user": "eve", "decision": "reject",
                                "digest": approval.spec["digest"] ?? .null,
                            ],
                        ]
                    ]
                ]))
            let ignored = try await world.approval(of: "release", "to pass both over") {
                $0.status["ignored"]?.arrayValue?.count == 2
            }
            #expect(ignored.status["phase"] == "Pending")
            let stranger = try await world.orchestrator("approve", "release", "--user", "mallory")
            #expect(stranger.code == 1, "\(stranger)")
            #expect(stranger.error.contains("mallory does not count"), "\(stranger)")
            #expect(stranger.error.contains("not among the approvers (who may answer: ada)"))
            let approved = try await world.orchestrator("approve", "release", "--user", "ada")
            #expect(approved.output.hasSuffix("approved by ada\n"), "\(approved)")
            let run = try await world.run("release", is: "Completed")
            #expect(run.status["outputs"] == ["approvers": ["ada"]])
        }
    }

    @Test(arguments: Plane.all)
    func `what is asked cannot be changed under those who answer`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "release", ApprovalTests.asking(["quorum": 2, "approvers": ["ada", "bob"]]))
            let asked = try await world.approval(of: "release", "to wait") {
                $0.status["approvals"] == "0/2"
            }
            func patch(_ spec: JSON) async throws {
                let patched = try await world.kubectl.run(
                    "patch", "approval", asked.name, "--type", "merge", "--patch",
                    JSON.object(["spec": spec]).text)
                #expect(patched.code == 0, "\(patched)")
            }
            var answers: [JSON] = []
            func answer(as user: String) async throws {
                answers.append([
                    "user": .string(user), "decision": "approve",
                    "digest": asked.spec["digest"] ?? .null,
                ])
                try await patch(["decisions": .array(answers)])
            }
            try await patch(["payload": ["version": "1.2.2"]])
            try await answer(as: "ada")
            let other = try await world.approval(of: "release", "to say what was changed") {
                $0.status["reason"] == "QuestionChanged"
            }
            #expect(other.status["message"]?.stringValue?.contains("spec.payload") == true)
            try await world.event(about: asked.name, reason: "QuestionChanged")
            let refused = try await world.orchestrator("approve", "release", "--user", "bob")
            #expect(refused.code != 0 && refused.error.contains("spec.payload"), "\(refused)")
            // Neither may a stranger answer alone by changing who is asked.
            try await patch([
                "payload": ["version": "1.2.3"], "quorum": 1, "approvers": .null,
            ])
            try await answer(as: "eve")
            try await world.approval(of: "release", "to say that others are asked") {
                $0.status["message"]?.stringValue?.contains("spec.approvers") == true
            }
            try await patch(["quorum": 2, "approvers": ["users": ["ada", "bob"]]])
            try await world.approval(of: "release", "to wait again") {
                $0.status["approvals"] == "0/2" && $0.status["ignored"] != nil
            }
            for user in ["ada", "bob"] {
                let given = try await world.orchestrator("approve", "release", "--user", user)
                #expect(given.code == 0, "\(given)")
            }
            let run = try await world.run("release", is: "Completed")
            #expect(run.status["outputs"] == ["approvers": ["ada", "bob"]])
        }
    }

    @Test(arguments: Plane.all)
    func `the default answers at the deadline`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "yes", ApprovalTests.asking(["deadline": "1s", "default": "approve"]))
            try await world.createRun("no", ApprovalTests.asking(["deadline": "1s"]))
            let yes = try await world.run("yes", is: "Completed")
            #expect(yes.status["outputs"] == ["approvers": []])
            let no = try await world.run("no", is: "Failed")
            #expect(no.task("sign-off")?["error"]?["type"] == "ApprovalRejected")
        }
    }

    @Test(arguments: Plane.all)
    func `a cancelled run takes its question back`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun("release", ApprovalTests.asking([:]))
            try await world.approval(of: "release", "to wait") { $0.status["phase"] == "Pending" }
            try await world.desire("Cancelled", of: "release")
            try await world.run("release", is: "Cancelled")
            try await world.approval(of: "release", "to be withdrawn") {
                $0.status["phase"] == "Withdrawn"
            }
            let late = try await world.orchestrator("approve", "release", "--user", "ada")
            #expect(late.code == 4, "\(late)")
        }
    }

    @Test(arguments: Plane.all)
    func `wrong questions are told and ask nobody`(plane: Plane) async throws {
        try await World.with(plane) { world in
            // What is written out is told before a run starts.
            try await world.createRun(
                "wrong", ApprovalTests.asking(["deadline": "${{ run.name }}"]))
            let run = try await world.run("wrong", is: "Failed")
            #expect(run.task("sign-off")?["error"]?["type"] == "ValidationError")
            #expect(try await world.client.list(.approvals, namespace: world.namespace).items == [])
        }
    }
}
