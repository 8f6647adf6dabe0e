import Schemas

extension WorkflowSpecSchema {
    static let onFailure = Schema.string(
        "What a failed task does to its run: Fail ends it, Continue lets the other tasks go on,"
            + " Rollback ends it and undoes what has completed.",
        enum: ["Fail", "Continue", "Rollback"])

    static let priority = Schema.string(
        "How urgent it is; normal where absent.", enum: ["critical", "high", "normal", "low"])

    static func resources(_ description: String) -> Schema {
        .map(
            "\(description): cpu, memory, gpu and any other, as Kubernetes quantities.",
            of: .anything("A quantity, such as 500m, 2, 8Gi."))
    }

    static let retryPolicy: Schema = {
        var schema = Schema.object(
            "How often and when a failed attempt is made again.", waits)
        schema.properties["retryableErrors"] = .array(
            "The types of errors that are tried again; absent, those their task calls retryable.",
            of: .string("A type of error, such as TimeoutError.", minimumLength: 1),
            listType: .set, maximumItems: 64)
        schema.properties["retryIf"] = .string(
            "An expression over error.type, error.message, error.code and attempt; where it is"
                + " true the attempt is made again.", minimumLength: 1)
        schema.properties["perError"] = .map(
            "Other numbers for some types of errors.",
            of: .object("What differs for errors of the type.", waits))
        return schema
    }()

    private static let waits: [String: Schema] = [
        "maxAttempts": .integer(
            "How many attempts are made in all, the first among them.", minimum: 1, maximum: 1000),
        "initialInterval": CommonSchemas.duration("The wait before the second attempt."),
        "maxInterval": CommonSchemas.duration("The longest wait between two attempts."),
        "backoffMultiplier": .number(
            "By how much each wait is longer than the one before.", minimum: 1, maximum: 100),
        "jitter": .number(
            "The part of each wait that is random, between 0 and 1.", minimum: 0, maximum: 1),
    ]
}
