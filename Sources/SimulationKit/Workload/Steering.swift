import HTTP
import Kubernetes
import Synchronization
import Values

/// What users do to runs that they look at: answers, operations, and further tries.
final class Steering: Sendable {
    /// The most further tries of one simulation, and of one dead letter.
    private static let maximumRuns = 3
    private static let maximumLetterTries: Int64 = 2
    /// The most tries of dead letters: each is a run, whose tasks may make letters of their own.
    private static let maximumLetters = 8
    private static let maximumOperations = 6

    private let cluster: Cluster
    private let features: Features
    private let random: RandomStream
    private let count = Mutex((runs: 0, letters: 0, ids: 0))

    init(_ cluster: Cluster, _ features: Features) {
        self.cluster = cluster
        self.features = features
        random = RandomStream(seed: cluster.world.seed, concern: 9)
    }

    /// Whether there can be anything to do.
    var isNeeded: Bool {
        features.approvals || features.operations || features.interruptions || features.letters
            || features.retries || features.latePauses
    }

    private var isHealed: Bool { cluster.world.faults.isHealed }

    /// Looks at everything, and does what has to be done, or what comes to mind.
    func look() {
        if features.approvals {
            for (key, approval) in objects("approvals") { answer(key, approval) }
        }
        let needsRuns =
            features.operations || features.interruptions || features.letters
            || features.retries || features.latePauses
        guard needsRuns else { return }
        let runs = objects("workflowruns").filter { !$0.0.name.hasPrefix("stream-") }
        if isHealed { for (key, run) in runs { giveUp(key, run) } }
        if features.interruptions { for (key, run) in runs { resolveDoubts(key, run) } }
        guard !isHealed else { return }
        if features.latePauses { for (key, run) in runs { pauseLate(key, run) } }
        if features.letters { for (key, letter) in objects("deadletters") { retry(key, letter) } }
        guard let (key, run) = runs.isEmpty ? nil : random.pick(runs) else { return }
        let hasEnded = RunWords.ends.contains(run["status"]?["phase"]?.stringValue ?? "")
        if features.operations, !hasEnded, random.chance(0.5) { operate(on: key, run) }
        if features.retries, random.chance(0.3) { tryAgain(key, run, hasEnded: hasEnded) }
    }

