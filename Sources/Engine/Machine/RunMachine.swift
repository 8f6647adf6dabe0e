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
    /// What is run; the bodies of dynamic containers are added to it as they become known.
    public internal(set) var plan: WorkflowPlan
    /// Which run this is.
    public let identity: RunIdentity
    /// The inputs of the run, resolved.
    public let inputs: JSONObject
    /// The bounds it keeps.
    public let limits: RunLimits

    /// The results of an earlier try of the run that may stand in for attempts, by paths.
    let reusable: [String: TaskResult]
    /// The types that tasks may have, and what the machine must know of them.
    let taskTypes: TaskTypes
    let catalogue: TaskCatalogue

    // What changes has no value here: with one, the compiler could not move a machine whole into
    // another's place, as `init(resuming:)` does.

    var run: RunState
    /// The programs of the plan's scopes, made when they are first needed.
    var programs: [ScopeProgram?]
    /// Everything that is or was run, the tasks of the workflow first.
    var instances: [ScopeInstance]
    /// The instances but the first, by what the paths of their tasks start with.
    var instancesByPrefix: [String: Int]
    /// The containers that were started, by index.
    var containers: [Int: ContainerState]
    /// What is being undone, by the instance it is about.
    var rollbacks: [Int: RollbackState]
    var tasks: [TaskState]
    /// What only some tasks have, by index.
    var details: [Int: TaskDetail]
    /// What the tasks gave that completed, by index; nil where that is nothing.
    var outputs: [JSONObject?]
    /// Tasks that wait only for a place.
    var ready: ReadyQueue
    /// Ready tasks whose next attempt the owner was asked to admit.
    var asking: TaskSet
    /// Tasks with an attempt that may be executing or is about to.
    var active: TaskSet
    /// Whether some task may wait for people, or a scope bounds how many of it are under way.
    var hasRarePhases: Bool
    /// How many of those wait for people, and so take no place.
    var approvals: Int
    /// How many of those read the stream of another task, and so take no place either.
    var companions: Int
    /// Tasks whose last dependency has just ended, still to be looked at; empty between steps.
    var arrivals: [Int32]
    /// Instances whose last task has just ended, still to be looked at; empty between steps.
    var endedInstances: [Int32]
    /// What attempts reported and no write carries yet, and what the write under way carries.
    var reported: [AttemptReference]
    var carriedReports: [AttemptReference]
    /// Tasks of streams that have ended, still to be told; empty between steps.
    var streamEnds: [Int32]
    /// Attempts whose intent is stored and that a pause kept from being handed out; once the run goes
    /// on, those that wait to be admitted again.
    var cleared: [TaskAttempt]
    /// Attempts whose intent was just stored; empty between steps.
    var released: CheckpointLedger.Held
    /// The number of tasks that ended by themselves, and not because the run did.
    var done: Int
    /// How many tasks that can be undone have completed.
    var completions: Int32
    /// The moments that something is due at: of tasks, one each, and of the run.
    var timers: TimerHeap
    /// The moment the owner was last asked to come back at; nil once it has.
    var announcedTimer: Optional<Timestamp>
    /// The moment of the last event; nil before the first.
    var heard: Optional<Timestamp>
    /// Whether the moment is set by which what changed is written at the latest.
    var isLagTimed: Bool
    var ledger: CheckpointLedger
    var budget: StatusBudget
    /// The shards of the checkpoint, by number; the first is the status itself and holds nothing here.
    var shards: [CheckpointShard]
    /// The steps from phase to phase since they were last asked for.
    var taken: TransitionSet
    /// The steps that no write has carried yet.
    var journal: ChangeJournal
    /// The illegal step that stopped this machine, if one did: at most one.
    ///
    /// Whether there is one is asked many times a step, and of a list that is one word.
    var faults: [IllegalTransition]

    /// Makes a run that has not started; O(tasks).
    ///
    /// - Parameters:
    ///   - inputs: The resolved inputs: see `WorkflowPlan.resolveInputs`.
    ///   - reusing: Results of an earlier try, by paths, as ``results(without:)`` gives them: a task
    ///     that has one of its key, and that depends on nothing that ran anew, is done with that
    ///     result. Give the same after a crash, or fewer.
    public init(
        plan: WorkflowPlan, identity: RunIdentity, inputs: JSONObject,
        limits: RunLimits = .init(), taskTypes: TaskTypes = .builtIn,
        reusing: [String: TaskResult] = [:]
    ) {
        self.init(
            plan, identity, inputs, limits, taskTypes, reusing, CheckpointLedger(sequence: 0))
        let program = instances[0].program
        budget.reserveRoot(program, self.plan)
        for task in tasks.indices {
            tasks[task].shard = budget.place(
                tasks[task], idBytes: Int(program.outlines[task].idBytes))
            tasks[task].marks.insert(.changed)
        }
        self.ledger.noteChange(ofFirst: tasks.count)
        growShards()
    }

    /// Makes a run of which only the tasks of the workflow are known, and no change.
    init(
        _ plan: WorkflowPlan, _ identity: RunIdentity, _ inputs: JSONObject, _ limits: RunLimits,
        _ taskTypes: TaskTypes, _ reusing: [String: TaskResult], _ ledger: CheckpointLedger
    ) {
        self.plan = plan
        self.identity = identity
        self.inputs = inputs
        self.limits = limits
        self.taskTypes = taskTypes
        catalogue = TaskCatalogue(taskTypes, usual: self.plan.definition.priority)
        self.ledger = ledger
        reusable = reusing
        run = RunState()
        instancesByPrefix = [:]
        containers = [:]
        rollbacks = [:]
        details = [:]
        approvals = 0
        companions = 0
        arrivals = []
        endedInstances = []
        reported = []
        carriedReports = []
        streamEnds = []
        cleared = []
        released = CheckpointLedger.Held()
        done = 0
        completions = 0
        timers = TimerHeap()
        announcedTimer = nil
        heard = nil
        isLagTimed = false
        shards = [CheckpointShard()]
        taken = TransitionSet()
        journal = ChangeJournal(isKept: limits.notesChanges)
        faults = []
        let program = ScopeProgram(self.plan.scopes[0], 0, catalogue)
        programs = Array(repeating: nil, count: self.plan.scopes.count)
        programs[0] = program
        instances = [
            ScopeInstance(
                program: program, role: .root, parent: -1, attempt: 0, iteration: -1, first: 0,
                prefix: "", remaining: Int32(program.count))
        ]
        tasks = program.states
        outputs = Array(repeating: nil, count: program.count)
        ready = ReadyQueue(capacity: program.count)
        asking = TaskSet(capacity: program.count)
        active = TaskSet(capacity: program.count)
        budget = StatusBudget(inputs: inputs, limits: limits)
        hasRarePhases = program.maximumParallel != .max
    }

    /// The illegal step that stopped this machine; nil where there was none.
    ///
    /// It is an error of the engine, or of whoever wrote the status that the run was rebuilt from. From
    /// then on the machine hears nothing and asks for nothing, not even for what else the step decided:
    /// what is stored is the run as it was before it. Its owner lets go of it.
    public var fault: IllegalTransition? { faults.first }

    /// Where the run stands.
    public var phase: RunPhase { run.phase }

    /// Whether the run has ended and its end is stored.
    public var isFinished: Bool { run.finished }

    /// The sequence number of the last write asked for.
    public var checkpointSequence: Int64 { ledger.sequence }

    /// Where a task stands, by its path, or nil when the run has none of that path yet.
    public func phase(ofTask path: String) -> TaskPhase? {
        index(ofPath: path).map { tasks[$0].phase }
    }

    /// What a task gave, by its path, or nil when it has not completed.
    public func outputs(ofTask path: String) -> JSONObject? {
        guard let task = index(ofPath: path), tasks[task].phase == .completed else { return nil }
        return outputs[task] ?? [:]
    }

    /// The path of a task that an attempt is of, or nil where the run has no such task.
    public func path(of reference: AttemptReference) -> String? {
        tasks.indices.contains(reference.task) ? path(of: reference.task) : nil
    }

    /// The number of attempts that are executing or about to.
    public var activeAttempts: Int { active.count }

    /// Gives the steps from phase to phase that were taken since it was last asked.
    public mutating func takeTransitions() -> TransitionSet {
        defer { taken = TransitionSet() }
        return taken
    }

    /// Takes an event and adds the actions that follow from it.
    ///
    /// `now` is the wall clock; going back or jumping, it delays or hastens timers and breaks
    /// nothing. See ``fault`` for what stops a machine.
    public mutating func handle(
        _ event: RunEvent, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard faults.isEmpty else { return }
        let before = actions.count
        let now = now.roundedToMilliseconds(.down)
        if let heard, now < heard, now + ClockLimits.step < heard { bringNearer(at: now) }
        heard = now
        take(event, at: now, into: &actions)
        if !faults.isEmpty { actions.removeSubrange(before...) }
    }

    private mutating func take(
        _ event: RunEvent, at now: Timestamp, into actions: inout [RunAction]
    ) {
        switch event {
        case .start: begin(at: now, into: &actions)
        case .desiredStateChanged(let desired):
            // Cancelled is the last wish but one: law 18.
            if !run.desired.isEnd || desired == .terminated { run.desired = desired }
            if run.begun { applyDesiredState(at: now, into: &actions) }
        case .attemptAdmitted(let reference):
            attemptAdmitted(reference, at: now, into: &actions)
        case .attemptQueued(let reference, let message):
            attemptQueued(reference, message, at: now)
        case .attemptRefused(let reference, let error):
            attemptRefused(reference, error, at: now, into: &actions)
        case .attemptFinished(let reference, let outcome):
            // A timeout that is told past the run's own, whose timer is late, is the run's.
            if outcome.isTimeout { expireRun(at: now, into: &actions) }
            attemptEnded(reference, outcome, at: now, into: &actions)
        case .attemptProgressed(let reference, let progress):
            attemptProgressed(reference, progress, at: now, into: &actions)
        case .resultFound(let reference, let found):
            resultFound(reference, found, at: now, into: &actions)
        case .checkpointAcknowledged(let sequence):
            checkpointStored(sequence, at: now, into: &actions)
        case .checkpointFailed(let sequence, let retryAfter):
            checkpointFailed(sequence, retryAfter: retryAfter, at: now)
        case .operation(let id, let operation):
            if run.begun { perform(operation, id: id, at: now, into: &actions) }
        case .timerFired:
            announcedTimer = nil
            fireTimers(at: now, into: &actions)
        }
        if run.begun && !run.finished { settle(at: now, into: &actions) }
    }
}
