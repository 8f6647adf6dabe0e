internal import Values
internal import Workflows

/// What is known of a container whose bodies run or ran, of its last attempt.
///
/// All of it follows from the plan and from what is stored of the tasks in the bodies.
struct ContainerState: Sendable {
    /// The bodies that are not over, in the order they were opened.
    var open: [Int32] = []
    /// The only body; of a loop, the last that was opened.
    ///
    /// -1 before.
    var last: Int32 = -1
    /// What a loop goes through.
    var items: [JSON]?
    /// How many iterations there will be, where that is known.
    var total: Int?
    /// How many iterations were opened.
    var opened = 0
    var completed = 0
    var failed = 0
    /// The values of the iterations, by their numbers; null until one completes.
    var results: [JSON] = []
    /// Whether the loop's own conditions ended it.
    var isExhausted = false
    /// Why the attempt fails, once its bodies are over.
    var failure: TaskError?
    /// Whether the deadline of the attempt has passed.
    var isExpired = false
    /// The attempt it is about.
    var attempt: Int32 = 0

    /// Whether nothing more is opened.
    var isStopping: Bool { failure != nil || isExpired }
}
