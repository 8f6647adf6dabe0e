internal import Expressions
public import Values
public import Workflows

/// One run of a workflow, as a state machine: events go in, actions come out, and nothing else
/// happens.
///
/// It holds no clock, draws no random numbers and does no I/O. Its owner locks, steps, unlocks, and
/// then performs the actions. A step costs O(tasks it changes), whatever the size of the run.
/// Whatever it decides, it decides from the plan and from what its status holds, so a run that is
/// rebuilt from a stored status goes on as the one that stored it would have.
///
/// The rules it keeps are in the room's `AGENTS.md`; law numbers in comments are those of
/// `docs/invariants.md`.
public struct RunMachine: ~Copyable, Sendable {
    /// What is run.
    public let plan: WorkflowPlan
    /// Which run this is.
    public let identity: RunIdentity
    /// The inputs of the run, resolved.
    public let inputs: JSONObject
    /// The bounds it keeps.
    public let limits: RunLimits

    /// The types of tasks that are done once their inputs are evaluated.
    ///
    /// There are few.
    let evaluatedTypes: [String]

    var run = RunState()
    var tasks: [TaskState]
    var details: [Int: TaskDetail] = [:]
    /// The outputs of the tasks that completed, by index.
    var outputs: [JSONObject]
    /// Tasks that wait only for a place.
    var ready: TaskSet
    /// Ready tasks whose next attempt the owner was asked to admit.
    var asking: TaskSet
    /// Tasks with an attempt that may be executing or is about to.
    var active: TaskSet
    /// Tasks whose last dependency has just ended, still to be looked at; empty between steps.
    var arrivals: [Int32] = []
    /// Attempts whose intent is stored and that the run, being paused, does not start.
    var cleared: [TaskAttempt] = []
    /// The number of tasks that have not ended.
    var remaining: Int
    /// The number of tasks that ended by themselves, and not because the run did.
    var done = 0
    var timers: TimerHeap
    var announcedTimer: Timestamp?
    /// Whether the moment is set by which what changed is written at the latest.
    var isLagTimed = false
    var ledger: CheckpointLedger
    var budget: StatusBudget

    /// Makes a run that has not started; O(tasks).
    ///
    /// The inputs are resolved ones: see `WorkflowPlan.resolveInputs`.
    public init(
        plan: WorkflowPlan, identity: RunIdentity, inputs: JSONObject,
        limits: RunLimits = .init(), taskTypes: TaskTypes = .builtIn
    ) {
        let count = plan.tasks.count
        self.plan = plan
        self.identity = identity
        self.inputs = inputs
        self.limits = limits
        evaluatedTypes = taskTypes.names.filter {
            taskTypes[$0].map { $0.isPure && $0.givesInputs } == true
        }
        tasks = Array(repeating: TaskState(), count: count)
        outputs = Array(repeating: JSONObject(), count: count)
        ready = TaskSet(capacity: count)
        asking = TaskSet(capacity: count)
        active = TaskSet(capacity: count)
        remaining = count
        timers = TimerHeap(slots: count + TimerSlot.runSlots)
        ledger = CheckpointLedger(sequence: 0)
        budget = StatusBudget(plan: plan, inputs: inputs, limits: limits)
        for task in 0..<count {
            tasks[task].unmet = Int32(plan.dependencies(of: task).count)
            change(task)
        }
    }

    /// Where the run stands.
    public var phase: RunPhase { run.phase }

    /// Whether the run has ended and its end is stored.
    public var isFinished: Bool { run.finished }

    /// The sequence number of the last write asked for.
    public var checkpointSequence: Int64 { ledger.sequence }

    /// Where a task stands, or nil when the plan has no such task.
    public func phase(ofTask taskID: String) -> TaskPhase? {
        plan.index(of: taskID).map { tasks[$0].phase }
    }

    /// What a task gave, or nil when it has not completed.
    public func outputs(ofTask taskID: String) -> JSONObject? {
        guard let task = plan.index(of: taskID), tasks[task].phase == .completed else { return nil }
        return outputs[task]
    }

    /// The number of attempts that are executing or about to.
    public var activeAttempts: Int { active.count }

    /// Takes an event and adds the actions that follow from it.
    ///
    /// `now` is the wall clock; going back or jumping, it delays or hastens timers and breaks
    /// nothing.
    public mutating func handle(
        _ event: RunEvent, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let now = now.roundedToMilliseconds(.down)
        switch event {
        case .start: begin(at: now, into: &actions)
        case .desiredStateChanged(let desired):
            // Cancelled is the last wish: law 18.
            if run.desired != .cancelled { run.desired = desired }
            if run.begun { applyDesiredState(at: now, into: &actions) }
        case .attemptAdmitted(let reference):
            attemptAdmitted(reference, at: now, into: &actions)
        case .attemptQueued(let reference, let message): attemptQueued(reference, message)
        case .attemptRefused(let reference, let error):
            attemptRefused(reference, error, at: now, into: &actions)
        case .attemptFinished(let reference, let outcome):
            // An executor that obeys the run's deadline reports it before the timer here does.
            if outcome.isTimeout { expireRun(at: now, into: &actions) }
            attemptEnded(reference, outcome, at: now, into: &actions)
        case .checkpointAcknowledged(let sequence):
            checkpointStored(sequence, at: now, into: &actions)
        case .checkpointFailed(let sequence, let retryAfter):
            checkpointFailed(sequence, retryAfter: retryAfter, at: now)
        case .timerFired:
            announcedTimer = nil
            fireTimers(at: now, into: &actions)
        }
        if run.begun && !run.finished { settle(at: now, into: &actions) }
    }
}
