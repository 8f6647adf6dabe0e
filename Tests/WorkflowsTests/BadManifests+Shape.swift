extension BadManifest {
    /// Mistakes of text, identity and shape.
    static let shape: [BadManifest] = [
        BadManifest("a text that is not YAML", "a: [1, 2\nb: 3\n", ["2:2:E0001"]),
        BadManifest("a key that is there twice", "kind: Workflow\nkind: Template\n", ["2:1:E0001"]),
        BadManifest("a list instead of an object", "- a\n- b\n", ["1:1:E0003"]),
        BadManifest("a text instead of an object", "hello\n", ["1:1:E0003"]),
        BadManifest("an empty object", "{}\n", ["1:1:E0004", "1:1:E0006", "1:1:E0008"]),
        BadManifest(
            "an apiVersion with a slip",
            "apiVersion: orchestrator.llm/v2\nkind: Template\nmetadata:\n  name: a\n"
                + "spec:\n  tasks:\n    - {id: a, type: transform}\n", ["1:13:E0005"]),
        BadManifest(
            "an apiVersion of somebody else",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n", ["1:13:E0005"]),
        BadManifest(
            "a kind with a slip",
            "apiVersion: orchestrator.llm/v1\nkind: Worklfow\nmetadata:\n  name: a\n",
            ["2:7:E0007"]),
        BadManifest(
            "a kind that only the operator writes",
            "apiVersion: orchestrator.llm/v1\nkind: RunCheckpoint\nmetadata:\n  name: a\n",
            ["2:7:E0007"]),
        BadManifest(
            "no name",
            "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata:\n  labels: {a: b}\n"
                + "spec:\n  tasks:\n    - {id: a, type: transform}\n", ["3:1:E0008"]),
        BadManifest(
            "a name that is none, and a label that is no text",
            "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata:\n  name: My_Flow\n"
                + "  labels:\n    tr: true\nspec:\n  tasks:\n    - {id: a, type: transform}\n",
            ["4:9:E0009", "6:9:E0011"]),
        BadManifest(
            "a namespace that is none",
            "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata:\n  name: a\n"
                + "  namespace: a.b\nspec:\n  tasks:\n    - {id: a, type: transform}\n",
            ["5:14:E0009"]),
        BadManifest(
            "one name twice in a file",
            """
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: a}
            spec:
              tasks: [{id: a, type: transform}]
            ---
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: a}
            spec:
              tasks: [{id: a, type: transform}]
            """, ["9:18:E0010"]),
        BadManifest(
            "no spec", "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata: {name: a}\n",
            ["1:1:E0102"]),
        BadManifest(
            "a misspelt field at the top",
            "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata: {name: a}\nspce: {}\n",
            ["1:1:E0102", "4:1:E0101"]),
        BadManifest("no tasks", spec: "  description: nothing\n", ["5:1:E0102"]),
        BadManifest("an empty list of tasks", spec: "  tasks: []\n", ["6:10:E0107"]),
        BadManifest("tasks that are no list", spec: "  tasks: {a: b}\n", ["6:10:E0103"]),
        BadManifest(
            "a misspelt field of a task",
            spec: "  tasks:\n    - id: a\n      type: transform\n      dependOn: []\n",
            ["9:7:E0101"]),
        BadManifest(
            "a task without id and type", spec: "  tasks:\n    - name: x\n",
            ["7:7:E0102", "7:7:E0102"]),
        BadManifest(
            "a description that YAML reads as a number",
            spec: "  description: 12\n  tasks: [{id: a, type: transform}]\n", ["6:16:E0103"]),
        BadManifest(
            "an action that is none",
            spec: "  tasks:\n    - id: a\n      type: transform\n      onFailure: fail\n",
            ["9:18:E0104"]),
        BadManifest(
            "bounds of a retry policy",
            spec: "  config:\n    maxParallel: 0\n    retryPolicy:\n      maxAttempts: 0\n"
                + "      backoffMultiplier: 0.5\n      jitter: 2\n"
                + "  tasks: [{id: a, type: transform}]\n",
            ["7:18:E0106", "9:20:E0106", "10:26:E0106", "11:15:E0106"]),
        BadManifest(
            "a dependency named twice",
            spec: "  tasks:\n    - {id: a, type: transform}\n"
                + "    - {id: b, type: transform, dependsOn: [a, a]}\n", ["8:47:E0108"]),
        BadManifest(
            "a repository without url, with a wrong interval and a short commit",
            """
            apiVersion: orchestrator.llm/v1
            kind: WorkflowRepository
            metadata:
              name: repo
            spec:
              interval: often
              ref:
                commit: abc123
            """, ["5:1:E0102", "6:13:E0206", "8:13:E0105"]),
        BadManifest(
            "a run of nothing",
            """
            apiVersion: orchestrator.llm/v1
            kind: WorkflowRun
            metadata:
              name: run
            spec:
              desiredState: Stopped
            """, ["5:1:E0406", "6:17:E0104"]),
        BadManifest(
            "a run with inputs its own definition does not take",
            """
            apiVersion: orchestrator.llm/v1
            kind: WorkflowRun
            metadata:
              name: run
            spec:
              workflowSpec:
                inputs:
                  - {name: count, type: integer, required: true}
                  - {name: label, validation: {maxLength: 3}, type: string}
                tasks:
                  - id: a
                    type: transform
                    inputs: {all: "${{ workflow.inputs }}"}
              inputs:
                cuont: 3
                label: long
            """, ["14:3:E0501", "15:5:E0502", "16:12:E0504"]),
    ]
}
