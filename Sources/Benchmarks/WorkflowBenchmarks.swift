import Values
import Workflows

/// Measures how long it takes to read, check and compile a manifest of 1,000 tasks.
func workflowBenchmarks(report: (String, Double, String) -> Void) {
    let text = wideManifest(tasks: 1000)
    let bytes = Array(text.utf8)
    let spec = ManifestFile(bytes, path: "wide.yaml").resources.first?.json["spec"] ?? .null
    report(
        "workflows.compile.1000-tasks",
        milliseconds { _ = WorkflowCompiler().compilation(of: spec) }, "ms")
    report(
        "workflows.manifest.1000-tasks",
        milliseconds { _ = ManifestFile(bytes, path: "wide.yaml") }, "ms")
    let chain = longCycle(tasks: 1000)
    report(
        "workflows.refuse-cycle.1000-tasks",
        milliseconds { _ = WorkflowCompiler().compilation(of: chain) }, "ms")
}

/// The median of eleven runs.
private func milliseconds(_ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    let times = (0..<11).map { _ in clock.measure(work) }.sorted()
    let (seconds, attoseconds) = times[5].components
    return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
}

/// Layers of ten tasks, each of which waits for two of the layer before and refers to one of them.
private func wideManifest(tasks: Int) -> String {
    var text = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata:
          name: wide
        spec:
          inputs:
            - {name: base, type: string, default: "http://localhost"}
          tasks:

        """
    for index in 0..<tasks {
        text += "    - id: task-\(index)\n      type: http\n      timeout: 30s\n"
        text += "      retryPolicy: {maxAttempts: 3, initialInterval: 1s}\n"
        if index >= 10 { text += "      dependsOn: [task-\(index - 10), task-\(index - 9)]\n" }
        text += "      inputs:\n        url: ${{ workflow.inputs.base }}/item/\(index)\n"
        if index >= 10 {
            text +=
                "        body: {previous: \"${{ tasks.task-\(index - 10).outputs.json.id }}\"}\n"
        }
    }
    return text
}

private func longCycle(tasks: Int) -> JSON {
    let list = (0..<tasks).map { index -> JSON in
        [
            "id": .string("task-\(index)"), "type": "transform",
            "dependsOn": [.string("task-\((index + 1) % tasks)")],
        ]
    }
    return ["tasks": .array(list)]
}
