internal import Values

/// Which changes are stored, on their way, or still to be written: group commit for one run.
///
/// At most one write is under way. What changes meanwhile waits for the next, which carries all of
/// it. Attempts wait here for the write that records their intent.
struct CheckpointLedger: Sendable {
    /// The number of the last write asked for.
    private(set) var sequence: Int64
    /// Whether that write is under way.
    private(set) var isWriting = false
    /// Whether something changed that no write carries yet.
    private(set) var isDirty = false
    /// Whether the next write must not wait.
    private(set) var isUrgent = false
    /// Whether a write failed and its repetition waits for its time.
    var isHeld = false
    /// Whether the write under way carries the end of the run.
    private(set) var carriesEnd = false

    /// What waits for a write to be stored.
    struct Held: Sendable {
        /// Attempts whose intent it records.
        var attempts: [StagedAttempt] = []
        /// Attempts to be stopped, for a reason that it records.
        var cancels: [AttemptReference] = []

        var isEmpty: Bool { attempts.isEmpty && cancels.isEmpty }

        mutating func append(_ later: Held) {
            attempts += later.attempts
            cancels += later.cancels
        }

        /// Empties it, and keeps its room.
        mutating func removeAll() {
            if !attempts.isEmpty { attempts.removeAll(keepingCapacity: true) }
            if !cancels.isEmpty { cancels.removeAll(keepingCapacity: true) }
        }
    }

    /// What no write carries yet.
    private var staged = Held()
    /// What the write under way carries.
    private var carried = Held()
    /// Tasks the next patch is to have, each once.
    private(set) var changed: [Int32] = []
    /// Tasks that the patches taken for the write under way had.
    private var taken: [Int32] = []

    init(sequence: Int64) { self.sequence = sequence }

    /// Notes a change that may wait for others.
    mutating func noteChange() { isDirty = true }

    /// Notes a change of a task that is not in the list yet.
    mutating func noteChange(of task: Int) {
        changed.append(Int32(task))
        isDirty = true
    }

    /// Notes a change of all tasks that there are, before any other.
    mutating func noteChange(ofFirst count: Int) {
        changed = Array(0..<Int32(count))
        isDirty = true
    }

    /// Asks that what changed be written without waiting for more.
    mutating func hurry() { isUrgent = true }

    /// Keeps an attempt until its intent is stored.
    mutating func stage(_ attempt: consuming StagedAttempt) {
        staged.attempts.append(attempt)
        isDirty = true
        isUrgent = true
    }

    /// Keeps the order to stop an attempt until its reason is stored: a process that dies before
    /// leaves a run that may go on with the attempt after all.
    mutating func stage(cancelOf attempt: AttemptReference) {
        staged.cancels.append(attempt)
        isDirty = true
        isUrgent = true
    }

    /// The number of the write to be made now, if there is one to make.
    mutating func nextWrite(isOver: Bool) -> Int64? {
        guard isDirty else {
            isUrgent = false
            return nil
        }
        guard isUrgent, !isWriting, !isHeld else { return nil }
        sequence += 1
        isWriting = true
        cover(isOver: isOver)
        return sequence
    }

    /// Hands out the tasks of a patch for the write under way.
    ///
    /// What changed since the write was asked for goes with it.
    mutating func take(isOver: Bool) -> [Int32] {
        let tasks = changed
        changed.removeAll(keepingCapacity: true)
        if taken.isEmpty { taken = tasks } else { taken += tasks }
        cover(isOver: isOver)
        return tasks
    }

    private mutating func cover(isOver: Bool) {
        if !staged.isEmpty {
            if carried.isEmpty { swap(&carried, &staged) } else { carried.append(staged) }
            staged.removeAll()
        }
        isDirty = false
        isUrgent = false
        carriesEnd = isOver
    }

    /// The write is stored: moves what was waiting for it to what is released, which is empty; false
    /// when the number is not that of the write under way.
    mutating func acknowledge(_ number: Int64, releasing released: inout Held) -> Bool {
        guard isWriting, number == sequence else { return false }
        isWriting = false
        if !taken.isEmpty { taken.removeAll(keepingCapacity: true) }
        swap(&released, &carried)
        return true
    }

    /// The write failed or may have: gives the tasks that the next must have again, or nil when the
    /// number is not that of the write under way.
    mutating func fail(_ number: Int64) -> [Int32]? {
        guard isWriting, number == sequence else { return nil }
        isWriting = false
        isDirty = true
        isUrgent = true
        carriesEnd = false
        carried.append(staged)
        staged = carried
        carried = Held()
        let again = taken
        taken = []
        return again
    }
}

/// An attempt that waits for its intent to be stored: what its plan does not tell another time.
struct StagedAttempt: Sendable {
    let task: Int32
    let number: Int32
    /// Its inputs; nil where they are constant, and so in the plan.
    let inputs: JSONObject?

    init(_ reference: AttemptReference, inputs: JSONObject?) {
        task = Int32(reference.task)
        number = Int32(reference.attempt)
        self.inputs = inputs
    }

    var reference: AttemptReference { AttemptReference(task: Int(task), attempt: Int(number)) }
}
