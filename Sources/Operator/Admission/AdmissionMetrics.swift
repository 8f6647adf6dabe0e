import Observability

/// What admission counts.
struct AdmissionMetrics: Sendable {
    /// Attempts that were admitted, by class of priority.
    let admitted: Counter
    /// Attempts that were refused, by reason.
    let refused: Counter
    /// How long they waited, by class of priority.
    let waitSeconds: Histogram
    /// Attempts that ended at providers, by provider and outcome.
    let providerRequests: Counter
    /// Attempts that went to another provider than they named, by both.
    let fallbacks: Counter
    /// Changes of circuits, by provider and the new state.
    let circuits: Counter

    /// Makes the metrics in a registry.
    init(registry: MetricRegistry) {
        admitted = registry.counter(
            "orchestrator_admissions_total", help: "Attempts that were admitted.",
            labels: ["priority"])
        refused = registry.counter(
            "orchestrator_admission_refusals_total",
            help: "Attempts that waited in vain for a provider.", labels: ["reason"])
        waitSeconds = registry.histogram(
            "orchestrator_admission_wait_seconds", help: "How long attempts waited to be admitted.",
            labels: ["priority"])
        providerRequests = registry.counter(
            "orchestrator_provider_requests_total", help: "Attempts that ended at providers.",
            labels: ["provider", "outcome"])
        fallbacks = registry.counter(
            "orchestrator_provider_fallbacks_total",
            help: "Attempts that went to another provider than they named.",
            labels: ["provider", "fallback"])
        circuits = registry.counter(
            "orchestrator_circuit_transitions_total", help: "Changes of circuits.",
            labels: ["provider", "state"])
    }
}
