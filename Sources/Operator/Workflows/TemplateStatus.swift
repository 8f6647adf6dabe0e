import Kubernetes
import Resources
import Values
import Workflows

/// The status of a definition that is only run by reference.
enum TemplateStatus {
    static func of(
        _ template: KubernetesObject, plan: Result<WorkflowPlan, Diagnostics>, now: Timestamp
    ) -> JSON {
        var status: JSON = ["observedGeneration": .integer(template.generation)]
        let state: ReadyState
        switch plan {
        case .success(let plan):
            status["digest"] = .string(plan.digest.description)
            status["tasks"] = .integer(Int64(plan.tasks.count))
            state = .ready(reason: "Valid", message: "\(plan.tasks.count) tasks")
        case .failure(let diagnostics):
            status["diagnostics"] = .array(diagnostics.all.prefix(20).map(\.statusJSON))
            state = .stalled(reason: "InvalidDefinition", message: diagnostics.summary)
        }
        status["conditions"] = state.json(
            replacing: template.status["conditions"], generation: template.generation, now: now)
        return status
    }
}
