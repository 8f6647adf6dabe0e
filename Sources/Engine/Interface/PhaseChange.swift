public import Values

/// A step of a run or of one of its tasks from phase to phase, for whoever keeps an account of them.
public struct PhaseChange: Sendable, Hashable {
    /// When it was taken, to the millisecond.
    public let time: Timestamp
    /// The path of the task; nil where it is a step of the run.
    public let task: String?
    /// The number of the task's attempt, 0 before the first; 0 for the run.
    public let attempt: Int
    /// The phase before.
    public let from: String
    /// The phase after.
    public let to: String
    /// Why, in one word that stays the same; nil where nothing is special about it.
    public let reason: String?

    /// Makes a step.
    public init(
        time: Timestamp, task: String? = nil, attempt: Int = 0, from: String, to: String,
        reason: String?
    ) {
        self.time = time
        self.task = task
        self.attempt = attempt
        self.from = from
        self.to = to
        self.reason = reason
    }
}

/// The steps that no write has carried yet, where the owner of a run wants to know each.
struct ChangeJournal: Sendable {
    /// A step as it is noted, without texts.
    private enum Step {
        case run(RunTransition)
        case task(Int32, attempt: Int32, from: TaskPhase, to: TaskPhase, at: Timestamp)
    }

    /// Whether steps are noted: few owners ask for them.
    let isKept: Bool
    private var steps: [Step] = []

    init(isKept: Bool) { self.isKept = isKept }

    mutating func note(_ transition: RunTransition) {
        if isKept { steps.append(.run(transition)) }
    }

    mutating func note(
        _ task: Int, attempt: Int32, from: TaskPhase, to: TaskPhase, at now: Timestamp
    ) {
        steps.append(.task(Int32(task), attempt: attempt, from: from, to: to, at: now))
    }

    /// Gives what was noted, in its order, and forgets it.
    ///
    /// - Parameter describe: The path of a task, and why it is in a phase.
    mutating func take(
        _ describe: (Int, TaskPhase) -> (path: String, reason: String?)
    ) -> [PhaseChange] {
        guard !steps.isEmpty else { return [] }
        defer { steps.removeAll() }
        return steps.map { step in
            switch step {
            case .run(let transition):
                return PhaseChange(
                    time: transition.time, from: transition.from.rawValue,
                    to: transition.to.rawValue, reason: transition.reason)
            case .task(let task, let attempt, let from, let to, let time):
                let (path, reason) = describe(Int(task), to)
                return PhaseChange(
                    time: time, task: path, attempt: Int(attempt), from: from.rawValue,
                    to: to.rawValue, reason: reason)
            }
        }
    }
}
