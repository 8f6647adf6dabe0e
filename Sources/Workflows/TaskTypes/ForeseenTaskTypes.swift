import Schemas

extension TaskType {
    /// Types that manifests may use already, and that no executor of this build runs.
    ///
    /// What is known of their inputs is checked, and anything else is let through.
    public static let foreseen: [TaskType] = models + evaluations + operations

    private static let models: [TaskType] = [
        languageModel,
        foreseen(
            "embed", "Turns text into vectors.",
            [
                "provider": .string("The provider of the model."),
                "model": .string("The model."), "input": .anything("A text, or a list of texts."),
            ]),
        foreseen(
            "vector_search", "Looks for the nearest vectors in an index.",
            [
                "database": .string("The kind of the store."), "index": .string("The index."),
                "query": .anything("A vector, or a text."),
                "topK": .anything("How many of the nearest are given."),
            ]),
    ]

    /// A model that is asked for an answer of a JSON schema gives each of its properties.
    private static let languageModel: TaskType = {
        var type = foreseen(
            "llm", "Asks a language model.",
            [
                "provider": .string("The provider of the model."),
                "model": .string("The model."), "prompt": .anything("What is asked."),
                "system": .anything("What the model is told about its task."),
                "messages": .anything("The conversation so far."),
                "temperature": .number("How much chance is in the answer.", minimum: 0, maximum: 2),
                "maxTokens": .integer("The longest answer, in tokens.", minimum: 1),
                "schema": .anything(
                    "A JSON schema of the answer, whose properties are outputs of their types."),
            ])
        type.outputs = ["response": .any, "usage": .any]
        type.outputSchemaInput = "schema"
        return type
    }()

    private static let evaluations: [TaskType] = [
        foreseen("evaluation", "Scores an answer."),
        foreseen("policy", "Checks against a policy, such as a budget."),
        foreseen("analytics", "Collects figures."),
        foreseen("experiment", "Runs an experiment with its parameters."),
        foreseen("benchmark", "Measures models against a data set."),
    ]

    private static let operations: [TaskType] = [
        foreseen("action", "Does something that is known by name."),
        foreseen(
            "query", "Asks a database.",
            [
                "queryType": .string("The kind of database."), "query": .string("The query."),
                "parameters": .anything("The parameters of the query."),
            ]),
        foreseen(
            "deploy", "Applies a manifest to a cluster.",
            [
                "manifest": .anything("What is applied."),
                "namespace": .anything("Where it is applied."),
                "dryRun": .anything("Whether it is only tried."),
            ]),
        foreseen(
            "scale", "Sets the number of replicas.",
            [
                "resource": .anything("What is scaled, as deployment/app."),
                "replicas": .anything("How many there are to be."),
            ]),
        foreseen("container", "Runs a container in a Pod."),
        foreseen(
            "plugin", "Calls an extension.",
            ["plugin": .anything("Its name."), "config": .anything("Its settings.")]),
        foreseen("custom", "Does what only its executor knows."),
    ]

    private static func foreseen(
        _ name: String, _ summary: String, _ properties: [String: Schema] = [:]
    ) -> TaskType {
        var inputs = Schema.object("What it takes.", properties)
        inputs.preservesUnknownFields = true
        var type = TaskType(name: name, summary: summary, inputs: inputs)
        type.isImplemented = false
        type.furtherOutputs = .undeclared
        return type
    }
}
