import Engine
import Kubernetes
import Observability
import Values

/// What every controller of one operator shares.
struct OperatorContext: Sendable {
    /// The API server.
    let client: KubernetesClient
    /// Tells users what happened, beside the objects.
    let events: EventRecorder
    /// Where log lines go.
    let logger: Logger
    /// Takes secrets out of what is written.
    let redactor: Redactor
    /// What is counted.
    let metrics: OperatorMetrics
    /// Where time comes from.
    let time: TimeSource
    /// Where the randomness of waits comes from.
    let random: RandomSource
    /// The variables of the environment that required inputs may take their values from.
    var environment: [String: String] = [:]
    /// What this process is called in the checkpoints it writes; no other process has the name.
    let holder: String
    /// What a run may take at most.
    var runLimits = RunLimits()
    /// Is told which steps from phase to phase runs and their tasks take.
    var transitions: (@Sendable (TransitionSet) -> Void)?

    /// Records an event about an object.
    func record(_ object: KubernetesObject, isWarning: Bool, reason: String, message: String) {
        events.record(
            ObjectReference(object), isWarning: isWarning, reason: reason,
            message: redactor.redact(message))
    }

    /// Writes fields of an object's status, on the version of it that was looked at (law 22).
    func patchStatus(
        _ type: ResourceType, of object: KubernetesObject, _ status: JSON,
        timeout: Duration = KubernetesLimits.requestTimeout
    ) async throws(KubernetesError) -> KubernetesObject {
        var metadata: JSON = [:]
        metadata["uid"] = object.uid.map { .string($0) }
        metadata["resourceVersion"] = object.resourceVersion.map { .string($0.description) }
        return try await client.patch(
            type, object.key, .merge(redact(["metadata": metadata, "status": status])),
            subresource: "status", options: WriteOptions(timeout: timeout))
    }

    /// The value without secrets in its strings: what every status passes (law 35).
    func redact(_ value: JSON) -> JSON {
        guard redactor.knowsSecrets else { return value }
        return value.mappingStrings { redactor.redact($0) }
    }
}

extension KubernetesError {
    /// The error as a field of a log line.
    var logField: JSON { .string(description) }
}
