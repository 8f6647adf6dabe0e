/// One run of a scope: the tasks of the workflow, `finally`, one body of a container, or what undoes
/// a task.
///
/// Its tasks have the indices from `first` on, in the order of their plan.
struct ScopeInstance: Sendable {
    enum Role: UInt8, Sendable {
        case root
        case finally
        case body
        case compensation
    }

    let program: ScopeProgram
    let role: Role
    /// The container it is a body of, or the task it undoes; -1 where there is none.
    let parent: Int32
    /// The attempt of the container that opened it.
    let attempt: Int32
    /// The iteration it is; -1 where it is none.
    let iteration: Int32
    let first: Int32
    /// What the paths of its tasks start with.
    let prefix: String
    /// How many of its tasks have not ended.
    var remaining: Int32
    /// How many of its tasks are under way that take a place; counted only where that is bounded.
    var underWay: Int32 = 0
    /// Tasks that are ready but for that bound, in ascending order.
    var held: [Int32] = []
    /// Why nothing of it may start any more.
    var stop: StopCause?
    /// The task whose failure failed it; -1 where none did.
    var failed: Int32 = -1
    /// Whether its end was dealt with.
    var isOver = false

    var range: Range<Int> { Int(first)..<Int(first) + program.count }
}

/// Why a body of a container stops before all of its tasks have ended.
enum StopCause: Sendable {
    /// A task of it, or of another body of the same container, failed.
    case failed
    /// The container passed its deadline.
    case timedOut
    /// A user ended the container.
    case ended

    /// The reason of tasks that are settled by it.
    var taskReason: TaskReason {
        switch self {
        case .failed: .scopeFailed
        case .timedOut: .scopeTimedOut
        case .ended: .scopeEnded
        }
    }

    init?(_ reason: TaskReason) {
        switch reason {
        case .scopeFailed: self = .failed
        case .scopeTimedOut: self = .timedOut
        case .scopeEnded: self = .ended
        default: return nil
        }
    }
}
