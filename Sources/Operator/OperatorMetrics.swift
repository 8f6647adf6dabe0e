import Observability

/// What an operator counts, in the names and units that Prometheus is used to.
///
/// It does not hold the registry: that holds the gauges, these what they measure, and what they measure
/// holds this, so that an operator whose term is over would be kept for ever, with its caches.
final class OperatorMetrics: Sendable {
    /// Runs that ended, by phase.
    let runsFinished: Counter
    /// Attempts that ended, by type and outcome.
    let attempts: Counter
    /// How long attempts took, by type.
    let attemptSeconds: Histogram
    /// How long status writes took.
    let checkpointSeconds: Histogram
    /// Status writes that failed.
    let checkpointFailures: Counter
    /// Syncs of repositories, by result.
    let syncs: Counter
    /// What admission counts.
    let admission: AdmissionMetrics

    /// Makes the metrics in a registry.
    init(registry: MetricRegistry) {
        OperatorMetrics.addLeading(to: registry, true)
        admission = AdmissionMetrics(registry: registry)
        runsFinished = registry.counter(
            "orchestrator_runs_finished_total", help: "Runs that ended.", labels: ["phase"])
        attempts = registry.counter(
            "orchestrator_task_attempts_total", help: "Attempts that ended.",
            labels: ["type", "outcome"])
        attemptSeconds = registry.histogram(
            "orchestrator_task_attempt_seconds", help: "How long attempts took.", labels: ["type"])
        checkpointSeconds = registry.histogram(
            "orchestrator_checkpoint_write_seconds",
            help: "How long the status write of a run took.")
        checkpointFailures = registry.counter(
            "orchestrator_checkpoint_write_failures_total",
            help: "Status writes of runs that failed and were tried again.")
        syncs = registry.counter(
            "orchestrator_repository_syncs_total", help: "Syncs of repositories.",
            labels: ["result"])
    }

    /// The metrics of a process that waits for the lease.
    static let standbyText: String = {
        let registry = MetricRegistry()
        addLeading(to: registry, false)
        return registry.text
    }()

    private static func addLeading(to registry: MetricRegistry, _ isLeading: Bool) {
        registry.gauge(
            "orchestrator_leading", help: "Whether this process is the one that works: 1 or 0."
        ) { isLeading ? 1 : 0 }
    }
}
