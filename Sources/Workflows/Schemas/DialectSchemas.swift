import Schemas

/// The forms of workflows that are no Kubernetes objects, as far as editors need to know them.
///
/// A form is checked in full by what translates it; these describe the fields that it has by name.
enum DialectSchemas {
    /// The forms by name.
    static let all: [String: Schema] = [
        "Steps": steps, "Engine": engine, "Research": research,
    ]

    /// An object with named members, which may have others.
    private static func open(
        _ description: String, required: [String] = [], _ properties: [String: Schema]
    ) -> Schema {
        var schema = Schema.object(description, required: required, properties)
        schema.additionalProperties = .any
        return schema
    }

    private static let version = Schema.anything("The version of the workflow.")
    private static let free = Schema.freeObject("Values by name.")

    /// Steps one after the other, whose results are variables: `{{ name }}`.
    private static let steps = open(
        "A workflow of steps, one after the other.", required: ["name", "steps"],
        [
            "name": .string("The name.", minimumLength: 1),
            "version": version,
            "description": .string("What the workflow is for."),
            "steps": .array(
                "The steps, in their order.",
                of: open(
                    "One step.", required: ["id", "type"],
                    [
                        "id": .string("The name of the step.", minimumLength: 1),
                        "type": .string(
                            "What the step does: llm, embed, vector_search, transform, action,"
                                + " parallel, branch and others.", minimumLength: 1),
                        "output": .string("The variable that holds the step's result."),
                        "provider": .string("Who serves the model."),
                        "model": .string("The model."),
                        "prompt": .string("What the model is asked; {{ }} holds expressions."),
                        "tasks": .array(
                            "The steps that run at the same time.", of: .freeObject("A step.")),
                        "branches": .freeObject(
                            "For each value of the condition, the steps that run."),
                    ]), minimumItems: 1),
        ])

    private static let failureActions = ["Fail", "Continue", "Retry", "Rollback"]

    /// Tasks with a type object and names in snake case.
    private static let engine = open(
        "A workflow of the engine's form: id, variables, and tasks that depend on each other.",
        required: ["id", "tasks"],
        [
            "id": .string("The id of the workflow.", minimumLength: 1),
            "name": .string("A title for people."),
            "version": version,
            "description": .string("What the workflow is for."),
            "variables": .freeObject("Values by name: ${name} is the value."),
            "config": open(
                "Settings of the whole run.",
                [
                    "max_parallel_tasks": .integer(
                        "How many tasks may be under way at once.", minimum: 1),
                    "timeout_seconds": .integer("How long a run may take.", minimum: 0),
                    "checkpoint_interval_seconds": .integer(
                        "How often progress is kept.", minimum: 0),
                    "enable_rollback": .boolean("Whether failed runs are rolled back."),
                    "notification_config": free,
                ]),
            "tasks": .array("The tasks.", of: engineTask, minimumItems: 1),
        ])

    private static let engineTask = open(
        "One task.", required: ["id", "type"],
        [
            "id": .string("The name of the task.", minimumLength: 1),
            "name": .string("A title for people."),
            "type": open(
                "What the task does, with the fields of its type.", required: ["type"],
                [
                    "type": .string(
                        "The type.",
                        enum: [
                            "Command", "Http", "Query", "Deploy", "Scale", "Approval",
                            "Conditional", "Loop", "Subworkflow", "Plugin",
                        ])
                ]),
            "depends_on": .array(
                "The tasks that must have ended before.", of: .string("The id of a task.")),
            "retry_policy": open(
                "How often a failed attempt is made again.",
                [
                    "max_attempts": .integer("How many attempts are made in all.", minimum: 1),
                    "initial_delay_ms": .integer("The wait before the second.", minimum: 0),
                    "max_delay_ms": .integer("The longest wait.", minimum: 0),
                    "backoff_multiplier": .number(
                        "By how much each wait is longer than the one before.", minimum: 1),
                ]),
            "timeout": .anything("How long one attempt may take, as PT15M."),
            "config": open(
                "Settings of the task.",
                [
                    "on_failure": .string(
                        "What a failure does to the run.", enum: failureActions),
                    "checkpoint": .boolean("Whether progress is kept after the task."),
                ]),
        ])

    /// Research pipelines: typed parameters, and steps with dependencies.
    private static let research = open(
        "A research pipeline: typed parameters, steps that depend on each other, triggers.",
        required: ["name", "steps"],
        [
            "name": .string("The name.", minimumLength: 1),
            "version": version,
            "description": .string("What the pipeline is for."),
            "parameters": .array(
                "The values a run is started with.",
                of: open(
                    "One parameter.", required: ["name"],
                    [
                        "name": .string("Its name.", minimumLength: 1),
                        "required": .boolean("Whether a run must be given it."),
                        "default": .anything("The value where a run is not given one."),
                        "description": .string("What it is for."),
                    ])),
            "steps": .array(
                "The steps.",
                of: open(
                    "One step.", required: ["id", "step_type"],
                    [
                        "id": .string("The name of the step.", minimumLength: 1),
                        "step_type": .anything(
                            "What the step does: experiment, benchmark, transform, conditional,"
                                + " parallel, loop, sub_workflow, or custom with a name."),
                        "name": .string("A title for people."),
                        "dependencies": .array(
                            "The steps that must have ended before.",
                            of: .string("The id of a step.")),
                    ]), minimumItems: 1),
            "triggers": .array("What starts runs.", of: .anything("A trigger.")),
        ])
}
