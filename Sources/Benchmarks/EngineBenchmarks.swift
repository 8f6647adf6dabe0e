import Engine
import Expressions
import POSIX
import Values
import Workflows

/// Measures the run state machine alone: from `start` through launch and end of every attempt to
/// `finish`, with every write acknowledged at once.
///
/// Each shape is measured twice: the steps alone, and with the patch of every write made, as an
/// owner does that talks to an API server.
func engineBenchmarks(
    report: (_ name: String, _ shape: String, _ tasks: Int, _ value: Double, _ unit: String) -> Void
) {
    // First, while nothing that was let go of before can be used again unseen.
    measureIdleMemory(report)
    measureManyRuns(report)
    measureEncoding(report)
    for count in [10, 100, 1000, 10_000, 100_000] {
        for (name, dependencies) in EngineShape.all(of: count) {
            measureShape(name, dependencies, report)
        }
    }
}

/// How figures of the engine are told.
private typealias EngineReport = (
    _ name: String, _ shape: String, _ tasks: Int, _ value: Double, _ unit: String
) -> Void

/// One graph: small ones so often that as many tasks were run as of the largest.
private func measureShape(
    _ name: String, _ dependencies: [[Int32]], _ report: EngineReport
) {
    guard let plan = EngineShape.plan(dependencies) else { return }
    let count = dependencies.count
    let repetitions = max(1, 100_000 / count)
    var best = EngineMeasure()
    for _ in 0..<5 {
        let measure = EngineMeasure(plan, repetitions: repetitions)
        if measure.tasksPerSecond > best.tasksPerSecond { best = measure }
    }
    var timed = EngineMeasure()
    for _ in 0..<3 {
        let measure = EngineMeasure(plan, .timed, repetitions: repetitions)
        if measure.tasksPerSecond > timed.tasksPerSecond { timed = measure }
    }
    report("engine.tasks", name, count, best.tasksPerSecond, "tasks/s")
    report("engine.tasks.processor", name, count, best.tasksPerProcessorSecond, "tasks/cpu-s")
    report("engine.step.p50", name, count, timed.percentile(0.5), "us")
    report("engine.step.p99", name, count, timed.percentile(0.99), "us")
    report("engine.step.max", name, count, timed.percentile(1), "us")
    report("engine.writes", name, count, Double(best.writes) / Double(repetitions), "writes")
    let patched = EngineMeasure(plan, .patched, repetitions: repetitions)
    report("engine.tasks.patched", name, count, patched.tasksPerSecond, "tasks/s")
    report(
        "engine.tasks.patched.processor", name, count, patched.tasksPerProcessorSecond,
        "tasks/cpu-s")
}

/// What it takes to make the bytes of checkpoints of a run of 1,000 tasks.
private func measureEncoding(_ report: EngineReport) {
    guard let plan = EngineShape.plan(EngineShape.layered(layers: 10, width: 100)) else { return }
    let count = plan.tasks.count
    var whole: [Double] = []
    var first: [Double] = []
    var layer: [Double] = []
    for _ in 0..<50 {
        let run = SteppedRun(plan, 0)
        var isFirst = true
        while !run.isFinished {
            run.step { machine in
                let began = SystemClock.monotonic()
                let bytes = machine.takeStatusPatch()?.bytes ?? []
                let time = (SystemClock.monotonic() - began) / .microseconds(1)
                precondition(!bytes.isEmpty, "a write of a benchmark carried nothing")
                // The first write names every task; each after it has what two layers changed.
                if isFirst { first.append(time) } else { layer.append(time) }
                isFirst = false
            }
        }
        let began = SystemClock.monotonic()
        let bytes = run.status.bytes
        whole.append((SystemClock.monotonic() - began) / .microseconds(1))
        precondition(bytes.count > count, "the status of a benchmark has no tasks")
    }
    for (name, samples) in [("whole", whole), ("first", first), ("layer", layer)] {
        let sorted = samples.sorted()
        guard !sorted.isEmpty else { continue }
        report("engine.checkpoint_encode.p50", name, count, sorted[sorted.count / 2], "us")
        report("engine.checkpoint_encode.p99", name, count, sorted[sorted.count * 99 / 100], "us")
    }
}

