import Engine
import Testing
import Values
import Workflows

/// A small world: a graph, what its tasks do, and the plan made of them.
struct SmallWorld {
    static let maximumAttempts = 3
    /// Many crashes are part of these worlds, and no task is to fail of them.
    static let limits: RunLimits = {
        var limits = TestRun.limits
        limits.interruptions = 1000
        return limits
    }()

    let graph: SmallGraph
    let behaviours: [Behaviour]
    let onFailure: FailureAction
    let plan: WorkflowPlan

    init(_ graph: SmallGraph, _ behaviours: [Behaviour], onFailure: FailureAction) throws {
        self.graph = graph
        self.behaviours = behaviours
        self.onFailure = onFailure
        let retry = RetryPolicy(maxAttempts: SmallWorld.maximumAttempts, jitter: 0)
        plan = try TestPlan.make(
            (0..<graph.count).map { task in
                TestTask(
                    "t\(task)", after: graph.dependencies[task].map { "t\($0)" },
                    condition: behaviours[task] == .isSkipped ? "false" : nil, retry: retry,
                    onFailure: onFailure)
            })
    }

    /// Whether attempts begin when they are admitted.
    var asksForAdmission = false

    var runLimits: RunLimits {
        var limits = SmallWorld.limits
        limits.asksForAdmission = asksForAdmission
        return limits
    }

    /// How an attempt ends.
    func outcome(of attempt: AttemptReference) -> AttemptOutcome {
        switch behaviours[attempt.task] {
        case .fails: .failed(TaskError(type: "Broken", message: "no", isRetryable: false))
        case .failsOnce where attempt.attempt == 1:
            .failed(TaskError(type: "Flaky", message: "not yet", isRetryable: true))
        default: .succeeded(outputs: ["by": .integer(Int64(attempt.attempt))])
        }
    }

    /// Every world of a graph; those in which nothing fails are the same whatever a failure does,
    /// and stand among those in which it ends the run.
    static func all(
        _ graph: SmallGraph, onFailure: FailureAction
    ) throws -> [SmallWorld] {
        let kinds = Behaviour.allCases
        var count = 1
        for _ in 0..<graph.count { count *= kinds.count }
        return try (0..<count).compactMap { number in
            var rest = number
            let behaviours = (0..<graph.count).map { _ in
                defer { rest /= kinds.count }
                return kinds[rest % kinds.count]
            }
            guard onFailure == .fail || behaviours.contains(.fails) else { return nil }
            return try SmallWorld(graph, behaviours, onFailure: onFailure)
        }
    }
}

/// A run of a small world with an observer of the laws beside it.
struct ObservedRun: ~Copyable {
    let world: SmallWorld
    var run: TestRun
    /// The attempts that were admitted and may be launched, where the world asks for that.
    private var admitted: Set<AttemptReference> = []
    var observer: LawObserver
    /// What the user wants, as the run's spec keeps it across crashes.
    private(set) var desired = DesiredRunState.running
    private var seen = 0

    init(_ world: SmallWorld) {
        self.world = world
        run = TestRun(world.plan, limits: world.runLimits)
        observer = LawObserver(world.graph, maximumAttempts: SmallWorld.maximumAttempts)
        send(.start)
    }

    /// The run after a crash, from a status that was written; what is observed goes on.
    init(
        _ world: SmallWorld, resuming status: JSON, _ observer: LawObserver, at now: Timestamp,
        desired: DesiredRunState = .running
    ) throws {
        self.world = world
        run = try TestRun(resuming: status, world.plan, limits: world.runLimits, at: now)
        self.observer = observer
        var rebuilt = run.machine.statusJSON()
        rebuilt["inputs"] = status["inputs"]
        if status["phase"] != nil, rebuilt != status {
            self.observer.note("law 11: \(status.text) was rebuilt as \(rebuilt.text)")
        }
        self.observer.observe(stored: status)
        send(.desiredStateChanged(desired))
        send(.start)
    }

