import Engine
import Testing
import Values

/// Watches a run, across its crashes, and tells where it breaks a law.
///
/// It sees only what an owner sees: actions, and stored statuses.
struct LawObserver {
    let graph: SmallGraph
    /// How many attempts may be counted against a task.
    let maximumAttempts: Int
    /// The highest attempt that was launched, of each task.
    private(set) var launched: [Int]
    private var everLaunched: Set<AttemptReference> = []
    private var cancelled: Set<AttemptReference> = []
    private var endedPhases: [TaskPhase?]
    private var highestRecorded: [Int]
    private(set) var isCancelRequested = false
    private var runEnd: String?
    private(set) var violations: [String] = []

    init(_ graph: SmallGraph, maximumAttempts: Int) {
        self.graph = graph
        self.maximumAttempts = maximumAttempts
        launched = Array(repeating: 0, count: graph.count)
        endedPhases = Array(repeating: nil, count: graph.count)
        highestRecorded = Array(repeating: 0, count: graph.count)
    }

    mutating func cancelIsRequested() { isCancelRequested = true }

    /// Looks at the actions of one step, given what was stored before it.
    mutating func observe(_ actions: [RunAction], stored: JSON) {
        for action in actions {
            switch action {
            case .launch(let attempt): observeLaunch(attempt, stored)
            case .cancelAttempt(let reference):
                if !cancelled.insert(reference).inserted {
                    note("law 18: \(reference) was cancelled twice")
                }
                if !everLaunched.contains(reference) {
                    note("law 18: \(reference) was cancelled and never launched")
                }
            default: break
            }
        }
    }

    private mutating func observeLaunch(_ attempt: TaskAttempt, _ stored: JSON) {
        let reference = attempt.reference
        let entry = stored["tasks"]?[attempt.taskID]
        let recorded = Int(entry?["attempt"]?.integerValue ?? 0)
        if recorded != reference.attempt || entry?["phase"] != "Launching" {
            note("law 4: \(reference) was launched and \(entry?.text ?? "nothing") is stored")
        }
        if !everLaunched.insert(reference).inserted {
            note("law 1: \(reference) was launched twice")
        }
        if let ended = endedPhases[reference.task] {
            note("law 12: \(reference) was launched after the task was \(ended)")
        }
        if reference.attempt <= launched[reference.task] {
            note("law 7: \(reference) after attempt \(launched[reference.task])")
        }
        launched[reference.task] = max(launched[reference.task], reference.attempt)
        for dependency in graph.dependencies[reference.task] {
            let phase = stored["tasks"]?["t\(dependency)"]?["phase"]?.stringValue
            if !["Completed", "Failed", "Skipped", "TimedOut"].contains(phase ?? "") {
                note("law 9: \(reference) was launched with t\(dependency) \(phase ?? "absent")")
            }
        }
        if isCancelRequested { note("law 18: \(reference) was launched after the cancel") }
    }

    /// Looks at a status that is stored now.
    mutating func observe(stored: JSON) {
        for task in 0..<graph.count {
            let entry = stored["tasks"]?["t\(task)"]
            let attempt = Int(entry?["attempt"]?.integerValue ?? 0)
            let interruptions = Int(entry?["interruptions"]?.integerValue ?? 0)
            if attempt < highestRecorded[task] { note("law 7: t\(task) went back to \(attempt)") }
            highestRecorded[task] = max(highestRecorded[task], attempt)
            if attempt - interruptions > maximumAttempts {
                note("law 7: t\(task) had \(attempt - interruptions) attempts")
            }
            let phase = entry?["phase"]?.stringValue.flatMap(TaskPhase.init)
            if let ended = endedPhases[task], phase != ended {
                note("law 10: t\(task) was \(ended) and is \(phase?.rawValue ?? "absent")")
            }
            if phase?.isTerminal == true { endedPhases[task] = phase }
        }
        let phase = stored["phase"]?.stringValue ?? ""
        if let runEnd, phase != runEnd { note("law 10: the run was \(runEnd) and is \(phase)") }
        if RunPhase(rawValue: phase)?.isTerminal == true { runEnd = phase }
    }

    mutating func note(_ violation: String) { violations.append(violation) }
}
