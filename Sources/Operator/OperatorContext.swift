import Engine
import Kubernetes
import Observability
import Values
import Workflows

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

    /// Where the account of what runs do is kept.
    var audit = AuditTrail()

    /// Records an event about an object.
    func record(_ object: KubernetesObject, isWarning: Bool, reason: String, message: String) {
        events.record(
            ObjectReference(object), isWarning: isWarning, reason: reason,
            message: redact(message, in: object.namespace))
    }

    /// Writes fields of an object's status, on the version of it that was looked at (law 22).
    func patchStatus(
        _ type: ResourceType, of object: KubernetesObject, _ status: JSON,
        timeout: Duration = KubernetesLimits.requestTimeout
    ) async throws(KubernetesError) -> KubernetesObject {
        var metadata: JSON = [:]
        metadata["uid"] = object.uid.map { .string($0) }
        metadata["resourceVersion"] = object.resourceVersion.map { .string($0.description) }
        let texts = withoutSecrets(status: status, in: object.namespace)
        return try await client.patch(
            type, object.key, .merge(["metadata": metadata, "status": texts]),
            subresource: "status", options: WriteOptions(timeout: timeout))
    }
}

/// What keeps secrets out of what is written (law 35).
///
/// Each text is redacted where it comes in: what an attempt gives, before the run's machine sees it, so
/// that what is stored, what a restart reads and what tasks are given is the same. Nothing is redacted
/// on its way out but what people alone read: whoever writes a Secret chooses what is taken out, and a
/// Secret that says `Completed` must not change the phase of a run.
extension OperatorContext {
    /// The members of a status that are texts for people; the others are names, times, digests and words
    /// that are compared.
    private static let texts: Set<String> = ["comment", "message"]

    /// A text without the secrets that its namespace knows.
    func redact(_ text: String, in namespace: String) -> String {
        redactor.redact(text, in: namespace)
    }

    /// A value without secrets in its strings: one that a task or a user gave, not one of ours.
    func redact(value: JSON, in namespace: String) -> JSON {
        value.mappingStrings { redactor.redact($0, in: namespace) }
    }

    private func redact(_ error: TaskError, in namespace: String) -> TaskError {
        var error = error
        error.message = redact(error.message, in: namespace)
        return error
    }

    /// The end of an attempt without secrets, as the run gets to know it.
    func redact(_ outcome: AttemptOutcome, in namespace: String) -> AttemptOutcome {
        switch outcome {
        case .succeeded(let outputs):
            .succeeded(
                outputs: redact(value: .object(outputs), in: namespace).objectValue ?? outputs)
        case .failed(let error): .failed(redact(error, in: namespace))
        case .cancelled: .cancelled
        }
    }

    /// A status of which somebody else than a run's machine is the author, without secrets in its texts.
    ///
    /// Compare it with what is stored after this, or the two differ for ever.
    func withoutSecrets(status: JSON, in namespace: String) -> JSON {
        status.mappingStrings(named: OperatorContext.texts) { redact($0, in: namespace) }
    }
}

extension KubernetesError {
    /// The error as a field of a log line.
    var logField: JSON { .string(description) }
}
