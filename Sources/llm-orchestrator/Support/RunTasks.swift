import Console
import Values

/// The states of a run's tasks by where they are in its definition: the iterations of a loop together.
struct RunTasks {
    private struct State {
        /// Which attempts of the containers around it, outermost first.
        let attempts: [Int]
        let task: JSON
    }

    private var states: [String: [State]] = [:]

    /// Takes `status.tasks`, whose names are `fetch`, `group.fetch`, `review[3].fetch` and
    /// `review#2[3].fetch`.
    init(_ tasks: JSON) {
        for (path, task) in tasks.objectValue ?? [:] {
            var name = ""
            var attempts: [Int] = []
            var rest = path[...]
            while let mark = rest.firstIndex(where: { $0 == "#" || $0 == "[" }) {
                name += rest[..<mark]
                let isAttempt = rest[mark] == "#"
                rest = rest[rest.index(after: mark)...]
                let digits = rest.prefix { $0.isNumber }
                rest = rest.dropFirst(digits.count + (isAttempt ? 0 : 1))
                if isAttempt { attempts.append(Int(digits) ?? 0) }
            }
            states[name + rest, default: []].append(State(attempts: attempts, task: task))
        }
    }

    /// The phases of many tasks that are told first, as what needs to be seen.
    private static let order = [
        "Failed", "TimedOut", "InDoubt", "Running", "Launching", "Retrying", "WaitingApproval",
        "Waiting", "Paused", "Ready", "Pending", "Cancelled", "Completed", "Skipped",
    ]

    /// Whether there is a task at a place.
    func holds(_ path: String) -> Bool { states[path] != nil }

    /// Gives a node the state of the task at a place; of many, those of the last attempt around it.
    func describe(_ node: inout GraphDrawing.Node, at path: String) {
        let all = states[path] ?? []
        let last = all.map(\.attempts).max { $0.lexicographicallyPrecedes($1) }
        let tasks = all.filter { $0.attempts == last }.map(\.task)
        let phases = tasks.map { $0["phase"]?.stringValue ?? "Pending" }
        node.phase = RunTasks.order.first { phases.contains($0) } ?? phases.first ?? "Pending"
        guard tasks.count == 1, let task = tasks.first else {
            guard !tasks.isEmpty else { return }
            let ended = phases.count { $0 == "Completed" || $0 == "Skipped" }
            node.note = "\(ended)/\(tasks.count)"
            return
        }
        if let total = task["iterations"]?["total"]?.integerValue {
            node.note = "\(task["iterations"]?["completed"]?.integerValue ?? 0)/\(total)"
        } else if let taken = task["case"]?.stringValue {
            node.note = "case \(taken)"
        } else if let attempt = task["attempt"]?.integerValue, attempt > 1 {
            node.note = "attempt \(attempt)"
        }
        node.detail = (task["error"]?["message"] ?? task["message"])?.stringValue
    }
}
