public import Values

/// How a run goes from phase to phase: by the table, and noted.
///
/// It is the one place where a run's phase changes, be it that of a machine or that of a run which no
/// machine drives.
public enum RunHistory {
    /// Moves a run from its phase to another, and appends that it did to the last of its changes.
    static func move(
        _ phase: inout RunPhase, to next: RunPhase, _ reason: String, at now: Timestamp,
        in transitions: inout [RunTransition]
    ) throws(IllegalTransition) {
        guard phase.mayBecome(next) else {
            throw IllegalTransition(
                subject: "the run", from: phase.rawValue, to: next.rawValue,
                reason: "the table of run phases has no such step (\(reason))")
        }
        transitions.append(RunTransition(time: now, from: phase, to: next, reason: reason))
        let excess = transitions.count - HistoryLimits.transitions
        if excess > 0 { transitions.removeFirst(excess) }
        phase = next
    }

    /// The fields of a status that say that a run which no machine drives has ended.
    ///
    /// One that is paused goes on before it ends, as the table asks. What is stored of earlier changes
    /// stays as it is, even where it cannot be read.
    ///
    /// - Parameters:
    ///   - status: The run's status as it is stored; one without a phase is that of a new run, and one
    ///     whose phase only a later release knows that of a run on its way.
    ///   - end: How it ends.
    ///   - reason: Why, in one word that stays the same.
    /// - Throws: ``IllegalTransition`` where the table of phases has no such step.
    public static func ending(
        _ status: JSON, as end: RunPhase, reason: String, at now: Timestamp
    ) throws(IllegalTransition) -> JSONObject {
        let word = status["phase"]?.stringValue ?? RunPhase.pending.rawValue
        var phase = RunPhase(rawValue: word) ?? .running
        let now = now.roundedToMilliseconds(.down)
        var steps: [RunTransition] = []
        if phase == .paused { try move(&phase, to: .running, reason, at: now, in: &steps) }
        try move(&phase, to: end, reason, at: now, in: &steps)
        var times = TimeTexts()
        let kept = (status["transitions"]?.arrayValue ?? []) + steps.map { $0.json(&times) }
        return [
            "phase": .string(phase.rawValue),
            "transitions": .array(Array(kept.suffix(HistoryLimits.transitions))),
        ]
    }
}
