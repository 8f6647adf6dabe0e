import Schemas

/// How long the runs of a workflow are kept.
enum RetentionSchema {
    /// `spec.retention` of a definition.
    static let schema = Schema.object(
        "How long runs are kept after their ends; then they are archived and deleted.",
        [
            "completed": bounds("Runs that completed"),
            "failed": bounds("Runs that ended in any other way"),
        ])

    private static func bounds(_ which: String) -> Schema {
        .object(
            "\(which); all are kept where neither bound is given.",
            [
                "maxAge": CommonSchemas.duration("How long one is kept."),
                "maxCount": .integer("How many are kept, the newest.", minimum: 0),
            ])
    }
}
