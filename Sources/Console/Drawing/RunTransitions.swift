public import Values

/// What changed between two states of a run, a line each: progress for outputs that cannot redraw.
public struct RunTransitions: Sendable {
    /// The lines, in the order of the definition, the run's own last.
    public let lines: [String]

    /// Compares two states of one `WorkflowRun` object.
    ///
    /// - Parameters:
    ///   - old: the state that was shown before, or nil for the first.
    ///   - new: the state now.
    public init(from old: JSON?, to new: JSON) {
        let name = new["metadata"]?["name"]?.stringValue ?? ""
        let before = old?["status"]
        let status = new["status"] ?? [:]
        let ids = RunDefinition.tasks(of: new).compactMap { $0["id"]?.stringValue }
        var lines: [String] = []
        for id in ids {
            let line = RunTransitions.taskLine(id, before?["tasks"]?[id], status["tasks"]?[id])
            if let line { lines.append("\(name)  \(line)") }
        }
        let phase = status["phase"]?.stringValue
        if let phase, phase != before?["phase"]?.stringValue {
            var line = "\(name)  \(phase)"
            if phase != "Running", let progress = status["progress"]?.stringValue {
                line += "  \(progress)"
            }
            if let message = status["message"]?.stringValue, phase != "Running" {
                line += "  \(message.prefix { !$0.isNewline })"
            }
            // A run starts before its tasks and ends after them.
            lines.insert(line, at: phase == "Running" ? 0 : lines.count)
        }
        self.lines = lines
    }

    /// The phases that say nothing a reader waits for.
    private static let unremarkable: Set = ["Pending", "Ready", "Launching"]

    private static func taskLine(_ id: String, _ old: JSON?, _ new: JSON?) -> String? {
        guard let new, let phase = new["phase"]?.stringValue, !unremarkable.contains(phase) else {
            return nil
        }
        let attempt = new["attempt"]?.integerValue ?? 1
        guard
            phase != old?["phase"]?.stringValue || attempt != old?["attempt"]?.integerValue ?? 1
        else { return nil }
        var line = "\(id)  \(phase)"
        if attempt > 1 || phase == "Retrying" { line += "  attempt \(attempt)" }
        if let error = new["error"]?["message"]?.stringValue, phase != "Completed",
            phase != "Running"
        {
            line += "  \(error.prefix { !$0.isNewline })"
        } else if phase == "Skipped", let why = (new["message"] ?? new["reason"])?.stringValue {
            line += "  \(why)"
        }
        return line
    }
}
