import Schemas

extension ResourceDefinition {
    /// `WorkflowRun`: one run of a definition.
    public static let workflowRun = ResourceDefinition(
        kind: "WorkflowRun", plural: "workflowruns", shortNames: ["wfr"],
        schema: CommonSchemas.resource(
            "One run of a workflow: what was asked for, and how far it has come.", spec: runSpec,
            status: runStatus),
        printerColumns: [
            PrinterColumn("Phase", ".status.phase", description: "The phase of the run."),
            PrinterColumn(
                "Progress", ".status.progress", description: "The tasks that ended, of all."),
            PrinterColumn(
                "Workflow", ".status.workflow.name", description: "The definition that is run."),
            PrinterColumn(
                "Reason", ".status.reason", description: "One word for the state of the run."),
            PrinterColumn(
                "Waiting", ".status.waiting.reason",
                description: "Why it cannot go on until somebody repairs it."),
            PrinterColumn(
                "Started", ".status.startTime", type: "date", description: "When it started."),
            CommonSchemas.age,
            PrinterColumn(
                "Completed", ".status.completionTime", type: "date", description: "When it ended.",
                priority: 1),
            PrinterColumn(
                "Message", ".status.message", description: "A sentence on the state of the run.",
                priority: 1),
            PrinterColumn(
                "Position", ".status.admission.position", type: "integer",
                description: "Its place among the waiting runs of its namespace.", priority: 1),
            PrinterColumn(
                "Commit", ".status.workflow.commit",
                description: "The commit the definition came from.", priority: 1),
        ])

    private static let runSpec = Schema.object(
        "What is asked for: the definition, by reference or inline, and the values it gets.",
        [
            "workflowRef": .object(
                "The definition that is run.", required: ["name"],
                [
                    "kind": .string("The kind of the definition.", enum: ["Workflow", "Template"]),
                    "name": .string("Its name.", minimumLength: 1, maximumLength: 253),
                ]),
            "workflowSpec": WorkflowSpecSchema.schema,
            "inputs": .freeObject("The values of the definition's inputs."),
            "desiredState": .string(
                "Running lets the run go on, Paused starts no more tasks, Cancelled ends it after"
                    + " what finally says, Terminated ends it at once.",
                enum: ["Running", "Paused", "Cancelled", "Terminated"]),
            "priority": .integer(
                "Runs of higher priority get free places first; 0 where absent.", minimum: -1000,
                maximum: 1000),
            "retryOf": RunOperationSchemas.retryOf,
            "restoreFrom": RunOperationSchemas.restoreFrom,
            "operations": RunOperationSchemas.operations,
        ])

    /// The phases of a run.
    static let runPhases = [
        "Pending", "Running", "Paused", "Completed", "Failed", "Cancelled", "TimedOut",
        "RolledBack",
    ]

    /// The phases of a task.
    static let taskPhases = [
        "Pending", "Waiting", "Ready", "Launching", "Running", "WaitingApproval", "Retrying",
        "InDoubt", "Completed", "Failed", "Skipped", "Cancelled", "TimedOut",
    ]

    static let taskStatus = Schema.object(
        "How far one task has come.",
        [
            "phase": .string("The phase of the task.", enum: taskPhases),
            "attempt": .integer("The attempt under way or made last, from 1.", minimum: 0),
            "startTime": .timestamp("When the first attempt started."),
            "completionTime": .timestamp("When the task ended."),
            "nextAttemptTime": .timestamp("When the next attempt is due."),
            "outputs": .freeObject("What the task gave."),
            "error": .object(
                "Why the last attempt failed.",
                [
                    "type": .string("The type of the error, such as TimeoutError."),
                    "message": .string("What happened."),
                    "code": .integer("A status of HTTP, or an exit code."),
                ]),
            "reason": .string("One word for the state of the task."),
            "message": .string("A sentence on the state of the task."),
            "interruptions": .integer(
                "How many attempts ended with their process rather than by themselves.",
                minimum: 0),
            "case": .string("The case that a branch took."),
            "deadline": .timestamp("When the attempt under way must have ended."),
            "fallback": .integer("The fallback in use, from 1.", minimum: 0),
            "iterations": .object(
                "How far a loop has come.",
                [
                    "total": .integer("How many there are, or were begun.", minimum: 0),
                    "completed": .integer("How many completed.", minimum: 0),
                    "failed": .integer("How many failed.", minimum: 0),
                ]),
            "order": .integer(
                "The place of its end among those of the tasks that can be undone.", minimum: 0),
            "progress": .freeObject("How far an attempt has come; another goes on from there."),
            "totalDeadline": .timestamp(
                "When all attempts must have ended, where a pause has moved that."),
            "until": .timestamp("The moment that the task waits for."),
            "wait": .integer("How many seconds the next attempt is waited for.", minimum: 0),
            "queuedTime": .timestamp("Since when the next attempt waits to be admitted."),
        ])

