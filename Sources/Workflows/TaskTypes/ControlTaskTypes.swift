import Schemas

extension TaskType {
    /// The types of tasks that hold other tasks; the engine runs them.
    public static let containers: [TaskType] = [.parallel, .branch, .loop, .map, .dynamic]

    /// `parallel`: tasks as a group, in the order of their own dependencies.
    public static let parallel = container(
        "parallel", "Runs its tasks as a group, each as soon as those it waits for have ended.")

    /// `branch`: the tasks of one case.
    public static let branch = container(
        "branch", "Runs the tasks of the first case that holds.", outputs: ["case": .string])

    /// `loop`: tasks again and again, one iteration after the other unless told otherwise.
    public static let loop = container(
        "loop", "Runs its tasks once for each element, or until a condition holds.",
        outputs: ["results": .any, "count": .integer])

    /// `map`: tasks for each element, side by side unless told otherwise.
    public static let map = container(
        "map", "Runs its tasks once for each element, side by side.",
        outputs: ["results": .any, "count": .integer])

    /// `dynamic`: tasks that an expression gives.
    public static let dynamic: TaskType = {
        var type = container("dynamic", "Runs the tasks that an expression gives, as a group.")
        type.furtherOutputs = .any
        return type
    }()

    private static func container(
        _ name: String, _ summary: String, outputs: [String: ValueKind] = [:]
    ) -> TaskType {
        TaskType(
            name: name, summary: summary,
            inputs: .object("Nothing: the tasks in it take what they need.", [:]), outputs: outputs)
    }
}
