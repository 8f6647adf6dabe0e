import Values

/// Manifests as tests write them; JSON is YAML.
enum Manifest {
    /// A definition.
    static func workflow(
        _ name: String, kind: String = "Workflow", _ spec: JSON
    ) -> String {
        let json: JSON = [
            "apiVersion": "orchestrator.llm/v1", "kind": .string(kind),
            "metadata": ["name": .string(name)], "spec": spec,
        ]
        return json.prettyText
    }

    /// A task that runs a script of the shell.
    static func command(_ id: String, _ script: String, _ more: JSONObject = [:]) -> JSON {
        var task: JSONObject = [
            "id": .string(id), "type": "command",
            "inputs": ["shell": true, "command": .string(script)],
        ]
        task.merge(more)
        return .object(task)
    }

    /// A task that gives a value.
    static func value(_ id: String, _ value: JSON, _ more: JSONObject = [:]) -> JSON {
        var task: JSONObject = [
            "id": .string(id), "type": "transform", "inputs": ["value": value],
        ]
        task.merge(more)
        return .object(task)
    }

    /// A task that runs a template.
    static func child(_ id: String, of template: String) -> JSON {
        [
            "id": .string(id), "type": "workflow",
            "workflow": ["kind": "Template", "name": .string(template)],
        ]
    }

    /// A workflow of one task that gives a value.
    static func single(_ name: String, _ value: JSON) -> String {
        workflow(
            name,
            [
                "tasks": [Manifest.value("only", value)],
                "outputs": ["value": "${{ tasks.only.outputs.value }}"],
            ])
    }
}
