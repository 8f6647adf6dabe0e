import Schemas

/// What can be asked of runs beyond going on, pausing and cancelling.
enum RunOperationSchemas {
    /// The most operations that one run takes.
    static let maximumOperations = 64

    /// `spec.retryOf`.
    static let retryOf = Schema.object(
        "The run that this one tries again: results of it that still hold are taken over, and only"
            + " what failed, what changed, and what depends on either runs.",
        required: ["run"],
        [
            "run": .string("Its name.", minimumLength: 1, maximumLength: 253),
            "uid": .string("Its UID; whichever has the name, where absent."),
            "mode": .string(
                "Failed: all that did not complete. Task: one task and what depends on it."
                    + " Changed: what the definition or the inputs changed. Failed where absent.",
                enum: ["Failed", "Task", "Changed"]),
            "task": .string("The path of the task, for the mode Task."),
        ])

    /// `spec.restoreFrom`.
    static let restoreFrom = Schema.object(
        "The manual checkpoint that this run starts from.", required: ["checkpoint"],
        [
            "run": .string("The run it is of.", maximumLength: 253),
            "checkpoint": .string(
                "The name of the RunCheckpoint.", minimumLength: 1, maximumLength: 253),
        ])

    /// `spec.operations`.
    static let operations = Schema.array(
        "What is asked of a run that goes on, each once, in this order.",
        of: .object(
            "One request.", required: ["id", "type"],
            [
                "id": .string(
                    "A word of its own: what was done under it is never done again.",
                    minimumLength: 1, maximumLength: 253),
                "type": .string(
                    "What is asked.",
                    enum: [
                        "RetryTask", "SkipTask", "SetOutputs", "Resolve", "Checkpoint", "Rollback",
                    ]),
                "task": .string("The path of the task it is about."),
                "outputs": .freeObject("The outputs that the task is given."),
                "resolution": .string(
                    "What became of an attempt in doubt.", enum: ["Complete", "Fail", "Retry"]),
                "name": .string(
                    "The name of the checkpoint that is made.", maximumLength: 253),
                "message": .string("Why, for those who read it later.", maximumLength: 1024),
            ]), keys: ["id"], maximumItems: maximumOperations)

    /// `status.operations`.
    static let operationResults = Schema.map(
        "What became of the operations that were asked for, by their ids.",
        of: .object(
            "One of them.",
            [
                "time": .timestamp("When the run heard of it."),
                "result": .string("What became of it.", enum: ["Done", "Refused"]),
                "message": .string("Why it was refused, or what it did."),
            ]))

    /// `spec` of a `RunCheckpoint`.
    static let checkpoint = Schema.object(
        "What is kept, of which run.", required: ["run"],
        [
            "run": ResourceDefinition.run("The run; of a result, that which gave it."),
            "purpose": .string(
                "What it is kept for; Shard where absent. ManualShard: a part of those that are Manual.",
                enum: ["Shard", "Manual", "ManualShard", "Result"]),
            "shard": .integer("The number of the part, from 0.", minimum: 0),
            "label": .string("What the user calls it.", maximumLength: 253),
            "sequence": .integer("The checkpoint of the run that is kept.", minimum: 0),
            "digest": .string("The digest of the state."),
            "state": .freeObject("The status of the run, with its definition."),
            "key": .string("The key of the result."),
            "outputs": .string("The outputs of the task, as JSON."),
            "time": .timestamp("When the result was kept."),
        ])

    /// `status.notifications`.
    static let notifications = Schema.map(
        "What was told to others of the run's end, by event and place in its list.",
        of: .object(
            "One notification.",
            [
                "phase": .string(
                    "Whether it arrived.", enum: ["Retrying", "Delivered", "Failed"]),
                "attempts": .integer("How often it was sent.", minimum: 0, maximum: 1000),
                "time": .timestamp("When it was sent last."),
                "message": .string("Why it did not arrive, or what it made."),
            ]))
}