/// The resident memory that idle tasks of runs that have started cost, beyond their shared plan.
private func measureIdleMemory(_ report: EngineReport) {
    guard let plan = EngineShape.plan(EngineShape.layered(layers: 1000, width: 100)) else { return }
    let before = ProcessUsage.current().residentBytes
    var runs: [SteppedRun] = []
    for number in 0..<10 {
        runs.append(SteppedRun(plan, number))
        runs[number].step { _ = $0.takeStatusPatch() }
    }
    let after = ProcessUsage.current().residentBytes
    let tasks = runs.count * plan.tasks.count
    let idle = runs.reduce(0) { $0 + $1.idleTasks }
    report(
        "engine.memory.idle", "layered", tasks, Double(after - before) / Double(max(1, idle)),
        "bytes/task")
}

/// Ten thousand runs of a hundred tasks at once: what each holds, and how fast all of them go.
private func measureManyRuns(_ report: EngineReport) {
    guard let plan = EngineShape.plan(EngineShape.layered(layers: 10, width: 10)) else { return }
    let count = 10_000
    let before = ProcessUsage.current().residentBytes
    var runs: [SteppedRun] = []
    runs.reserveCapacity(count)
    for number in 0..<count {
        runs.append(SteppedRun(plan, number))
        runs[number].step { _ = $0.takeStatusPatch() }
    }
    let held = ProcessUsage.current().residentBytes - before
    let tasks = count * plan.tasks.count
    report("engine.memory.run", "10,000 runs", tasks, Double(held) / Double(count), "bytes/run")
    let began = SystemClock.monotonic()
    var isFinished = false
    while !isFinished {
        isFinished = true
        for run in runs where !run.isFinished {
            run.step { _ in }
            if !run.isFinished { isFinished = false }
        }
    }
    let seconds = (SystemClock.monotonic() - began) / .seconds(1)
    report("engine.tasks", "10,000 runs", tasks, Double(tasks) / seconds, "tasks/s")
}

/// A run that goes on a step at a time.
private final class SteppedRun {
    private var machine: RunMachine
    private var events: [RunEvent] = [.start]
    private var actions: [RunAction] = []

    init(_ plan: WorkflowPlan, _ number: Int) {
        machine = RunMachine(
            plan: plan,
            identity: RunIdentity(namespace: "bench", name: "run-\(number)", uid: "uid-\(number)"),
            inputs: [:], limits: RunLimits(statusBytes: .max))
    }

    /// Handles what has happened; attempts that were launched end in the next step.
    func step(_ takeCheckpoint: (inout RunMachine) -> Void) {
        let now = Timestamp(seconds: 1_800_000_000)
        for event in events { machine.handle(event, at: now, into: &actions) }
        events.removeAll(keepingCapacity: true)
        for action in actions {
            switch action {
            case .writeCheckpoint(let sequence):
                takeCheckpoint(&machine)
                events.append(.checkpointAcknowledged(sequence: sequence))
            case .launch(let attempt):
                events.append(.attemptFinished(attempt.reference, .succeeded(outputs: [:])))
            default: break
            }
        }
        actions.removeAll(keepingCapacity: true)
    }

    var isFinished: Bool { machine.isFinished }

    var status: JSON { machine.statusJSON() }

    var idleTasks: Int { machine.plan.tasks.count - machine.activeAttempts }
}

/// Graphs of benchmarks.
enum EngineShape {
    static func chain(_ count: Int) -> [[Int32]] {
        (0..<count).map { $0 == 0 ? [] : [Int32($0 - 1)] }
    }

    static func wide(_ count: Int) -> [[Int32]] { Array(repeating: [], count: count) }

    /// Each task depends on three of the layer before.
    static func layered(layers: Int, width: Int) -> [[Int32]] {
        (0..<layers * width).map { task in
            let (layer, column) = (task / width, task % width)
            guard layer > 0 else { return [] }
            return [0, 7, 31].map { Int32((layer - 1) * width + (column + $0) % width) }
        }
    }

