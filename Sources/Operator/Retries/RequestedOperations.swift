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

    /// What becomes of the operations that nobody answered before their run ended, by their ids: as many
    /// as its status has room for.
    static func refused(of run: KubernetesObject, now: Timestamp) -> JSONObject {
        let answered = run.status["operations"]?.objectValue ?? [:]
        let asked = of(run).map(\.id).filter { answered[$0] == nil }
        guard !asked.isEmpty else { return [:] }
        let phase = run.status["phase"]?.stringValue ?? ""
        let record: JSON = [
            "message": .string("the run is \(phase), and what has ended stays as it ended"),
            "result": .string(OperationRecord.Result.refused.rawValue),
            "time": .string(now.description),
        ]
        var records: JSONObject = [:]
        var room = RunLimits().statusBytes - run.status.bytes.count
        for id in asked {
            room -= JSON.string(id).bytes.count + record.bytes.count + 2
            guard answered.count + records.count < OperationRecord.maximumKept, room > 0 else {
                break
            }
            records[id] = record
        }
        return records
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
