import Schemas

/// Pieces that several kinds share.
enum CommonSchemas {
    /// The most characters of a message that is kept in a status.
    static let maximumMessage = 32_768

    /// `status.conditions` after kstatus: `Ready`, `Reconciling`, `Stalled`.
    static let conditions = Schema.array(
        "The state of the object in the terms of kstatus: Ready, Reconciling and Stalled.",
        of: .object(
            "One aspect of the object's state.",
            required: ["type", "status", "lastTransitionTime", "reason", "message"],
            [
                "type": .string(
                    "The aspect: Ready, Reconciling, Stalled, or one of the kind's own.",
                    pattern:
                        "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
                        + "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$", maximumLength: 316),
                "status": .string("Whether it holds.", enum: ["True", "False", "Unknown"]),
                "observedGeneration": .integer(
                    "The metadata.generation that the condition was taken from.", minimum: 0),
                "lastTransitionTime": .timestamp("When the status last changed."),
                "reason": .string(
                    "One word in CamelCase for programs.",
                    pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$", minimumLength: 1,
                    maximumLength: 1024),
                "message": .string(
                    "A sentence for people.", maximumLength: CommonSchemas.maximumMessage),
            ]),
        keys: ["type"])

    static let observedGeneration = Schema.integer(
        "The metadata.generation that the status was last brought up to date with.", minimum: 0)

    /// A duration as manifests write it; plain numbers are seconds.
    static func duration(_ description: String) -> Schema {
        .intOrString("\(description) A duration such as 30s, 5m or 1h30m; a number is seconds.")
    }

    /// A whole object of a kind.
    static func resource(
        _ description: String, spec: Schema, status: Schema? = nil, requiresSpec: Bool = true
    ) -> Schema {
        var schema = Schema.object(
            description, required: requiresSpec ? ["spec"] : [],
            [
                "apiVersion": .string(
                    "The version of the schema of this object: orchestrator.llm/v1."),
                "kind": .string("The kind of this object."),
                "metadata": Schema(type: .object),
                "spec": spec,
            ])
        if let status { schema.properties["status"] = status }
        return schema
    }

    static let age = ResourceDefinition.PrinterColumn(
        "Age", ".metadata.creationTimestamp", type: "date",
        description: "How long ago the object was made.")

    static let ready = ResourceDefinition.PrinterColumn(
        "Ready", ".status.conditions[?(@.type==\"Ready\")].status",
        description: "Whether the object is ready.")

    static let statusMessage = ResourceDefinition.PrinterColumn(
        "Status", ".status.conditions[?(@.type==\"Ready\")].message",
        description: "Why the object is ready or not.")
}
