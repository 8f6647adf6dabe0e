import Schemas

extension ResourceDefinition {
    /// `Approval`: a question that a run asks people, and their answers.
    public static let approval = ResourceDefinition(
        kind: "Approval", plural: "approvals", shortNames: ["apr"],
        schema: CommonSchemas.resource(
            "A question that a run waits on: what is to be approved, by whom, and their answers.",
            spec: approvalSpec, status: approvalStatus),
        printerColumns: [
            PrinterColumn("Phase", ".status.phase", description: "Whether it is decided, and how."),
            PrinterColumn("Run", ".spec.run.name", description: "The run that asks."),
            PrinterColumn("Task", ".spec.task", description: "The task that asks."),
            PrinterColumn(
                "Approvals", ".status.approvals",
                description: "The answers that count, of those"
                    + " needed."),
            PrinterColumn(
                "Deadline", ".spec.deadline", description: "When it is decided by its default."),
            CommonSchemas.age,
            PrinterColumn(
                "Message", ".spec.message", description: "What is asked.", priority: 1),
            PrinterColumn(
                "Digest", ".spec.digest", description: "The digest of what is approved.",
                priority: 1),
        ])

    /// The words that answer an approval.
    public static let approvalAnswers = ["approve", "reject"]

    /// The phases of an approval.
    static let approvalPhases = ["Pending", "Approved", "Rejected", "Withdrawn"]

    /// The run that an object belongs to.
    static func run(_ description: String) -> Schema {
        .object(
            description, required: ["name", "uid"],
            [
                "name": .string("Its name.", minimumLength: 1, maximumLength: 253),
                "uid": .string("Its UID, which no later run of the name has.", minimumLength: 1),
            ])
    }

    private static let approvalSpec = Schema.object(
        "What is asked, of whom, and what they answered.", required: ["run", "task", "digest"],
        [
            "run": run("The run that asks."),
            "task": .string("The path of the task that asks.", minimumLength: 1),
            "attempt": .integer(
                "Which attempt of the task asks.", minimum: 1),
            "message": .string("What is asked, for people.", maximumLength: 8192),
            "payload": .anything("What is approved."),
            "digest": .string(
                "The digest of what is approved: an answer counts only with this digest.",
                pattern: "^sha256:[0-9a-f]{64}$"),
            "approvers": .object(
                "Who may answer; everybody whom the API server lets write, where absent.",
                [
                    "users": .array(
                        "Names of users.", of: .string("A user.", minimumLength: 1),
                        listType: .set, maximumItems: 256),
                    "groups": .array(
                        "Names of groups.", of: .string("A group.", minimumLength: 1),
                        listType: .set, maximumItems: 64),
                ]),
            "quorum": .integer(
                "How many users must approve; 1 where absent.", minimum: 1, maximum: 256),
            "deadline": .timestamp("When the default answers for those who did not."),
            "default": .string(
                "What holds once the deadline has passed; reject where absent.",
                enum: approvalAnswers),
            "decisions": .array(
                "The answers, one a user.", of: decision, keys: ["user"], maximumItems: 512),
        ])

    private static let decision = Schema.object(
        "One user's answer.", required: ["user", "decision"],
        [
            "user": .string("Who answers.", minimumLength: 1, maximumLength: 1024),
            "groups": .array(
                "The groups of the user, as far as they matter here.",
                of: .string("A group.", minimumLength: 1), listType: .set, maximumItems: 64),
            "decision": .string("The answer.", enum: approvalAnswers),
            "comment": .string("Why.", maximumLength: 4096),
            "time": .timestamp("When it was given."),
            "digest": .string(
                "The digest of what the user saw; an answer without it, or with another, does not"
                    + " count.", maximumLength: 71),
        ])

    private static let approvalStatus = Schema.object(
        "What the answers amount to.",
        [
            "phase": .string("Whether it is decided, and how.", enum: approvalPhases),
            "reason": .string("One word for why."),
            "message": .string("A sentence on it."),
            "approvals": .string("The answers that count, of those needed, as 1/2."),
            "approvers": .array(
                "The users whose approval counted.", of: .string("A user."), listType: .set),
            "comment": .string("What they said, or why it was rejected."),
            "ignored": .array(
                "The answers that do not count.",
                of: .object(
                    "One answer.",
                    ["user": .string("Whose it is."), "reason": .string("Why it does not count.")]
                ), listType: .atomic),
            "question": .freeObject(
                "What was asked, of whom and by when, as the task made it; the message and the"
                    + " payload by their digests. While the spec says anything else, no answer"
                    + " counts."),
            "voided": .array(
                "The digests of the answers that came while the spec was changed.",
                of: .string("The SHA-256 of an answer."), listType: .set),
            "decidedTime": .timestamp("When it was decided."),
            "observedGeneration": CommonSchemas.observedGeneration,
            "conditions": CommonSchemas.conditions,
        ])
}
