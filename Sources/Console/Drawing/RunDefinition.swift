public import Values

/// The definition of a run, wherever its object holds it.
public enum RunDefinition {
    /// The spec: pinned into the status from a reference, or carried by the run itself.
    public static func spec(of run: JSON) -> JSON? {
        run["status"]?["definition"] ?? run["spec"]?["workflowSpec"]
    }

    /// The tasks, in the order of the definition.
    public static func tasks(of run: JSON) -> [JSON] { spec(of: run)?["tasks"]?.arrayValue ?? [] }

    /// The tasks of `finally`, in the order of the definition.
    public static func finally(of run: JSON) -> [JSON] {
        spec(of: run)?["finally"]?.arrayValue ?? []
    }

    /// What the paths of the tasks of `finally` start with; a task of that name keeps its own.
    public static func finallyPrefix(taskIDs: some Sequence<String>) -> String {
        taskIDs.contains("finally") ? "finally~." : "finally."
    }

    /// What the path of a task ends with that undoes another.
    public static let compensationSuffix = "~compensation"
}
