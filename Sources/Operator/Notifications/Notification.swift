import Engine
import Expressions
import Kubernetes
import Values

/// One thing that is told of a run's end.
struct Notification: Hashable {
    /// Its place in the definition, which names it in the status: `onFailure.0`.
    let id: String
    /// `webhook`, `alert` or `deadletter`.
    let type: String
    /// The settings of the type, evaluated; nil where an expression has no value.
    let content: Result<JSONObject, NotificationError>

    /// The most attempts to send one.
    static let maximumAttempts: Int64 = 10
    /// The wait after the first attempt, which doubles with each, and the longest.
    static let backoff = (first: Duration.seconds(1), longest: Duration.seconds(300))

    /// When the next attempt is due, as the status tells; nil where there is none.
    ///
    /// It counts from the time that is stored, so a restart neither hastens nor repeats it.
    func due(in status: JSON, now: Timestamp) -> Timestamp? {
        guard let entry = status["notifications"]?[id] else { return now }
        guard entry["phase"] == "Retrying" else { return nil }
        let attempts = max(1, attempts(in: status))
        let last = entry["time"]?.stringValue.flatMap { Timestamp($0) } ?? now
        let doubled = Notification.backoff.first * (1 << min(attempts - 1, 20))
        return last + min(doubled, Notification.backoff.longest)
    }

    /// How often it was sent, as the status tells: somebody else may have written anything there.
    func attempts(in status: JSON) -> Int64 {
        let count = status["notifications"]?[id]?["attempts"]?.integerValue ?? 0
        return min(max(0, count), Notification.maximumAttempts)
    }

    /// What a run's end asks to be told, in the order of the definition; empty where it goes on.
    static func all(of run: KubernetesObject) -> [Notification] {
        let definition = run.status["definition"] ?? run.spec["workflowSpec"]
        guard let events = definition?["events"] else { return [] }
        let told = endings(of: run).flatMap { ending in
            (events[ending]?.arrayValue ?? []).enumerated().map { (ending, $0.offset, $0.element) }
        }
        guard !told.isEmpty else { return [] }
        let bindings = RunBindings.of(run)
        return told.map { ending, position, content in
            Notification(
                id: "\(ending).\(position)", type: content["type"]?.stringValue ?? "",
                content: evaluate(content, bindings))
        }
    }

    private static func evaluate(
        _ content: JSON, _ bindings: Bindings
    ) -> Result<JSONObject, NotificationError> {
        do throws(ValueTemplateError) {
            let template = try ValueTemplate(parsing: content)
            do throws(EvaluationError) {
                return .success(try template.evaluate(bindings).objectValue ?? [:])
            } catch {
                return .failure(NotificationError("\(error)", isPermanent: true))
            }
        } catch {
            return .failure(NotificationError("\(error)", isPermanent: true))
        }
    }

    /// The lists of `spec.events` that a run's phase stands for.
    private static func endings(of run: KubernetesObject) -> [String] {
        switch run.status["phase"]?.stringValue {
        case "Completed": ["onSuccess", "onCompletion"]
        case "Failed", "RolledBack": ["onFailure", "onCompletion"]
        case "TimedOut": ["onTimeout", "onCompletion"]
        case "Cancelled": ["onCancel", "onCompletion"]
        default: []
        }
    }
}

/// Why a notification did not arrive.
struct NotificationError: Error, Hashable {
    let message: String
    /// Whether sending it again cannot help.
    let isPermanent: Bool

    init(_ message: String, isPermanent: Bool = false) {
        self.message = message
        self.isPermanent = isPermanent
    }
}

/// What expressions see of a run that ended: its inputs, outputs, tasks and how it ended.
enum RunBindings {
    static func of(_ run: KubernetesObject) -> Bindings {
        let status = run.status
        var about: JSON = ["name": .string(run.name), "namespace": .string(run.namespace)]
        about["uid"] = run.uid.map { .string($0) }
        for field in ["phase", "reason", "message"] { about[field] = status[field] ?? "" }
        let tasks = (status["tasks"]?.objectValue ?? [:]).map { path, task -> (String, JSON) in
            var view: JSON = ["phase": task["phase"] ?? "Pending"]
            if task["phase"] == "Completed" {
                let stored = task["outputs"]?.objectValue ?? [:]
                view["outputs"] = .object((try? OutputCoding.decode(stored)) ?? stored)
            }
            view["error"] = task["error"]
            return (path, view)
        }
        return Bindings([
            "run": about, "workflow": ["inputs": status["inputs"] ?? run.spec["inputs"] ?? [:]],
            "outputs": status["outputs"] ?? [:], "tasks": .object(JSONObject(tasks)),
        ])
    }
}
