import Schemas

extension ResourceDefinition {
    /// `Workflow`: a definition that runs are made of.
    public static let workflow = ResourceDefinition(
        kind: "Workflow", plural: "workflows", shortNames: ["wf"],
        schema: CommonSchemas.resource(
            "A workflow: tasks that depend on each other, with the values they take and give.",
            spec: WorkflowSpecSchema.schema, status: workflowStatus),
        printerColumns: workflowColumns)

    /// `Template`: a definition that only other definitions and runs refer to.
    public static let template = ResourceDefinition(
        kind: "Template", plural: "templates", shortNames: ["wft"],
        schema: CommonSchemas.resource(
            "A reusable workflow, which runs and other workflows refer to by name.",
            spec: WorkflowSpecSchema.schema, status: workflowStatus),
        printerColumns: workflowColumns)

    private static let workflowStatus = Schema.object(
        "What the operator found of the definition and of its runs.",
        [
            "conditions": CommonSchemas.conditions,
            "observedGeneration": CommonSchemas.observedGeneration,
            "digest": .string("The digest of the canonical definition."),
            "tasks": .integer("The number of tasks.", minimum: 0),
            "activeRuns": .integer("The number of runs that have not ended.", minimum: 0),
            "lastRun": .object(
                "The run that was started last.",
                [
                    "name": .string("Its name."),
                    "uid": .string("Its UID."),
                    "digest": .string("The digest of the definition it was launched for."),
                    "phase": .string("Its phase."),
                    "startTime": .timestamp("When it started."),
                    "completionTime": .timestamp("When it ended."),
                ]),
            "diagnostics": .array(
                "What is wrong with the definition.",
                of: .object(
                    "One error or warning.",
                    [
                        "severity": .string("How grave it is.", enum: ["error", "warning"]),
                        "code": .string("Its stable code, as E0123."),
                        "path": .string("The place in the object."),
                        "message": .string("What is wrong."),
                        "suggestion": .string("What to do about it."),
                    ]), listType: .atomic),
        ])

    private static let workflowColumns: [PrinterColumn] = [
        CommonSchemas.ready,
        PrinterColumn(
            "Tasks", ".status.tasks", type: "integer", description: "The number of tasks."),
        PrinterColumn(
            "Last Run", ".status.lastRun.name", description: "The run that was started last."),
        PrinterColumn("Phase", ".status.lastRun.phase", description: "The phase of that run."),
        CommonSchemas.age,
        PrinterColumn(
            "Digest", ".status.digest", description: "The digest of the definition.", priority: 1),
        PrinterColumn(
            "Message", ".status.conditions[?(@.type==\"Ready\")].message",
            description: "Why the definition is ready or not.", priority: 1),
    ]
}
