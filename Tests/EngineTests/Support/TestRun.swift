import Engine
import Testing
import Values
import Workflows

/// The owner of one run, for tests: it stores what the run asks to be stored, as an API server would,
/// and keeps what the run asks to be executed until the test says how that ended.
struct TestRun: ~Copyable {
    static let identity = RunIdentity(namespace: "default", name: "run-1", uid: "8b1f7c2e-uid")
    static let start = Timestamp(seconds: 1_800_000_000)
    /// Bounds under which nothing is written only because time passed: the timers that tests see are
    /// those of the behaviour they are about.
    static let limits: RunLimits = {
        var limits = RunLimits(statusLag: nil)
        limits.notesChanges = true
        return limits
    }()

    var machine: RunMachine
    var now: Timestamp
    /// The status as the API server has it.
    var stored: JSON
    /// The shards of its checkpoint as the API server has them, by number.
    var shards: [Int: JSON] = [:]
    /// The write under way, with what the status would be after it; its shards are stored already.
    var write: (sequence: Int64, status: JSON)?
    /// Attempts that execute, in the order of their launch.
    var executing: [TaskAttempt] = []
    /// Attempts that wait to be admitted.
    var requests: [AttemptRequest] = []
    /// Attempts whose admission was withdrawn, in order.
    var withdrawn: [AttemptReference] = []
    /// Attempts that were asked to stop and have not ended.
    var stopping: [AttemptReference] = []
    var timer: Timestamp?
    var finished: RunPhase?
    var notices: [RunNotice] = []
    /// What the cache was asked for and has not answered.
    var lookups: [ResultLookup] = []
    /// What the cache was given, by key.
    var offered: [String: JSONObject] = [:]
    /// The attempts whose progress is stored, as often as that was told.
    var progressStored: [AttemptReference] = []
    /// The streams that are over, by path, with whether their tasks completed.
    var streamsEnded: [String: Bool] = [:]
    /// The streams that lost a reader, each with that.
    var streamsReleased: [String] = []
    /// The steps from phase to phase that writes carried.
    var told: [PhaseChange] = []
    /// Where these steps lead; nil where none are told.
    private var account: ChangeAccount?
    /// Everything the run asked for, in order.
    var actions: [RunAction] = []
    var writes = 0
    /// Every status that a write carried, whether or not it was acknowledged.
    var history: [JSON] = []

    init(
        _ plan: WorkflowPlan, inputs: JSONObject = [:], limits: RunLimits = TestRun.limits,
        reusing: [String: TaskResult] = [:], at now: Timestamp = TestRun.start
    ) {
        machine = RunMachine(
            plan: plan, identity: TestRun.identity, inputs: inputs, limits: limits,
            reusing: reusing)
        stored = ["inputs": .object(inputs)]
        self.now = now
        if limits.notesChanges { account = ChangeAccount(stored, [:]) }
    }

    /// The run after a crash: nothing of the old process is left but the stored status.
    init(
        resuming status: JSON, shards: [Int: JSON] = [:], _ plan: WorkflowPlan,
        limits: RunLimits = TestRun.limits, reusing: [String: TaskResult] = [:],
        at now: Timestamp
    ) throws {
        machine = try RunMachine(
            resuming: status, shards: shards, plan: plan, identity: TestRun.identity,
            limits: limits, reusing: reusing)
        self.shards = shards
        stored = status
        self.now = now
        if limits.notesChanges { account = ChangeAccount(status, shards) }
    }

