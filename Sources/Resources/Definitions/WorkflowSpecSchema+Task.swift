import Schemas

extension WorkflowSpecSchema {
    /// One task: what all have, and what only containers have; the compiler says which go together.
    static let task: Schema = {
        var schema = Schema.object(
            "One step of the workflow.", required: ["id", "type"],
            identity.merging(order) { $1 }.merging(behaviour) { $1 })
        schema.properties.merge(control) { $1 }
        schema.properties["stream"] = stream
        return schema
    }()

    private static let identity: [String: Schema] = [
        "id": .string(
            "The name of the task, unique in its scope.", pattern: identifierPattern,
            maximumLength: maximumIdentifier),
        "type": .string(
            "What the task does, such as command, http, transform, approval, parallel or loop.",
            minimumLength: 1),
        "executor": .string("The implementation that is meant, where its type has several."),
        "name": .string("A title for people."),
        "description": .string("What the task is for."),
        "inputs": .freeObject("What the task's type takes; strings may hold expressions."),
        "outputs": .map(
            "The outputs the task gives, with their types.",
            of: .string(
                "The kind of value.",
                enum: [
                    "string", "integer", "number", "boolean", "array", "object", "any", "int",
                    "float",
                ])),
        "config": .freeObject("Settings of the executor's own."),
        "workflow": workflow("The definition that a task of type workflow runs."),
    ]

    private static func workflow(_ description: String) -> Schema {
        .object(
            description, required: ["name"],
            [
                "kind": .string("The kind of the definition.", enum: ["Workflow", "Template"]),
                "name": .string("Its name.", minimumLength: 1, maximumLength: 253),
            ])
    }

    private static let order: [String: Schema] = [
        "dependsOn": .array(
            "The tasks that must have ended before this one starts, besides those whose outputs it"
                + " refers to.",
            of: .anything(
                "The id of a task, or an object of task and when: Success, Completion, Failure or"
                    + " Started."),
            listType: .atomic, maximumItems: maximumTasks),
        "join": .string(
            "How many of the dependencies must hold: all, any, atLeast(n), or an expression over"
                + " the phases of tasks.", minimumLength: 1),
        "condition": .string(
            "An expression; where it is false the task is skipped.", minimumLength: 1),
        "onFalse": .string(
            "What a false condition does: Skip the task, or Fail it.", enum: ["Skip", "Fail"]),
        "priority": priority,
        "resources": resources("What one attempt holds while it runs"),
    ]

    private static let behaviour: [String: Schema] = [
        "retryPolicy": retryPolicy,
        "timeout": CommonSchemas.duration("How long one attempt may take."),
        "totalTimeout": CommonSchemas.duration(
            "How long all attempts may take, with the waits between them."),
        "onFailure": onFailure,
        "onInterruption": .string(
            "What becomes of an attempt whose end a crash hid: Retry makes another, Fail fails the"
                + " task, Hold waits for the user.", enum: ["Retry", "Fail", "Hold"]),
        "fallback": .array(
            "What is tried in turn after the last attempt failed.", of: fallback, listType: .atomic,
            minimumItems: 1, maximumItems: 8),
        "compensation": .object(
            "What undoes the task when the run is rolled back.", required: ["type"],
            [
                "type": .string("The type of the undoing task.", minimumLength: 1),
                "workflow": workflow("The definition that one of type workflow runs."),
                "executor": .string("The implementation that is meant."),
                "inputs": .freeObject("What it takes; strings may hold expressions."),
                "config": .freeObject("Settings of the executor's own."),
                "retryPolicy": retryPolicy,
                "timeout": CommonSchemas.duration("How long one attempt may take."),
            ]),
        "cache": .object(
            "How long a result stands in for another run of the same task.", required: ["maxAge"],
            [
                "maxAge": CommonSchemas.duration("How old a result may be."),
                "key": .anything(
                    "What the result depends on; everything the task takes where absent."),
            ]),
    ]

    private static let fallback = Schema.object(
        "Another attempt (type, workflow, executor, inputs, config), or one of value, cached and skip.",
        [
            "type": .string("Another type.", minimumLength: 1),
            "workflow": workflow("The definition that an attempt of type workflow runs."),
            "executor": .string("Another implementation."),
            "inputs": .freeObject("Other inputs."),
            "config": .freeObject("Other settings."),
            "value": .freeObject("Outputs in place of those of the task."),
            "cached": .object(
                "The result of an earlier run of the same task.",
                ["maxAge": CommonSchemas.duration("How old it may be; any age where absent.")]),
            "skip": .boolean("Whether the task counts as skipped."),
        ])
}
