import GitOps
import Kubernetes
import Observability
import Values

extension RunController {
    /// Tells at once that an edit of what a run has started with has no effect, and that it is undone.
    func tellSpecChanges(of driver: RunDriver, in object: KubernetesObject) async {
        guard let changes = driver.changes(in: object),
            let conditions = StartedSpec.conditions(
                object.status["conditions"], changes: changes, generation: object.generation,
                now: context.time.now())
        else { return }
        do throws(KubernetesError) {
            let written = try await context.patchStatus(
                .workflowRuns, of: object,
                ["conditions": conditions, "observedGeneration": .integer(object.generation)])
            cache.recordWrite(written)
            driver.noteConditions(of: written)
            guard !changes.isEmpty else { return }
            context.record(
                written, isWarning: true, reason: StartedSpec.reason,
                message: StartedSpec.message(changes))
        } catch {
            // On a conflict the informer brings what the object is now.
            context.logger.warning(
                "run status not written",
                ["run": .string("\(object.key)"), "error": error.logField])
            lookAgain(at: object.key)
        }
    }
}
