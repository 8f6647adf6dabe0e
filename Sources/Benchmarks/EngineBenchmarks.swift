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
    let shapes: [(name: String, dependencies: [[Int32]])] = [
        ("chain", EngineShape.chain(100_000)),
        ("wide", EngineShape.wide(100_000)),
        ("layered", EngineShape.layered(layers: 1000, width: 100)),
        ("diamond", EngineShape.diamond(count: 25_000)),
    ]
    for (name, dependencies) in shapes {
        guard let plan = EngineShape.plan(dependencies) else { continue }
        let count = dependencies.count
        var best = EngineMeasure()
        for _ in 0..<5 {
            let measure = EngineMeasure(plan, takesPatches: false)
            if measure.tasksPerSecond > best.tasksPerSecond { best = measure }
        }
        report("engine.tasks", name, count, best.tasksPerSecond, "tasks/s")
        report("engine.tasks.processor", name, count, best.tasksPerProcessorSecond, "tasks/cpu-s")
        report("engine.step.p50", name, count, best.percentile(0.5), "us")
        report("engine.step.p99", name, count, best.percentile(0.99), "us")
        report("engine.step.max", name, count, best.percentile(1), "us")
        report("engine.writes", name, count, Double(best.writes), "writes")
        let patched = EngineMeasure(plan, takesPatches: true)
        report("engine.tasks.patched", name, count, patched.tasksPerSecond, "tasks/s")
        report(
            "engine.tasks.patched.processor", name, count, patched.tasksPerProcessorSecond,
            "tasks/cpu-s")
    }
}

/// The resident memory that idle tasks of runs that have started cost, beyond their shared plan.
private func measureIdleMemory(
    _ report: (_ name: String, _ shape: String, _ tasks: Int, _ value: Double, _ unit: String) ->
        Void
) {
    guard let plan = EngineShape.plan(EngineShape.layered(layers: 1000, width: 100)) else { return }
    let before = ProcessUsage.current().residentBytes
    var runs: [IdleRun] = []
    for number in 0..<10 { runs.append(IdleRun(plan, number)) }
    let after = ProcessUsage.current().residentBytes
    let tasks = runs.count * plan.tasks.count
    let idle = runs.reduce(0) { $0 + $1.idleTasks }
    report(
        "engine.memory.idle", "layered", tasks, Double(after - before) / Double(max(1, idle)),
        "bytes/task")
}

/// A run that waits for its first layer.
private final class IdleRun {
    private var machine: RunMachine

    init(_ plan: WorkflowPlan, _ number: Int) {
        machine = RunMachine(
            plan: plan,
            identity: RunIdentity(namespace: "bench", name: "run-\(number)", uid: "uid-\(number)"),
            inputs: [:], limits: RunLimits(statusBytes: .max))
        var actions: [RunAction] = []
        machine.handle(.start, at: Timestamp(seconds: 1_800_000_000), into: &actions)
    }

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
    private(set) var tasksPerSecond = 0.0
    /// The same by the processor time of the process, which other load on the machine does not change.
    private(set) var tasksPerProcessorSecond = 0.0
    private(set) var writes = 0
    /// Nanoseconds of each step, sorted.
    private var steps: [Int64] = []

    init() {}

    init(_ plan: WorkflowPlan, takesPatches: Bool) {
        var machine = RunMachine(
            plan: plan, identity: RunIdentity(namespace: "bench", name: "run", uid: "uid"),
            inputs: [:], limits: RunLimits(statusBytes: .max))
        let now = Timestamp(seconds: 1_800_000_000)
        var events: [RunEvent] = [.start]
        events.reserveCapacity(plan.tasks.count + 2)
        var actions: [RunAction] = []
        steps.reserveCapacity(plan.tasks.count * 2)
        var next = 0
        let usedBefore = ProcessUsage.current().processorTime
        let began = SystemClock.monotonic()
        var last = began
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
                    if takesPatches { _ = machine.takeStatusPatch() }
                    events.append(.checkpointAcknowledged(sequence: sequence))
                case .launch(let attempt):
                    events.append(.attemptFinished(attempt.reference, .succeeded(outputs: [:])))
                default: break
                }
            }
            actions.removeAll(keepingCapacity: true)
            let time = SystemClock.monotonic()
            steps.append((time - last).nanoseconds)
            last = time
        }
        tasksPerSecond = Double(plan.tasks.count) / (Double((last - began).nanoseconds) / 1e9)
        let used = (ProcessUsage.current().processorTime - usedBefore).nanoseconds
        tasksPerProcessorSecond = Double(plan.tasks.count) / (Double(max(1, used)) / 1e9)
        precondition(machine.isFinished, "the run of a benchmark did not finish")
        steps.sort()
    }

    /// A percentile of the steps, in microseconds.
    func percentile(_ part: Double) -> Double {
        guard !steps.isEmpty else { return 0 }
        return Double(steps[Int(part * Double(steps.count - 1))]) / 1000
    }
}
