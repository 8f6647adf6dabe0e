import Schemas

extension ResourceDefinition {
    /// `DeadLetter`: a task that failed for good, with what it needs to be tried again.
    public static let deadLetter = ResourceDefinition(
        kind: "DeadLetter", plural: "deadletters", shortNames: ["dl"],
        schema: CommonSchemas.resource(
            "A task that failed for good, kept with what it needs to be tried again.",
            spec: deadLetterSpec, status: deadLetterStatus),
        printerColumns: [
            PrinterColumn("Phase", ".status.phase", description: "What became of it."),
            PrinterColumn("Queue", ".spec.queue", description: "Where it was sent."),
            PrinterColumn("Run", ".spec.run.name", description: "The run it failed in."),
            PrinterColumn("Task", ".spec.task", description: "The task that failed."),
            PrinterColumn("Error", ".spec.error.type", description: "The type of the error."),
            PrinterColumn(
                "Failed", ".spec.failureTime", type: "date", description: "When it failed."),
            CommonSchemas.age,
            PrinterColumn(
                "Message", ".spec.error.message", description: "What happened.", priority: 1),
            PrinterColumn(
                "Retries", ".status.retries", type: "integer",
                description: "How often it was tried again.", priority: 1),
        ])

    private static let deadLetterSpec = Schema.object(
        "What failed, and whether it is to be tried again.", required: ["run", "task"],
        [
            "queue": .string(
                "A name to sort dead letters by; default where absent.", maximumLength: 253),
            "run": run("The run it failed in."),
            "task": .string("The path of the task.", minimumLength: 1),
            "definition": .freeObject("The task as its workflow defines it."),
            "inputs": .freeObject("The inputs of the last attempt."),
            "workflow": .object(
                "Where the definition came from.",
                [
                    "kind": .string("Its kind."), "name": .string("Its name."),
                    "uid": .string("Its UID."),
                    "digest": .string(
                        "The digest of its canonical"
                            + " form."),
                    "commit": .string("The commit it was applied from."),
                ]),
            "error": .object(
                "Why it failed.",
                [
                    "type": .string("The type of the error."),
                    "message": .string("What happened."),
                ]),
            "attempts": .integer("How many attempts were made.", minimum: 0),
            "failureTime": .timestamp("When it failed."),
            "retry": .object(
                "A request to try it again; another id asks again.", required: ["id"],
                [
                    "id": .string(
                        "Any word that was not used before.", minimumLength: 1,
                        maximumLength: 253),
                    "inputs": .freeObject("Inputs of the task that replace those it had."),
                    "force": .boolean(
                        "Whether it is tried again even where it is Resolved; false where absent."),
                ]),
        ])

    private static let deadLetterStatus = Schema.object(
        "What became of it.",
        [
            "phase": .string(
                "Waiting for somebody, being retried, or done with.",
                enum: ["Waiting", "Retrying", "Resolved"]),
            "message": .string("A sentence on it."),
            "retries": .integer(
                "How often it was tried again.", minimum: 0, maximum: 1_000_000),
            "lastRetry": .object(
                "The last request that was taken up.",
                [
                    "id": .string("Its id."), "run": .string("The run that tries again."),
                    "time": .timestamp("When it was taken up."),
                    "phase": .string("The phase of that run."),
                    "error": .object(
                        "Why that run did not complete either.",
                        [
                            "type": .string("The type of the error."),
                            "message": .string("What happened."),
                        ]),
                ]),
            "observedGeneration": CommonSchemas.observedGeneration,
            "conditions": CommonSchemas.conditions,
        ])
}
