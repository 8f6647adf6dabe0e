import Synchronization

/// Tells an executor why its task was cancelled: the run wants no more of the attempt, or this
/// process only lets go of it.
///
/// An executor whose work outlives the process (an approval, a child run) ends that work in the first
/// case and leaves it for whoever goes on in the second.
public final class AttemptCancellation: Sendable {
    /// That of the attempt which the current task makes; nil outside of one.
    @TaskLocal public static var current: AttemptCancellation?

    private let flag = Atomic<Bool>(false)

    /// Makes one of an attempt that nobody cancelled.
    public init() {}

    /// Whether the run wants no more of the attempt.
    public var isRequested: Bool { flag.load(ordering: .acquiring) }

    /// Notes that the run wants no more of the attempt; the task is cancelled after that.
    public func request() { flag.store(true, ordering: .releasing) }
}
