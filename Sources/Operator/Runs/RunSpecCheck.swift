import Resources
import Values

/// What a run's spec must not say, whatever its definition is.
enum RunSpecCheck {
    /// The reason of a run that is refused for it.
    static let reason = "InvalidSpec"

    /// What contradicts itself or can never be, in a sentence; nil where nothing does.
    ///
    /// An API server does not say so: a schema that did would keep those which are stored already from
    /// ever being written again.
    ///
    /// - Parameters:
    ///   - spec: `spec` of a `WorkflowRun`.
    ///   - name: the run's name.
    ///   - label: the label that names its workflow. One that was launched, or run from a file, carries
    ///     the definition beside the name of what that came from, which the label is, too.
    static func problem(in spec: JSON, name: String, label: String?) -> String? {
        if spec["workflowSpec"] != nil, let reference = spec["workflowRef"],
            label != ResourceName.labelValue(reference["name"]?.stringValue ?? "")
        {
            return "spec.workflowRef and spec.workflowSpec are two definitions: remove one of them"
        }
        guard let retry = spec["retryOf"] else { return nil }
        if spec["restoreFrom"] != nil {
            return
                "spec.retryOf and spec.restoreFrom are two runs to go on from: remove one of them"
        }
        if retry["run"]?.stringValue == name {
            return "spec.retryOf names the run itself, which cannot end before it starts: name the"
                + " run to try again"
        }
        let task = retry["task"]?.stringValue ?? ""
        let isOfTask = retry["mode"] == "Task"
        if isOfTask, task.isEmpty {
            return "spec.retryOf has the mode Task and names none: set spec.retryOf.task"
        }
        if !isOfTask, !task.isEmpty {
            return "spec.retryOf names the task \(task), which only the mode Task goes by: set"
                + " spec.retryOf.mode to Task, or remove the task"
        }
        return nil
    }
}
