import Kubernetes
import Resources
import Values

/// Which of the ended runs of one workflow go, decided from what is seen and nothing else.
struct RetentionDecision: Hashable {
    /// The runs that go now, oldest first.
    let expired: [KubernetesObject]
    /// When the next one is due by its age.
    let next: Timestamp?

    /// Decides.
    ///
    /// - Parameters:
    ///   - runs: all runs of one workflow, in any order.
    ///   - isBusy: whether something is still to be done about a run that ended, or with it.
    init(
        runs: [KubernetesObject], policy: RetentionPolicy, now: Timestamp,
        isBusy: (KubernetesObject) -> Bool
    ) {
        var expired: [(time: Timestamp, run: KubernetesObject)] = []
        var next: Timestamp?
        for isCompleted in [true, false] {
            let bounds = isCompleted ? policy.completed : policy.failed
            guard bounds != .none else { continue }
            let ended = RetentionDecision.ended(runs, isCompleted: isCompleted)
            for (rank, (time, run)) in ended.enumerated() {
                let isSurplus = bounds.maximumCount.map { rank >= $0 } ?? false
                let due = bounds.maximumAge.map { time + $0 }
                guard isSurplus || due.map({ $0 <= now }) == true else {
                    if let due { next = min(next ?? due, due) }
                    continue
                }
                guard !isBusy(run) else { continue }
                expired.append((time, run))
            }
        }
        self.expired = expired.sorted { $0.time < $1.time }.map(\.run)
        self.next = next
    }

    /// The ended runs of one kind of end, newest first.
    private static func ended(
        _ runs: [KubernetesObject], isCompleted: Bool
    ) -> [(Timestamp, KubernetesObject)] {
        let ended = runs.filter { run in
            RunPhases.hasEnded(run) && !run.isDeleting && run.controller?.kind != "WorkflowRun"
                && (run.status["phase"] == "Completed") == isCompleted
        }
        return ended.map { (end($0), $0) }.sorted {
            ($1.0, $1.1.name) < ($0.0, $0.1.name)
        }
    }

    private static func end(_ run: KubernetesObject) -> Timestamp {
        let time = run.status["completionTime"]?.stringValue.flatMap { Timestamp($0) }
        return time ?? run.creationTimestamp ?? Timestamp(seconds: 0)
    }
}
