public import Values

/// A run as a tree of its tasks with what each is doing, made from the object alone.
public struct RunProgress: Sendable {
    private let run: JSON
    private let dependencies: [[Int]]?
    private let now: Timestamp

    /// Makes the picture of a `WorkflowRun` object at a moment.
    ///
    /// - Parameter dependencies: the tasks that each task waits for, by index; where they are not
    ///   given, those that `dependsOn` names are taken.
    public init(run: JSON, dependencies: [[Int]]? = nil, now: Timestamp) {
        self.run = run
        self.dependencies = dependencies
        self.now = now
    }

    /// The first line: name, phase, progress and how long.
    public func headline(_ style: Style) -> String {
        let status = run["status"] ?? [:]
        let phase = status["phase"]?.stringValue ?? "Pending"
        let symbol = PhaseSymbol(phase)
        var text = style.text(symbol.symbol, symbol.role)
        text += " " + style.text(run["metadata"]?["name"]?.stringValue ?? "", .strong)
        text += "  " + style.text(phase, symbol.role)
        if let progress = status["progress"]?.stringValue { text += "  " + progress }
        if let elapsed = elapsed(status) { text += style.text("  \(elapsed)", .quiet) }
        let message = status["waiting"]?["message"] ?? status["message"]
        if let message = message?.stringValue, phase != "Completed" {
            text += "  " + firstLine(message)
        }
        return text
    }

    /// The whole tree, a line each: the tasks, those of `finally`, and what undoes tasks.
    public func lines(_ style: Style) -> [String] {
        let definitions = RunDefinition.tasks(of: run)
        let tasks = run["status"]?["tasks"] ?? [:]
        let last = RunDefinition.finally(of: run)
        var lines = [headline(style)] + tree(definitions, dependencies, tasks, style)
        if !last.isEmpty {
            let prefix = RunDefinition.finallyPrefix(
                taskIDs: definitions.compactMap { $0["id"]?.stringValue })
            lines.append("  " + style.text("finally", .strong))
            lines += tree(last, nil, tasks, prefix: prefix, style)
        }
        return lines + compensations(tasks, style)
    }

    private func tree(
        _ definitions: [JSON], _ dependencies: [[Int]]?, _ tasks: JSON, prefix: String = "",
        _ style: Style
    ) -> [String] {
        let ids = definitions.map { $0["id"]?.stringValue ?? "" }
        let indices = Dictionary(zip(ids, ids.indices), uniquingKeysWith: { first, _ in first })
        let named = definitions.map { definition in
            (definition["dependsOn"]?.arrayValue ?? []).compactMap { name in
                name.stringValue.flatMap { indices[$0] }
            }
        }
        let isComplete = dependencies?.count == definitions.count
        let edges = isComplete ? dependencies ?? named : named
        return TaskTree(dependencies: edges).rows.map { row in
            let id = ids[row.task]
            let task = tasks[prefix + id] ?? [:]
            return "  " + style.text(row.prefix, .quiet) + line(id, task, style)
        }
    }

    /// The most compensations that are shown, those that are not done first where there are more.
    private static let compensationRows = 50

    /// What undoes tasks, as far as a rollback has come, by the tasks that are undone.
    private func compensations(_ tasks: JSON, _ style: Style) -> [String] {
        let suffix = RunDefinition.compensationSuffix
        var found = (tasks.objectValue ?? [:]).filter { $0.0.hasSuffix(suffix) }.map {
            (task: String($0.0.dropLast(suffix.count)), state: $0.1)
        }
        guard !found.isEmpty else { return [] }
        func start(_ state: JSON) -> Timestamp {
            state["startTime"]?.stringValue.flatMap { Timestamp($0) }
                ?? Timestamp(nanoseconds: .max)
        }
        func isDone(_ state: JSON) -> Bool { state["phase"] == "Completed" }
        found.sort { (start($0.state), $0.task) < (start($1.state), $1.task) }
        let surplus = found.count - RunProgress.compensationRows
        if surplus > 0 {
            found = found.filter { !isDone($0.state) } + found.filter { isDone($0.state) }
        }
        let shown = found.prefix(RunProgress.compensationRows)
        var lines = ["  " + style.text("compensation", .strong)]
        for (index, row) in shown.enumerated() {
            let isLast = index == shown.count - 1 && surplus <= 0
            lines.append(
                "  " + style.text(isLast ? "└─ " : "├─ ", .quiet)
                    + line(row.task, row.state, style))
        }
        if surplus > 0 { lines.append("  " + style.text("└─ and \(surplus) more", .quiet)) }
        return lines
    }

    private func line(_ id: String, _ task: JSON, _ style: Style) -> String {
        let phase = task["phase"]?.stringValue ?? "Pending"
        let symbol = PhaseSymbol(phase)
        var text = style.text(symbol.symbol, symbol.role) + " " + id
        if let elapsed = elapsed(task) { text += style.text("  \(elapsed)", .quiet) }
        if let iterations = task["iterations"], let total = iterations["total"]?.integerValue {
            let ended = ["completed", "failed"].reduce(0) {
                $0 + (iterations[$1]?.integerValue ?? 0)
            }
            text += "  \(ended)/\(total)"
        }
        let attempt = task["attempt"]?.integerValue ?? 1
        switch phase {
        case "Retrying":
            text += style.text("  attempt \(attempt) failed", .attention)
            if let next = task["nextAttemptTime"]?.stringValue.flatMap({ Timestamp($0) }) {
                text += ", next in \(rounded(max(.zero, next - now)))"
            }
        case _ where attempt > 1: text += style.text("  attempt \(attempt)", .attention)
        default: break
        }
        if let error = task["error"]?["message"]?.stringValue, phase != "Completed" {
            text += "  " + style.text(firstLine(error), symbol.role)
        } else if phase == "Skipped", let why = task["message"] ?? task["reason"] {
            text += style.text("  \(firstLine(why.stringValue ?? ""))", .quiet)
        } else if task["reason"] == "Queued", let why = task["message"]?.stringValue {
            text += "  " + style.text(firstLine(why), .attention)
            if let since = task["queuedTime"]?.stringValue.flatMap({ Timestamp($0) }) {
                text += style.text(", for \(rounded(max(.zero, now - since)))", .quiet)
            }
        }
        return text
    }

    private func elapsed(_ part: JSON) -> String? {
        guard let start = part["startTime"]?.stringValue.flatMap({ Timestamp($0) }) else {
            return nil
        }
        let end = part["completionTime"]?.stringValue.flatMap { Timestamp($0) } ?? now
        return rounded(max(.zero, end - start))
    }

    /// Tenths below a minute, whole seconds above.
    private func rounded(_ duration: Duration) -> String {
        let tenths = duration.nanoseconds / 100_000_000
        guard tenths >= 600 else { return "\(tenths / 10).\(tenths % 10)s" }
        return Duration.seconds(tenths / 10).text
    }

    private func firstLine(_ text: String) -> String {
        let line = text.prefix { !$0.isNewline }
        return line.count <= 100 ? String(line) : line.prefix(99) + "…"
    }
}
