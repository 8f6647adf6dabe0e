import Executors
import GitOps
import Kubernetes
import Resources
import Values
import Workflows

/// An object that an attempt of a task makes and then waits for.
///
/// Its name follows from the run, the task and the attempt, so a create that is made again after a
/// crash meets the first one's object and adopts it, once its owner is checked (laws 1, 2, 3, 8).
struct OwnedObject {
    let context: OperatorContext
    let type: ResourceType
    let cache: ObjectCache

    /// The key of what an attempt makes.
    static func key(of attempt: TaskAttemptRequest) -> ObjectKey {
        ObjectKey(
            namespace: attempt.namespace,
            name: RunName.attempt(
                run: attempt.run, runUID: attempt.runUID, task: attempt.taskID,
                attempt: attempt.attempt))
    }

    /// The attempt's object with its owner and labels, still without spec.
    func draft(of attempt: TaskAttemptRequest) -> KubernetesObject {
        var object = KubernetesObject(type, OwnedObject.key(of: attempt))
        object.labels = [
            Labels.run: .string(ResourceName.labelValue(attempt.run)),
            Labels.task: .string(ResourceName.labelValue(attempt.taskID)),
            Labels.managedBy: .string(Labels.manager),
        ]
        object.annotations = [
            Annotations.task: .string(attempt.taskID),
            Annotations.attempt: .string("\(attempt.attempt)"),
        ]
        object.ownerReferences = [
            OwnerReference(
                apiVersion: APIGroup.apiVersion, kind: "WorkflowRun", name: attempt.run,
                uid: attempt.runUID, controller: true, blockOwnerDeletion: true)
        ]
        return object
    }

    /// Creates the object, or adopts the one that is there.
    ///
    /// Failures that pass are waited out, as long as the task is not cancelled.
    ///
    /// - Parameter difference: what makes an object of the same owner another one than ours; nil
    ///   where it is ours.
    func createOrAdopt(
        _ object: KubernetesObject, for attempt: TaskAttemptRequest,
        difference: (KubernetesObject) -> String?
    ) async throws(TaskError) -> KubernetesObject {
        var failures = 0
        while true {
            do throws(KubernetesError) {
                let made = try await context.client.create(type, object)
                cache.recordWrite(made)
                return made
            } catch {
                if error.code == .alreadyExists {
                    if let present = try await adopt(object.key, attempt, difference) {
                        return present
                    }
                } else if !error.isTransient && !error.outcomeUnknown {
                    throw OwnedObject.failure(error)
                }
            }
            failures += 1
            do { try await context.time.sleep(OwnedObject.delay(after: failures)) } catch {
                throw OwnedObject.cancelled
            }
        }
    }

    /// The object under the name, where it is ours; nil where it must be looked at again.
    private func adopt(
        _ key: ObjectKey, _ attempt: TaskAttemptRequest, _ difference: (KubernetesObject) -> String?
    ) async throws(TaskError) -> KubernetesObject? {
        let present: KubernetesObject
        do throws(KubernetesError) {
            present = try await context.client.get(type, key)
        } catch {
            // Gone since the create, or not to be reached: both are tried again.
            if error.code == .notFound || error.isTransient { return nil }
            throw OwnedObject.failure(error)
        }
        guard present.isOwned(byUID: attempt.runUID) else {
            throw TaskError(
                type: "NameTaken",
                message: "\(type) \(key.name) is not this run's; delete it and retry the task",
                isRetryable: true)
        }
        if let difference = difference(present) {
            throw TaskError(
                type: "NameTaken",
                message: "\(type) \(key.name) was made for something else: \(difference)",
                isRetryable: false)
        }
        // One that is being deleted cannot end as anything; the next create waits for it to go.
        guard !present.isDeleting else { return nil }
        cache.recordWrite(present)
        return present
    }

    /// What the cache knows of an object that was made or adopted.
    enum View {
        /// The cache has yet to see it.
        case unknown
        /// It was deleted.
        case gone
        case present(KubernetesObject)
    }

    /// Looks at the object by its identity.
    func view(_ made: KubernetesObject) -> View {
        guard let current = cache.current(made.key) else { return .unknown }
        guard let object = current, object.uid == made.uid else { return .gone }
        return .present(object)
    }

    static let cancelled = TaskError(type: "Cancelled", message: "cancelled", isRetryable: false)

    private static func failure(_ error: KubernetesError) -> TaskError {
        if error.code == .cancelled { return cancelled }
        return TaskError(
            type: error.code == .invalid ? TaskError.Kind.validation : TaskError.Kind.server,
            message: error.description, isRetryable: error.code != .invalid)
    }

    static func delay(after failures: Int) -> Duration {
        min(.milliseconds(50 << min(failures, 10)), .seconds(15))
    }
}
