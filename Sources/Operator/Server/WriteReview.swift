import Resources
import Values
import Workflows

/// What whoever writes a definition to the embedded plane is warned of at once.
///
/// The same compiler decides later whether the definition runs, and writes why not into its status: who
/// applies it need not look there to know.
enum WriteReview {
    /// The checker's diagnostics for an object, errors first; empty for kinds without a definition.
    ///
    /// O(tasks), as a compilation.
    static func warnings(kind: String, _ object: JSON) -> [String] {
        let place: JSONPath
        switch kind {
        case "Workflow", "Template": place = ["spec"]
        case "WorkflowRun": place = ["spec", "workflowSpec"]
        default: return []
        }
        let spec = kind == "WorkflowRun" ? object["spec"]?["workflowSpec"] : object["spec"]
        let problem =
            kind == "WorkflowRun"
            ? RunSpecCheck.problem(
                in: object["spec"] ?? [:], name: object["metadata"]?["name"]?.stringValue ?? "",
                label: object["metadata"]?["labels"]?[Labels.workflow]?.stringValue) : nil
        let contradictions = problem.map { [$0] } ?? []
        guard let spec else { return contradictions }
        let found = WorkflowCompiler().compilation(of: spec, at: place).diagnostics
        let errors = found.errors
        return contradictions
            + (errors + found.all.filter { $0.severity != .error }).map(\.description)
    }
}
