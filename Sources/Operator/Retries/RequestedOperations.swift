import Engine
import Kubernetes
import Values

/// What users ask of a run that goes on: `spec.operations`.
enum RequestedOperations {
    /// The operations in the order of the list, each with its id.
    static func of(_ run: KubernetesObject) -> [(id: String, operation: RunOperation)] {
        (run.spec["operations"]?.arrayValue ?? []).compactMap { request in
            guard let id = request["id"]?.stringValue, let operation = operation(request) else {
                return nil
            }
            return (id, operation)
        }
    }

    private static func operation(_ request: JSON) -> RunOperation? {
        // Without a task it is about none: the run refuses it, and says so.
        let task = request["task"]?.stringValue ?? ""
        let outputs = request["outputs"]?.objectValue
        switch request["type"]?.stringValue {
        case "RetryTask": return .retryTask(task)
        case "SkipTask": return .skipTask(task)
        case "SetOutputs": return .setOutputs(task, outputs)
        case "Resolve":
            switch request["resolution"]?.stringValue {
            case "Complete": return .resolveInDoubt(task, .complete(outputs ?? [:]))
            case "Fail": return .resolveInDoubt(task, .fail)
            default: return .resolveInDoubt(task, .retry)
            }
        case "Checkpoint":
            let label = request["name"]?.stringValue ?? request["id"]?.stringValue ?? ""
            return .checkpoint(label: label)
        case "Rollback": return .rollback
        default: return nil
        }
    }
}
