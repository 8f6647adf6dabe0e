import Values

/// Objects of the kind that an API server sends: canonical texts, names sorted as it sorts them.
enum SampleObjects {
    /// A run with so many finished tasks; 15 KB with 66.
    static func run(_ number: Int, tasks: Int) -> JSON {
        let finished = (0..<tasks).map { task -> (String, JSON) in
            (
                "task-\(task)",
                [
                    "attempt": 1, "completionTime": "2026-11-20T09:24:47Z",
                    "outputs": [
                        "score": .double(Double(task) / 100), "status": 200,
                        "text": .string(
                            "The answer to question \(task) is \"42\", found after some steps."),
                    ],
                    "phase": "Completed", "startTime": "2026-11-20T09:24:46Z",
                ]
            )
        }
        return [
            "apiVersion": "orchestrator.llm/v1", "kind": "WorkflowRun",
            "metadata": [
                "creationTimestamp": "2026-11-20T09:24:46Z", "generation": 1,
                "labels": [
                    "orchestrator.llm/repository": "workflows",
                    "orchestrator.llm/workflow": "evaluate-answers",
                ],
                "name": .string("evaluate-answers-\(number)"), "namespace": "team",
                "resourceVersion": .string("\(number + 1)"),
                "uid": .string("0f4c2a5e-6a51-4f0e-9d0e-\(100_000_000_000 + number)"),
            ],
            "spec": [
                "desiredState": "Running",
                "inputs": ["limit": 10, "question": "What is the answer?"], "priority": 5,
                "workflowRef": ["kind": "Workflow", "name": "evaluate-answers"],
            ],
            "status": status(number, tasks: JSONObject(finished)),
        ]
    }

    private static func status(_ number: Int, tasks: JSONObject) -> JSON {
        [
            "checkpoint": ["sequence": .integer(Int64(number))],
            "conditions": [
                [
                    "lastTransitionTime": "2026-11-20T09:24:46Z",
                    "message": "3 of 7 tasks are done", "observedGeneration": 1,
                    "reason": "Running", "status": "False", "type": "Ready",
                ]
            ],
            "observedGeneration": 1, "phase": "Running", "progress": "3/7",
            "startTime": "2026-11-20T09:24:46Z", "tasks": .object(tasks),
        ]
    }

    /// A list of runs; 5 MB with 2,800.
    static func list(_ count: Int) -> JSON {
        [
            "apiVersion": "orchestrator.llm/v1", "kind": "WorkflowRunList",
            "items": .array((0..<count).map { run($0, tasks: 4) }),
            "metadata": ["resourceVersion": "100000"],
        ]
    }
}
