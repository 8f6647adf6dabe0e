public import Schemas

/// The schema of a workflow's definition, which several kinds embed.
public enum WorkflowSpecSchema {
    /// What a task, input or output may be named: what can follow a dot in an expression.
    public static let identifierPattern = "^[A-Za-z_][A-Za-z0-9_-]*$"
    /// The most characters of such a name.
    public static let maximumIdentifier = 63
    /// The most tasks of one workflow.
    public static let maximumTasks = 10_000

    /// `Workflow.spec`.
    public static let schema = Schema.object(
        "The definition of a workflow: what it takes, does and gives.", required: ["tasks"],
        [
            "description": .string("What the workflow is for."),
            "suspend": .boolean("Whether new runs are refused; runs under way go on."),
            "config": config,
            "inputs": .array(
                "The values a run is started with.", of: input, keys: ["name"], maximumItems: 256),
            "tasks": .array(
                "The steps. Their order in the file does not matter: dependsOn and references do.",
                of: task, keys: ["id"], minimumItems: 1, maximumItems: maximumTasks),
            "outputs": .freeObject(
                "The values a run ends with: for each name an expression, or an object of value,"
                    + " fallback and description."),
        ])

    /// The schema of one of ``schema``'s `outputs` when it is written as an object.
    public static let output = Schema.object(
        "A value a run ends with.", required: ["value"],
        [
            "value": .anything("An expression, or any value with expressions in its strings."),
            "fallback": .anything("The value where a task it needs was skipped or failed."),
            "description": .string("What the value is."),
        ])

    private static let config = Schema.object(
        "Settings of the whole run.",
        [
            "timeout": CommonSchemas.duration(
                "How long a run may take, from its start to its end."),
            "maxParallel": .integer(
                "How many tasks of a run may be under way at once.", minimum: 1, maximum: 10_000),
            "retryPolicy": retryPolicy,
            "onFailure": onFailure,
        ])

    private static let onFailure = Schema.string(
        "What a failed task does to its run: Fail ends it, Continue lets the other tasks go on.",
        enum: ["Fail", "Continue"])

    private static let retryPolicy = Schema.object(
        "How often and when a failed attempt is made again.",
        [
            "maxAttempts": .integer(
                "How many attempts are made in all, the first among them.", minimum: 1,
                maximum: 1000),
            "initialInterval": CommonSchemas.duration("The wait before the second attempt."),
            "maxInterval": CommonSchemas.duration("The longest wait between two attempts."),
            "backoffMultiplier": .number(
                "By how much each wait is longer than the one before.", minimum: 1, maximum: 100),
            "jitter": .number(
                "The part of each wait that is random, between 0 and 1.", minimum: 0, maximum: 1),
            "retryableErrors": .array(
                "The types of errors that are tried again; absent, those their task calls"
                    + " retryable.",
                of: .string("A type of error, such as TimeoutError.", minimumLength: 1),
                listType: .set, maximumItems: 64),
        ])

    private static let input = Schema.object(
        "A value a run is started with.", required: ["name"],
        [
            "name": .string(
                "The name: ${{ workflow.inputs.NAME }} is its value.", pattern: identifierPattern,
                maximumLength: maximumIdentifier),
            "type": .string(
                "The kind of value; any kind where absent.",
                enum: [
                    "string", "integer", "number", "boolean", "array", "object", "int", "float",
                ]),
            "required": .boolean("Whether a run must be given it."),
            "default": .anything("The value where a run is not given one."),
            "description": .string("What the value is for."),
            "validation": .object(
                "What the value must satisfy.",
                [
                    "minLength": .integer("The least number of characters.", minimum: 0),
                    "maxLength": .integer("The greatest number of characters.", minimum: 0),
                    "pattern": .string("A regular expression the text must hold a match of."),
                    "minimum": .number("The least number."),
                    "maximum": .number("The greatest number."),
                    "enum": .array("The values allowed.", of: .anything("A value.")),
                ]),
            "schema": .freeObject("A JSON schema that the value must satisfy."),
        ])

    private static let task = Schema.object(
        "One step of the workflow.", required: ["id", "type"],
        [
            "id": .string(
                "The name of the task, unique in its workflow.", pattern: identifierPattern,
                maximumLength: maximumIdentifier),
            "type": .string("What the task does: command, http or transform.", minimumLength: 1),
            "name": .string("A title for people."),
            "description": .string("What the task is for."),
            "dependsOn": .array(
                "The tasks that must have ended before this one starts, besides those whose"
                    + " outputs it refers to.",
                of: .string("The id of a task.", minimumLength: 1), listType: .set),
            "inputs": .freeObject("What the task's type takes; strings may hold expressions."),
            "outputs": .map(
                "The outputs the task gives, with their types.",
                of: .string(
                    "The kind of value.",
                    enum: [
                        "string", "integer", "number", "boolean", "array", "object", "any", "int",
                        "float",
                    ])),
            "condition": .string(
                "An expression; where it is false the task is skipped.", minimumLength: 1),
            "retryPolicy": retryPolicy,
            "timeout": CommonSchemas.duration("How long one attempt may take."),
            "onFailure": onFailure,
        ])
}
