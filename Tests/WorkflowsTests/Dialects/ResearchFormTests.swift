import Testing
import Values
import Workflows

@Suite struct ResearchFormTests {
    static let text = """
        id: 7d1e
        name: sweep
        version: 2.0.0
        default_timeout: {secs: 90, nanos: 0}
        parameters:
          - {name: rate, parameter_type: float, required: true, default: null, description: null}
          - {name: seeds, parameter_type: list, required: true, default: [1, 2]}
        steps:
          - id: train
            name: Train
            step_type: experiment
            config:
              parameters: {epochs: 3}
              inputs:
                rate: {parameter: rate}
                note: {literal: "costs ${{ money }}"}
                long: {expression: seeds.size() > 3}
              resources: {gpu: 1}
            dependencies: []
            retry: {max_attempts: 2, delay: {secs: 1, nanos: 500000000}, backoff_multiplier: 2.0}
            outputs: [{name: loss, output_type: scalar}, {name: model, output_type: artifact}]
          - id: check
            name: Check
            step_type: {custom: leak-detector}
            config:
              parameters: {}
              inputs: {model: {step_output: {step_id: train, output_name: model}}}
            dependencies: [train]
            condition: {expression: steps.train.outputs.loss < rate, on_false: fail}
            outputs: []
          - id: again
            name: Again
            step_type: loop
            config:
              parameters:
                items: seeds
                steps: [{id: one, name: One, step_type: benchmark, config: {parameters: {seed: "{{ item }}"}, inputs: {}}}]
              inputs: {}
            dependencies: [check]
            timeout: 5m
        triggers:
          - manual
          - event: {event_type: pushed, filter: branch == "main"}
          - webhook: {path: /sweep}
        """

    @Test func `a research pipeline is a workflow, with nothing lost`() throws {
        let file = ManifestFile(ResearchFormTests.text, path: "f.yaml")
        #expect(file.diagnostics.errors.isEmpty, "\(file.rendered())")
        let object = try #require(file.resources.first).json
        let spec = try #require(object["spec"])
        #expect(object["metadata"]?["annotations"]?["orchestrator.llm/id"] == "7d1e")
        #expect(
            spec["inputs"] == [
                ["name": "rate", "type": "number", "required": true],
                ["name": "seeds", "type": "array", "default": [1, 2]],
            ])
        let train = try #require(spec["tasks"]?[0])
        #expect(
            train["inputs"] == [
                "epochs": 3, "rate": "${{ workflow.inputs.rate }}", "note": "costs $${{ money }}",
                "long": "${{ workflow.inputs.seeds.size() > 3 }}",
            ])
        #expect(train["timeout"] == "1m30s")
        #expect(train["retryPolicy"]?["initialInterval"] == "1.5s")
        #expect(train["resources"] == ["gpu": 1])
        #expect(train["outputs"] == ["loss": "any", "model": "object"])
        #expect(train["config"] == ["outputTypes": ["loss": "scalar", "model": "artifact"]])
        let check = try #require(spec["tasks"]?[1])
        #expect(check["type"] == "custom")
        #expect(check["executor"] == "leak-detector")
        #expect(check["onFalse"] == "Fail")
        #expect(check["condition"] == "${{ tasks.train.outputs.loss < workflow.inputs.rate }}")
        #expect(check["inputs"]?["model"] == "${{ tasks.train.outputs.model }}")
        let again = try #require(spec["tasks"]?[2])
        #expect(again["items"] == "${{ workflow.inputs.seeds }}")
        #expect(again["tasks"]?[0]?["inputs"]?["seed"] == "${{ item }}")
        #expect(spec["outputs"]?["train.loss"] == "${{ tasks.train.outputs.loss }}")
        #expect(
            spec["triggers"] == [
                ["type": "manual"],
                ["type": "event", "eventType": "pushed", "filter": "branch == \"main\""],
                ["type": "webhook", "path": "/sweep"],
            ])
    }
}