    private static let runStatus = Schema.object(
        "The checkpoint of the run, from which it goes on after any crash.",
        [
            "phase": .string("The phase of the run.", enum: runPhases),
            "reason": .string("One word for the state of the run."),
            "message": .string("A sentence on the state of the run."),
            "observedGeneration": CommonSchemas.observedGeneration,
            "startTime": .timestamp("When the run started."),
            "completionTime": .timestamp("When the run ended."),
            "progress": .string("The tasks that ended, of all, as 3/7."),
            "conditions": CommonSchemas.conditions,
            "workflow": .object(
                "The definition that this run is pinned to.",
                [
                    "kind": .string("Its kind."),
                    "name": .string("Its name."),
                    "uid": .string("Its UID."),
                    "generation": .integer("Its generation.", minimum: 0),
                    "digest": .string("The digest of its canonical form."),
                    "repository": .string("The repository it was applied from."),
                    "path": .string("The file it was applied from."),
                    "commit": .string("The commit it was applied from."),
                ]),
            "definition": .freeObject("The pinned definition, as it was when the run started."),
            "inputs": .freeObject("The values of the inputs, defaults filled in."),
            "startedWith": .map(
                "The digests of the parts of the spec that the run started with, and keeps.",
                of: .string("A digest.")),
            "subphase": .string("What a running run is doing, in one word."),
            "transitions": .array(
                "The last changes of its phase.",
                of: .object(
                    "One change.",
                    [
                        "time": .timestamp("When it was."),
                        "from": .string("The phase before.", enum: runPhases),
                        "to": .string("The phase after.", enum: runPhases),
                        "reason": .string("Why, in one word."),
                    ]), maximumItems: 20),
            "decision": .object(
                "How the run ends, once that is decided and something is still to be done.",
                [
                    "phase": .string("The phase it ends in.", enum: runPhases),
                    "reason": .string("Why, in one word."),
                    "message": .string("Why, in a sentence."),
                ]),
            "tasks": .map(
                "How far each task has come, by its path; those that have no room here are in"
                    + " RunCheckpoints.", of: taskStatus),
            "outputs": .freeObject("The values the run ended with."),
            "checkpoint": .object(
                "The place of this status in the order of checkpoints.",
                [
                    "sequence": .integer("Counts up with every checkpoint.", minimum: 0),
                    "holder": .string("The process that wrote it."),
                    "digest": .string("The digest of the checkpoint."),
                    "shards": .integer("How many RunCheckpoints hold tasks.", minimum: 0),
                    "shardSequences": .map(
                        "The checkpoint that each of them was written with, by number.",
                        of: .integer("Its sequence.", minimum: 0)),
                ]),
            "waiting": .object(
                "Why the run, which has started, cannot go on until somebody repairs it.",
                [
                    "reason": .string("Why, in one word."),
                    "message": .string("Why, in a sentence, and what to do."),
                    "time": .timestamp("Since when."),
                ]),
            "timers": .freeObject("The moments the run waits for, by what they are for."),
            "admission": .object(
                "When the run was let in to start, or how it waits for that.",
                [
                    "time": .timestamp("When it was admitted; from then on it stays admitted."),
                    "queuedTime": .timestamp("When it began to wait; absent where it did not."),
                    "priority": .string(
                        "The class it waits in.", enum: ["critical", "high", "normal", "low"]),
                    "position": .integer(
                        "Its place among the waiting runs of its namespace, from 1.", minimum: 1),
                    "reason": .string("For what it waits, in one word."),
                ]),
            "operations": RunOperationSchemas.operationResults,
            "notifications": RunOperationSchemas.notifications,
        ])
}

extension ResourceDefinition {
    /// `RunCheckpoint`: a part of the checkpoint of a run that is too large for one object.
    public static let runCheckpoint = ResourceDefinition(
        kind: "RunCheckpoint", plural: "runcheckpoints", shortNames: ["rcp"],
        schema: CommonSchemas.resource(
            "What is kept of a run beside its status: a part of a checkpoint that is too large for"
                + " one object, a state that a user asked to be kept, or the result of a task.",
            spec: RunOperationSchemas.checkpoint,
            status: .object(
                "The tasks of this part.",
                [
                    "sequence": .integer("The checkpoint this part was written with.", minimum: 0),
                    "holder": .string("The process that wrote it."),
                    "digest": .string("The digest of the tasks."),
                    "tasks": .map("How far each task has come, by its path.", of: taskStatus),
                    "undo": .array(
                        "What the tasks that changed were at earlier checkpoints, for a run whose"
                            + " status still refers to one of those.",
                        of: .freeObject("The entries that differ at one checkpoint."),
                        maximumItems: 8),
                ])),
        printerColumns: [
            PrinterColumn("Run", ".spec.run.name", description: "The run."),
            PrinterColumn(
                "Purpose", ".spec.purpose", description: "What it is kept for; Shard where empty."),
            PrinterColumn(
                "Shard", ".spec.shard", type: "integer", description: "The number of the part."),
            PrinterColumn(
                "Sequence", ".status.sequence", type: "integer",
                description: "The checkpoint this part was written with."),
            CommonSchemas.age,
        ])
}
