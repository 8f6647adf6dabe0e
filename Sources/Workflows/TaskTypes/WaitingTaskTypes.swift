import Schemas

extension TaskType {
    /// `workflow`: a run of another definition.
    public static let workflow: TaskType = {
        var type = TaskType(
            name: "workflow", summary: "Runs another workflow and gives its outputs.",
            inputs: .freeObject("The inputs of the other workflow, by name."), isNamed: true)
        type.furtherOutputs = .undeclared
        return type
    }()

    /// `wait`: time.
    public static let wait = TaskType(
        name: "wait", summary: "Waits for a time, or until a moment.",
        inputs: .object(
            "How long; one of the two.",
            [
                "duration": .intOrString("How long, as 30s or 5m; a number is seconds."),
                "until": .string("A moment in RFC 3339.", minimumLength: 1),
            ]),
        isPure: true)
}