    /// Sends an event and does what follows from it.
    mutating func send(_ event: RunEvent) {
        var given: [RunAction] = []
        machine.handle(event, at: now, into: &given)
        actions += given
        for action in given {
            switch action {
            case .writeCheckpoint(let sequence):
                if write != nil {
                    Issue.record("a second write is asked for while one is under way")
                }
                var status = stored
                if let taken = machine.takeCheckpoint() {
                    status = status.merging(patch: taken.status)
                    shards.merge(taken.shards) { $1 }
                    told += taken.changes
                    account?.follow(taken.changes, to: status, shards)
                } else {
                    Issue.record("a write is asked for and nothing changed")
                }
                write = (sequence, status)
                writes += 1
                history.append(status)
            case .requestAdmission(let request): requests.append(request)
            case .withdrawAdmission(let reference):
                requests.removeAll { $0.reference == reference }
                withdrawn.append(reference)
            case .lookUpResult(let lookup): lookups.append(lookup)
            case .storeResult(let offer): offered[offer.key] = offer.outputs
            case .launch(let attempt): executing.append(attempt)
            case .cancelAttempt(let reference): stopping.append(reference)
            case .progressStored(let reference): progressStored.append(reference)
            case .streamEnded(let path, let isComplete, _): streamsEnded[path] = isComplete
            case .streamReleased(let path, let reader): streamsReleased.append("\(path) \(reader)")
            case .setTimer(let time): timer = time
            case .recordEvent(let notice): notices.append(notice)
            case .finish(let phase):
                if finished != nil { Issue.record("finish is given twice") }
                finished = phase
            }
        }
    }

    /// Stores the write under way.
    mutating func acknowledge() {
        guard let (sequence, status) = write else { return }
        write = nil
        stored = status
        send(.checkpointAcknowledged(sequence: sequence))
    }

    /// The write under way, which the test says there is.
    func pendingWrite() throws -> (sequence: Int64, status: JSON) {
        let pending = write
        return try #require(pending)
    }

    /// Stores writes until none is under way.
    mutating func acknowledgeAll() {
        while write != nil { acknowledge() }
    }

    /// Ends an executing attempt of a task.
    mutating func end(_ taskID: String, _ outcome: AttemptOutcome) throws {
        let position = try #require(executing.firstIndex { $0.taskID == taskID })
        let attempt = executing.remove(at: position)
        stopping.removeAll { $0 == attempt.reference }
        send(.attemptFinished(attempt.reference, outcome))
    }

    /// Ends an executing attempt of a task well.
    mutating func succeed(_ taskID: String, _ outputs: JSONObject = [:]) throws {
        try end(taskID, .succeeded(outputs: outputs))
    }

    /// Ends an executing attempt of a task with an error.
    mutating func fail(
        _ taskID: String, type: String = "TestError", isRetryable: Bool = true,
        retryAfter: Duration? = nil
    ) throws {
        let error = TaskError(
            type: type, message: "it failed", isRetryable: isRetryable, retryAfter: retryAfter)
        try end(taskID, .failed(error))
    }

    /// Lets the time of the timer come.
    mutating func fireTimer() throws {
        let due = timer
        let time = try #require(due)
        timer = nil
        now = max(now, time)
        send(.timerFired)
    }

    /// Goes on until the run has finished: stores every write, ends attempts in the order of their
    /// launch, and lets time pass when nothing else can happen.
    mutating func runToEnd(_ outcome: (TaskAttempt) -> AttemptOutcome) throws {
        var steps = 0
        while finished == nil {
            steps += 1
            if steps == 10_000 {
                Issue.record("the run goes on for ever")
                return
            }
            if write != nil {
                acknowledge()
            } else if let attempt = executing.first {
                executing.removeFirst()
                let isStopping = stopping.contains(attempt.reference)
                send(
                    .attemptFinished(attempt.reference, isStopping ? .cancelled : outcome(attempt)))
            } else {
                try #require(timer != nil, "the run waits for nothing")
                try fireTimer()
            }
        }
    }

    /// What the status says of a task.
    func status(of taskID: String) -> JSON { machine.statusJSON()["tasks"]?[taskID] ?? .null }

    func phase(of taskID: String) -> TaskPhase? { machine.phase(ofTask: taskID) }

    /// The ids of the tasks whose attempts execute.
    var executingIDs: [String] { executing.map(\.taskID) }
}
