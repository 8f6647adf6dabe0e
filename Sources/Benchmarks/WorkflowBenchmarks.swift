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
    let manifests = (0..<1000).map { Array(usualManifest($0).utf8) }
    report(
        "workflows.validate.1000-manifests",
        milliseconds {
            for manifest in manifests { _ = ManifestFile(manifest, path: "usual.yaml") }
        },
        "ms")
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

/// What people write: inputs with validations, seven tasks of several types, containers, outputs.
private func usualManifest(_ number: Int) -> String {
    """
    apiVersion: orchestrator.llm/v1
    kind: Workflow
    metadata:
      name: usual-\(number)
      labels: {team: data}
    spec:
      description: Fetches figures, checks them and publishes a report.
      config: {timeout: 1h, maxParallel: 4, retryPolicy: {maxAttempts: 3, initialInterval: 1s}}
      inputs:
        - {name: source, type: string, required: true, validation: {pattern: "^https?://"}}
        - {name: threshold, type: float, default: 0.5, validation: {minimum: 0, maximum: 1}}
      tasks:
        - id: fetch
          type: http
          timeout: 30s
          inputs:
            url: ${{ workflow.inputs.source }}
            headers: {X-Run: "run ${{ run.name }}"}
          fallback: [{cached: {maxAge: 1d}}, {value: {json: {score: 0}}}]
        - id: check-figures
          type: transform
          inputs:
            score: ${{ tasks.fetch.outputs.json.score }}
            good: ${{ tasks.fetch.outputs.json.score >= workflow.inputs.threshold }}
          outputs: {score: number, good: boolean}
        - id: each
          type: map
          items: ${{ tasks.fetch.outputs.json.items }}
          maxParallel: 4
          tasks:
            - id: measure
              type: command
              inputs: {command: [measure, "${{ item.name }}", "${{ index }}"], outputFormat: json}
            - id: keep
              type: transform
              condition: tasks.measure.outputs.exitCode == 0
              inputs: {value: "${{ tasks.measure.outputs.json.value }}"}
        - id: warn
          type: command
          condition: "!tasks.check-figures.outputs.good"
          onFailure: Continue
          inputs: {command: [notify, "score ${{ tasks.check-figures.outputs.score }}"]}
        - id: publish
          type: command
          dependsOn: [warn, each]
          inputs: {shell: true, command: "publish --count {{ tasks.each.outputs.count }}"}
      outputs:
        score: ${{ tasks.check-figures.outputs.score }}
        page: {value: "${{ tasks.publish.outputs.stdout }}", fallback: none}
    """
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
