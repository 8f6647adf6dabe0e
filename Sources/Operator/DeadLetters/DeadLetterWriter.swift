import Crypto
import Expressions
import GitOps
import Kubernetes
import Resources
import Values
import Workflows

/// Makes a `DeadLetter` of each task of a run that failed for good.
struct DeadLetterWriter: Sendable {
    /// The most dead letters of one run.
    static let maximumPerRun = 100

    let context: OperatorContext

    /// Writes what is missing; one that is there already is kept as it is (law 2).
    ///
    /// A run that tries a dead letter again makes none: its failure goes back into that one, so that one
    /// failed task is one dead letter over all its tries.
    ///
    /// - Returns: what was done, for the status.
    func write(
        _ run: KubernetesObject, queue: String
    ) async throws(NotificationError) -> String {
        if let letter = try await retried(by: run) { return "back in the dead letter \(letter)" }
        let failed = DeadLetterWriter.failedTasks(of: run)
        for (path, task) in failed.prefix(DeadLetterWriter.maximumPerRun) {
            var letter = DeadLetterWriter.letter(of: path, task, run, queue: queue)
            if let message = letter.spec["error"]?["message"]?.stringValue {
                letter.spec[["error", "message"]] = .string(
                    context.redact(message, in: run.namespace))
            }
            do throws(KubernetesError) {
                let made = try await context.client.create(.deadLetters, letter)
                context.record(
                    made, isWarning: true, reason: "DeadLettered",
                    message: "the task \(path) of the run \(run.name) failed for good")
            } catch {
                guard error.code == .alreadyExists else {
                    throw NotificationError(error.description, isPermanent: error.code == .invalid)
                }
            }
        }
        return "\(failed.count) dead letters"
    }

    /// The dead letter that a run tries again, as long as that is there.
    private func retried(
        by run: KubernetesObject
    ) async throws(NotificationError) -> String? {
        // Runs of earlier releases have the label alone, which is cut where the name is long.
        guard let name = run.annotation(Annotations.deadLetter) ?? run.label(Labels.deadLetter)
        else { return nil }
        do throws(KubernetesError) {
            let key = ObjectKey(namespace: run.namespace, name: name)
            return try await context.client.get(.deadLetters, key).name
        } catch {
            guard error.code == .notFound else { throw NotificationError(error.description) }
            return nil
        }
    }

    /// The tasks that failed, those inside containers included, by path.
    static func failedTasks(of run: KubernetesObject) -> [(String, JSON)] {
        let failed = (run.status["tasks"]?.objectValue ?? [:]).filter { _, task in
            ["Failed", "TimedOut"].contains(task["phase"]?.stringValue ?? "")
        }
        // A container failed because of what is in it: that is what there is to try again.
        return failed.filter { path, _ in
            !failed.contains { other, _ in
                other.hasPrefix("\(path).") || other.hasPrefix("\(path)[")
                    || other.hasPrefix("\(path)#")
            }
        }.map { ($0, $1) }
    }

    private static func letter(
        of path: String, _ task: JSON, _ run: KubernetesObject, queue: String
    ) -> KubernetesObject {
        let uid = run.uid ?? ""
        let name = RunName.joined(
            [run.name, path], hashing: ["DeadLetter", uid, run.name, path])
        var letter = KubernetesObject(
            .deadLetters, ObjectKey(namespace: run.namespace, name: name))
        letter.labels = [
            Labels.run: .string(ResourceName.labelValue(run.name)),
            Labels.task: .string(ResourceName.labelValue(path)),
            Labels.managedBy: .string(Labels.manager),
            Labels.queue: .string(ResourceName.labelValue(queue)),
        ]
        // No owner: what failed is kept when its run is not.
        var spec: JSON = [
            "queue": .string(queue), "task": .string(path),
            "run": ["name": .string(run.name), "uid": .string(uid)],
        ]
        spec["error"] = task["error"]
        spec["attempts"] = task["attempt"]
        spec["failureTime"] = task["completionTime"] ?? run.status["completionTime"]
        if let pin = run.status["workflow"] {
            var kept: JSONObject = [:]
            for field in ["kind", "name", "uid", "digest", "commit"] { kept[field] = pin[field] }
            spec["workflow"] = .object(kept)
        }
        let definition = run.status["definition"] ?? run.spec["workflowSpec"]
        let own = definition?["tasks"]?.arrayValue?.first { $0["id"]?.stringValue == path }
        if let own {
            spec["definition"] = own
            spec["inputs"] = inputs(of: own, run)
        }
        letter.spec = spec
        return letter
    }

    /// The inputs that the task was given: they follow from the run's status.
    ///
    /// None where they are too deep for an object: the letter is more than they are.
    private static func inputs(of task: JSON, _ run: KubernetesObject) -> JSON? {
        guard let template = try? ValueTemplate(parsing: task["inputs"] ?? [:]) else { return nil }
        guard let inputs = try? template.evaluate(RunBindings.of(run)),
            !inputs.nests(deeperThan: WorkflowLimits.maximumValueDepth)
        else { return nil }
        return inputs
    }
}
