public import Schemas

/// The schema of a workflow's definition, which several kinds embed.
///
/// A structural schema cannot refer to itself, so the bodies of containers are kept whole by the API
/// server, and the compiler checks each of them against ``body``.
public enum WorkflowSpecSchema {
    /// What a task, input or output may be named: what can follow a dot in an expression.
    public static let identifierPattern = "^[A-Za-z_][A-Za-z0-9_-]*$"
    /// The most characters of such a name.
    public static let maximumIdentifier = 63
    /// The most tasks of one workflow, those of all bodies together.
    public static let maximumTasks = 10_000

    /// `Workflow.spec`.
    public static let schema = Schema.object(
        "The definition of a workflow: what it takes, does and gives.", required: ["tasks"],
        [
            "description": .string("What the workflow is for."),
            "version": .string("The version of the definition, for people.", maximumLength: 128),
            "suspend": .boolean("Whether new runs are refused; runs under way go on."),
            "config": config,
            "retention": RetentionSchema.schema,
            "inputs": .array(
                "The values a run is started with.", of: input, keys: ["name"], maximumItems: 256),
            "tasks": tasks(
                "The steps. Their order in the file does not matter: dependsOn and references do."),
            "finally": tasks(
                "Steps that run once all others have ended, however they did; run.phase,"
                    + " run.reason and run.message tell how.", minimumItems: 0),
            "outputs": .freeObject(
                "The values a run ends with: for each name an expression, or an object of value,"
                    + " fallback and description."),
            "events": events,
            "triggers": .array(
                "What starts runs.", of: .freeObject("One trigger."), listType: .atomic,
                maximumItems: 64),
        ])

    /// The schema of one of ``schema``'s `outputs` when it is written as an object.
    public static let output = Schema.object(
        "A value a run ends with.", required: ["value"],
        [
            "value": .anything("An expression, or any value with expressions in its strings."),
            "fallback": .anything("The value where a task it needs was skipped or failed."),
            "description": .string("What the value is."),
        ])

    /// The schema of the body of a container: the tasks of `parallel`, `loop`, `map` or a case.
    public static let body = tasks("The tasks of the body.")

    private static func tasks(_ description: String, minimumItems: Int = 1) -> Schema {
        .array(
            description, of: task, keys: ["id"], minimumItems: minimumItems,
            maximumItems: maximumTasks)
    }

    private static let config = Schema.object(
        "Settings of the whole run.",
        [
            "timeout": CommonSchemas.duration(
                "How long a run may take, from its start to its end."),
            "maxParallel": .integer(
                "How many tasks of a run may be under way at once.", minimum: 1, maximum: 10_000),
            "retryPolicy": retryPolicy,
            "onFailure": onFailure,
            "priority": priority,
            "resources": resources("The most of each that a run's tasks may hold at once"),
            "maxLag": CommonSchemas.duration(
                "How far the stored checkpoint may lag behind the run."),
            "checkpointInterval": CommonSchemas.duration(
                "How often a checkpoint is stored at the latest while something changes."),
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

    private static let events = Schema.object(
        "Whom a run's end is told.",
        [
            "onSuccess": notifications("When the run completed."),
            "onFailure": notifications("When the run failed."),
            "onTimeout": notifications("When the run took longer than it may."),
            "onCancel": notifications("When the run was cancelled."),
            "onCompletion": notifications("However the run ended."),
        ])

    private static func notifications(_ description: String) -> Schema {
        .array(
            description,
            of: .object(
                "One notification; its strings may hold expressions.", required: ["type"],
                [
                    "type": .string(
                        "A request, a message to people, or a record in a queue of dead letters.",
                        enum: ["webhook", "alert", "deadletter"]),
                    "url": .string("Where a webhook goes.", minimumLength: 1),
                    "method": .string(
                        "The method of a webhook; POST where absent.",
                        enum: ["GET", "POST", "PUT", "PATCH", "DELETE"]),
                    "headers": .map("Headers of a webhook.", of: Schema.string("The value.")),
                    "body": .anything("What a webhook sends; a summary of the run where absent."),
                    "secretRef": .object(
                        "The Secret whose key signs what a webhook sends.", required: ["name"],
                        [
                            "name": .string("Its name.", minimumLength: 1, maximumLength: 253),
                            "key": .string("The field of its data; key where absent."),
                        ]),
                    "channel": .string("The channel of an alert.", minimumLength: 1),
                    "severity": .string("How grave an alert is.", minimumLength: 1),
                    "message": .string("What an alert says."),
                    "to": .array(
                        "Whom an alert is for.", of: .string("A person or group."),
                        listType: .atomic, maximumItems: 64),
                    "queue": .string("The queue of a dead letter.", minimumLength: 1),
                ]), listType: .atomic, maximumItems: 16)
    }
}
