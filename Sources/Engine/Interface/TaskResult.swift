public import Values
public import Workflows

/// What a task gave that completed, for another try of its run.
///
/// It stands in for an attempt of the task of the same path alone, and only while that has the same
/// key: two tasks that do the same are two, as each has its own effect.
public struct TaskResult: Sendable, Hashable {
    /// What the result depends on: see ``TaskKey``.
    public let key: String
    /// What the task gave.
    public let outputs: JSONObject
    /// The path of the task in the status that holds it; the attempts of what it is in are part of it.
    public let path: String
    /// The definition that a task of type `workflow` runs; nil for any other.
    public let workflow: ChildWorkflow?
    /// Who gave the outputs.
    public let origin: Origin

    /// Who gave the outputs of a task.
    public enum Origin: Sendable, Hashable {
        /// An attempt of the run, by its number.
        case attempt(Int)
        /// The same as the task's fallback, with the definition that it ran, where it ran one.
        case fallback(Int, workflow: ChildWorkflow?)
        /// The try before, whose result stood in for an attempt already.
        case earlierTry
        /// The cache.
        case cache
        /// A user, or the definition as a value to fall back to.
        case given
    }

    /// Makes a result.
    public init(
        key: String, outputs: JSONObject, path: String, workflow: ChildWorkflow? = nil,
        origin: Origin
    ) {
        self.key = key
        self.outputs = outputs
        self.path = path
        self.workflow = workflow
        self.origin = origin
    }
}