    /// A row of diamonds: one task, two beside each other, one that joins them.
    static func diamond(count: Int) -> [[Int32]] {
        (0..<count).flatMap { number -> [[Int32]] in
            let top = Int32(number * 4)
            return [number == 0 ? [] : [top - 1], [top], [top], [top + 1, top + 2]]
        }
    }

    /// The graphs that are measured, of about so many tasks each.
    static func all(of count: Int) -> [(name: String, dependencies: [[Int32]])] {
        let width = min(100, max(2, count / 5))
        return [
            ("chain", chain(count)), ("wide", wide(count)),
            ("layered", layered(layers: count / width, width: width)),
            ("diamond", diamond(count: max(1, count / 4))),
        ]
    }

    static func plan(_ dependencies: [[Int32]]) -> WorkflowPlan? {
        guard let inputs = try? ValueTemplate(parsing: ["command": ["true"]]) else { return nil }
        let tasks = dependencies.enumerated().map { index, before in
            TaskPlan(
                id: "task-\(index)", type: "command", inputs: inputs, orderDependencies: before)
        }
        return WorkflowPlan(
            definition: WorkflowDefinition(), tasks: tasks, outputs: [],
            digest: Digest(sha256: Array(repeating: 0, count: 32)))
    }
}

/// One run from start to finish, timed.
struct EngineMeasure {
    /// What is done besides the steps.
    enum Manner {
        case plain
        /// The time of every step is taken, which costs as much as a tenth of a step.
        case timed
        /// The patch of every write is made.
        case patched
    }

    private(set) var tasksPerSecond = 0.0
    /// The same by the processor time of the process, which other load on the machine does not change.
    private(set) var tasksPerProcessorSecond = 0.0
    private(set) var writes = 0
    /// Nanoseconds of each step, sorted.
    private var steps: [Int64] = []

    init() {}

    init(_ plan: WorkflowPlan, _ manner: Manner = .plain, repetitions: Int = 1) {
        if manner == .timed { steps.reserveCapacity(plan.tasks.count * repetitions * 2) }
        let usedBefore = ProcessUsage.current().processorTime
        let began = SystemClock.monotonic()
        for _ in 0..<repetitions { run(plan, manner) }
        let elapsed = SystemClock.monotonic() - began
        let count = Double(plan.tasks.count * repetitions)
        tasksPerSecond = count / (Double(elapsed.nanoseconds) / 1e9)
        let used = (ProcessUsage.current().processorTime - usedBefore).nanoseconds
        tasksPerProcessorSecond = count / (Double(max(1, used)) / 1e9)
        steps.sort()
    }

    private mutating func run(_ plan: WorkflowPlan, _ manner: Manner) {
        var machine = RunMachine(
            plan: plan, identity: RunIdentity(namespace: "bench", name: "run", uid: "uid"),
            inputs: [:], limits: RunLimits(statusBytes: .max))
        let now = Timestamp(seconds: 1_800_000_000)
        var events: [RunEvent] = [.start]
        events.reserveCapacity(plan.tasks.count + 2)
        var actions: [RunAction] = []
        var next = 0
        var last = SystemClock.monotonic()
        while next < events.count {
            machine.handle(events[next], at: now, into: &actions)
            next += 1
            if next == events.count {
                events.removeAll(keepingCapacity: true)
                next = 0
            }
            for action in actions {
                switch action {
                case .writeCheckpoint(let sequence):
                    writes += 1
                    if manner == .patched { _ = machine.takeStatusPatch() }
                    events.append(.checkpointAcknowledged(sequence: sequence))
                case .launch(let attempt):
                    events.append(.attemptFinished(attempt.reference, .succeeded(outputs: [:])))
                default: break
                }
            }
            actions.removeAll(keepingCapacity: true)
            guard manner == .timed else { continue }
            let time = SystemClock.monotonic()
            steps.append((time - last).nanoseconds)
            last = time
        }
        precondition(machine.isFinished, "the run of a benchmark did not finish")
    }

    /// A percentile of the steps, in microseconds.
    func percentile(_ part: Double) -> Double {
        guard !steps.isEmpty else { return 0 }
        return Double(steps[Int(part * Double(steps.count - 1))]) / 1000
    }
}
