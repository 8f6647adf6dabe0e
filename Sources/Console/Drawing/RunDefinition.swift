public import Values

/// The definition of a run, wherever its object holds it.
public enum RunDefinition {
    /// The spec: pinned into the status from a reference, or carried by the run itself.
    public static func spec(of run: JSON) -> JSON? {
        run["status"]?["definition"] ?? run["spec"]?["workflowSpec"]
    }

    /// The tasks, in the order of the definition.
    public static func tasks(of run: JSON) -> [JSON] { spec(of: run)?["tasks"]?.arrayValue ?? [] }
}