    mutating func send(_ event: RunEvent) {
        if case .desiredStateChanged(let wish) = event {
            if desired != .cancelled { desired = wish }
            if wish == .cancelled && !run.machine.phase.isTerminal { observer.cancelIsRequested() }
        }
        if case .attemptAdmitted(let reference) = event {
            run.requests.removeAll { $0.reference == reference }
            admitted.insert(reference)
        }
        run.send(event)
        look()
    }

    private mutating func look() {
        observer.observe(Array(run.actions[seen...]), stored: run.stored)
        if world.asksForAdmission { lookForAdmission() }
        seen = run.actions.count
    }

    /// Nothing is launched that was not admitted, or was taken back since.
    private mutating func lookForAdmission() {
        for action in run.actions[seen...] {
            switch action {
            case .withdrawAdmission(let reference): admitted.remove(reference)
            case .launch(let attempt) where admitted.remove(attempt.reference) == nil:
                observer.note("\(attempt.reference) was launched and not admitted")
            default: break
            }
        }
    }

    /// Loses the write under way, or only the answer to it.
    mutating func loseWrite(isApplied: Bool) {
        guard let (sequence, status) = run.write else { return }
        run.write = nil
        if isApplied {
            run.stored = status
            observer.observe(stored: status)
        }
        send(.checkpointFailed(sequence: sequence, retryAfter: .milliseconds(50)))
    }

    /// Lets the time of the timer come, if there is one.
    mutating func fireTimer() throws {
        guard run.timer != nil else { return }
        try run.fireTimer()
        look()
    }

    mutating func acknowledge() {
        run.acknowledge()
        observer.observe(stored: run.stored)
        look()
    }

    /// Ends the executing attempt at a position as its world says, or as cancelled if it was asked to
    /// stop.
    mutating func endAttempt(at position: Int) {
        let reference = run.executing.remove(at: position).reference
        let isStopping = run.stopping.contains(reference)
        run.stopping.removeAll { $0 == reference }
        send(.attemptFinished(reference, isStopping ? .cancelled : world.outcome(of: reference)))
    }

    /// Does the next thing; false when the run has finished.
    mutating func step() throws -> Bool {
        guard run.finished == nil else { return false }
        if run.write != nil {
            acknowledge()
        } else if let request = run.requests.first {
            send(.attemptAdmitted(request.reference))
        } else if !run.executing.isEmpty {
            endAttempt(at: 0)
        } else {
            if run.timer == nil {
                Issue.record("law 13: the run waits for nothing")
                return false
            }
            try fireTimer()
        }
        return true
    }

    mutating func finish() throws {
        var steps = 0
        while try step() {
            steps += 1
            if steps == 1000 {
                Issue.record("law 13: the run goes on for ever")
                return
            }
        }
    }

    /// Compares the end with what the reference says it must be.
    mutating func checkEnd() {
        let (graph, behaviours) = (world.graph, world.behaviours)
        let reference = ReferenceScheduler.phasesContinuing(graph, behaviours)
        let phases = (0..<graph.count).map { run.phase(of: "t\($0)") ?? .pending }
        let failures =
            world.onFailure == .fail
            ? ReferenceScheduler.firstFailures(graph, behaviours) : []
        if failures.isEmpty {
            if run.finished != .completed || phases != reference {
                observer.note("law 12: ended \(phases), and the reference says \(reference)")
            }
            return
        }
        let failed = phases.indices.filter { phases[$0] == .failed }
        let completed = phases.indices.filter { phases[$0] == .completed }
        let isRight =
            run.finished == .failed && !failed.isEmpty && failures.isSuperset(of: failed)
            && completed.allSatisfy { reference[$0] == .completed }
            && phases.allSatisfy(\.isTerminal)
        if !isRight { observer.note("law 12: ended \(phases), and \(failures) fail") }
    }

    /// Records what was observed, once for a world.
    func report(_ context: String) {
        guard let first = observer.violations.first else { return }
        Issue.record("\(context), graph \(world.graph), \(world.behaviours): \(first)")
    }
}
