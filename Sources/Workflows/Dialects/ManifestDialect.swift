import Values

/// The forms that a workflow may be written in.
public enum ManifestDialect: String, Sendable, Hashable, CaseIterable {
    /// `apiVersion`, `kind`, `metadata`, `spec`: what an API server takes.
    case kubernetes
    /// `name` and `steps`, one after the other, with `{{ }}`.
    case steps
    /// `id` and `tasks`, each with a `type` that is an object, with `${ }`.
    case engine
    /// `parameters` and `steps` with a `step_type` and `dependencies`.
    case research

    /// The dialect of an object, by the fields that only it has; nil where none fits.
    static func recognise(_ members: JSONObject) -> ManifestDialect? {
        let ours = ["apiVersion", "kind", "spec"]
        if ours.contains(where: members.contains) { return .kubernetes }
        // The engine form has a `metadata` of its own.
        let isEngine = members.contains("tasks") && members["steps"]?.isNull ?? true
        if members.contains("metadata"), !isEngine { return .kubernetes }
        if let steps = members["steps"] {
            let isResearch =
                members.contains("parameters") || members["steps"].map(hasResearchSteps) ?? false
            return steps.isNull ? nil : isResearch ? .research : .steps
        }
        return members.contains("tasks") ? .engine : nil
    }

    private static func hasResearchSteps(_ steps: JSON) -> Bool {
        (steps.arrayValue ?? []).contains { step in
            step["step_type"] != nil || step["dependencies"] != nil
        }
    }

    /// The sentence about an object that is in no dialect.
    static func whatWasSeen(_ members: JSONObject) -> String {
        guard !members.isEmpty else { return "the manifest is empty" }
        let shown = members.keys.prefix(6).joined(separator: ", ")
        let more = members.count > 6 ? ", …" : ""
        return "this is no form of workflow that is known: it has \(shown)\(more)"
    }

    /// What an object should have to be in one.
    static let whatIsExpected =
        "begin with apiVersion: orchestrator.llm/v1 and kind: Workflow; or with name and steps; or"
        + " with id and tasks"
}
