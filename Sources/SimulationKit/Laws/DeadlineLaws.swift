import Values

/// The laws of deadlines (law 20): none is over before its time, and pauses do not count for what stood
/// still in them.
extension LawBook {
    /// A task has timed out: a wait, or a container.
    func checkTimeout(
        _ model: ModelDefinition?, _ uid: String, _ id: String, in status: JSON,
        _ found: inout [(Int, String)]
    ) {
        // One that is tried again ends as soon as another try would be too late.
        let container = model?.containers.first {
            $0.id == id && ($0.totalTimeout == nil || $0.maxAttempts == 1)
        }
        let wait = model?.task(at: id).flatMap { $0.type == "wait" ? $0 : nil }
        let deadlines = [
            container?.timeout, container?.totalTimeout, wait?.timeout, wait?.totalTimeout,
        ]
        guard let deadline = deadlines.compactMap({ $0 }).min(), !world.faults.has(.clockJump),
            let task = status["tasks"]?[id], let start = LawBook.time(task["startTime"]),
            let end = LawBook.time(task["completionTime"])
        else { return }
        let pauses = container == nil ? .zero : LawBook.pauses(of: status, from: start, to: end)
        let length = end - start - pauses
        if length < deadline {
            found.append((20, "\(uid): \(id) timed out after \(length.text) of \(deadline.text)"))
        }
    }

    /// How much of a time a run was paused.
    private static func pauses(
        of status: JSON, from start: Timestamp, to end: Timestamp
    ) -> Duration {
        var sum = Duration.zero
        var since: Timestamp?
        for transition in status["transitions"]?.arrayValue ?? [] {
            guard let time = time(transition["time"]) else { continue }
            if let paused = since { sum += max(.zero, min(time, end) - max(paused, start)) }
            since = transition["to"] == "Paused" ? time : nil
        }
        if let paused = since { sum += max(.zero, end - max(paused, start)) }
        return sum
    }

    private static func time(_ text: JSON?) -> Timestamp? {
        text?.stringValue.flatMap { Timestamp($0) }
    }
}