    private func objects(_ plural: String) -> [(ObjectKey, JSON)] {
        cluster.server.objects("apis/orchestrator.llm/v1/\(plural)")
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func patch(
        _ plural: String, _ key: ObjectKey, _ spec: JSON, _ action: UserAction
    ) {
        cluster.noteUser(action)
        cluster.server.asUser(.patch, "\(Workload.group)/\(plural)/\(key.name)", ["spec": spec])
    }

    private func nextID() -> String {
        count.withLock { count in
            count.ids += 1
            return "id-\(count.ids)"
        }
    }

    // MARK: Approvals

    private func answer(_ key: ObjectKey, _ approval: JSON) {
        let phase = approval["status"]?["phase"]?.stringValue ?? "Pending"
        guard phase == "Pending", isHealed || random.chance(0.4) else { return }
        let given = approval["spec"]?["decisions"]?.arrayValue ?? []
        let user =
            ModelApproval.users.first { user in
                !given.contains { answer in
                    answer["user"]?.stringValue == user
                        && answer["digest"] == approval["spec"]?["digest"]
                }
            } ?? ModelApproval.users[0]
        func decide(_ user: String, _ decision: String, _ digest: JSON?, _ action: UserAction) {
            let answer: JSON = [
                "user": .string(user), "decision": .string(decision), "digest": digest ?? "",
                "time": .string("\(cluster.world.epoch + cluster.world.clock.now)"),
            ]
            patch("approvals", key, ["decisions": .array(given + [answer])], action)
        }
        let digest = approval["spec"]?["digest"]
        switch isHealed ? 9 : random.below(10) {
        case 0:
            cluster.noteUser(.deleteApproval)
            cluster.server.asUser(.delete, "\(Workload.group)/approvals/\(key.name)")
        case 1: decide(user, "approve", "sha256:0", .answerWrongly)
        case 2: decide("mallory", "approve", digest, .answerWrongly)
        case 3: decide(user, "reject", digest, .reject)
        default: decide(user, "approve", digest, .approve)
        }
    }

    // MARK: Pauses

    /// Pauses a run whose end is decided, and lets it go on later.
    private func pauseLate(_ key: ObjectKey, _ run: JSON) {
        let wish = run["spec"]?["desiredState"]?.stringValue ?? "Running"
        if wish == "Paused" {
            if random.chance(0.1) {
                patch("workflowruns", key, ["desiredState": "Running"], .resume)
            }
        } else if run["status"]?["reason"] == "Finalizing", random.chance(0.6) {
            patch("workflowruns", key, ["desiredState": "Paused"], .pause)
        }
    }

    // MARK: Operations

    private func request(_ key: ObjectKey, _ run: JSON, _ operation: JSON, _ action: UserAction) {
        // What is there now: another wish of the same moment must not be written over.
        let now = cluster.server.objects("apis/orchestrator.llm/v1/workflowruns")[key] ?? run
        let present = now["spec"]?["operations"]?.arrayValue ?? []
        guard present.count < Steering.maximumOperations || isHealed, present.count < 60 else {
            return
        }
        var operation = operation
        operation["id"] = .string(nextID())
        patch("workflowruns", key, ["operations": .array(present + [operation])], action)
    }

    /// Decides about attempts whose fate nobody knows.
    private func resolveDoubts(_ key: ObjectKey, _ run: JSON) {
        let tasks = run["status"]?["tasks"]?.objectValue ?? [:]
        for (path, task) in tasks where task["phase"] == "InDoubt" {
            guard isHealed || random.chance(0.3), !isAsked(run, path) else { continue }
            let resolution = random.pick(["Retry", "Complete", "Fail"])
            request(
                key, run,
                [
                    "type": "Resolve", "task": .string(path), "resolution": .string(resolution),
                    "outputs": .object(outputs(of: path, run)),
                ], .resolve)
            // One at a time: the next is on top of this.
            return
        }
    }

    /// Whether an operation on a task was not heard yet.
    private func isAsked(_ run: JSON, _ path: String) -> Bool {
        (run["spec"]?["operations"]?.arrayValue ?? []).contains { operation in
            operation["task"]?.stringValue == path
                && run["status"]?["operations"]?[operation["id"]?.stringValue ?? ""] == nil
        }
    }

    private func outputs(of path: String, _ run: JSON) -> JSONObject {
        let spec = run["status"]?["definition"] ?? run["spec"]?["workflowSpec"]
        let model = ModelDefinition.number(in: spec).flatMap { cluster.world.models.model($0) }
        return [model?.task(at: path)?.output ?? "exitCode": .integer(Int64(random.below(2)))]
    }

    private func operate(on key: ObjectKey, _ run: JSON) {
        let spec = run["status"]?["definition"] ?? run["spec"]?["workflowSpec"]
        guard let model = ModelDefinition.number(in: spec).flatMap(cluster.world.models.model)
        else { return }
        let known = run["status"]?["tasks"]?.objectValue?.keys.map { String($0) } ?? []
        let path =
            random.chance(0.7) || known.isEmpty ? random.pick(model.tasks).id : random.pick(known)
        let task = JSON.string(path)
        switch random.below(10) {
        case 0...2: request(key, run, ["type": "SkipTask", "task": task], .skipTask)
        case 3...5:
            request(
                key, run,
                [
                    "type": "SetOutputs", "task": task, "outputs": .object(outputs(of: path, run)),
                ], .setOutputs)
        case 6...7: request(key, run, ["type": "RetryTask", "task": task], .retryTask)
        case 8:
            request(key, run, ["type": "Checkpoint", "name": .string(nextID())], .checkpoint)
        default: request(key, run, ["type": "Rollback"], .rollback)
        }
    }

    // MARK: Further tries

    private func tryAgain(_ key: ObjectKey, _ run: JSON, hasEnded: Bool) {
        let number = count.withLock { count -> Int? in
            guard count.runs < Steering.maximumRuns else { return nil }
            count.runs += 1
            return count.runs
        }
        guard let number else { return }
        var spec: JSON = [:]
        var action = UserAction.retryRun
        if let checkpoint = random.chance(0.5) ? manualCheckpoint() : nil {
            action = .restoreRun
            spec["restoreFrom"] = [
                "run": checkpoint.1["spec"]?["run"]?["name"] ?? "",
                "checkpoint": .string(checkpoint.0.name),
            ]
        } else {
            var retry: JSON = ["run": .string(key.name)]
            let tasks = run["status"]?["tasks"]?.objectValue?.keys.map { String($0) } ?? []
            if random.chance(0.4), !tasks.isEmpty {
                retry["mode"] = "Task"
                retry["task"] = .string(random.pick(tasks))
            }
            spec["retryOf"] = retry
        }
        cluster.noteUser(action)
        cluster.server.asUser(
            .post, "\(Workload.group)/workflowruns",
            Workload.object("WorkflowRun", "again-\(number)", spec))
    }

    /// What waits for something that will not come is not wanted any more.
    private func giveUp(_ key: ObjectKey, _ run: JSON) {
        let reasons: Set = ["RetrySourceNotFound", "CheckpointNotFound", "DefinitionNotFound"]
        guard reasons.contains(run["status"]?["reason"]?.stringValue ?? ""),
            !RunWords.ends.contains(run["status"]?["phase"]?.stringValue ?? ""),
            !RunWords.cancels.contains(run["spec"]?["desiredState"]?.stringValue ?? "")
        else { return }
        patch("workflowruns", key, ["desiredState": "Cancelled"], .cancel)
    }

    private func manualCheckpoint() -> (ObjectKey, JSON)? {
        let kept = objects("runcheckpoints").filter { $0.1["spec"]?["purpose"] == "Manual" }
        return kept.isEmpty ? nil : random.pick(kept)
    }

    private func retry(_ key: ObjectKey, _ letter: JSON) {
        guard letter["status"]?["phase"] == "Waiting", random.chance(0.2),
            letter["status"]?["retries"]?.integerValue ?? 0 < Steering.maximumLetterTries
        else { return }
        let isOneMore = count.withLock { count -> Bool in
            count.letters += 1
            return count.letters <= Steering.maximumLetters
        }
        guard isOneMore else { return }
        patch("deadletters", key, ["retry": ["id": .string(nextID())]], .retryLetter)
    }
}
