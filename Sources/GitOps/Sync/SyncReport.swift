import Kubernetes
import Resources
import Values

/// What one sync found and did, as the status and the events tell it.
struct SyncReport: Sendable {
    var state: ReadyState
    /// What was wrong in single files.
    var failures: [SyncFailure] = []
    /// The commit that was tried.
    var attemptedRevision: String?
    /// The commit that is in force, wholly or but for the failures.
    var appliedRevision: String?
    /// What is applied now; nil leaves the inventory as it is.
    var inventory: [InventoryEntry]?
    /// What changed in the cluster, where something did.
    var summary: String?
    /// Whether something could not be written that another try may write.
    private(set) var isWaiting = false

    init(state: ReadyState) { self.state = state }

    /// A sync that got nowhere: everything stays as it was.
    init(problem: RepositoryProblem) {
        state =
            problem.isTransient
            ? .reconciling(reason: problem.reason, message: problem.message)
            : .stalled(reason: problem.reason, message: problem.message)
    }

    /// The report without secrets in what it tells people (law 35); revisions, names and digests stay.
    func withoutSecrets(_ redact: (String) -> String) -> SyncReport {
        var report = self
        switch state {
        case .ready(let reason, let message):
            report.state = .ready(reason: reason, message: redact(message))
        case .reconciling(let reason, let message):
            report.state = .reconciling(reason: reason, message: redact(message))
        case .stalled(let reason, let message):
            report.state = .stalled(reason: reason, message: redact(message))
        }
        report.failures = failures.map {
            SyncFailure(
                path: $0.path, position: $0.position, code: $0.code, message: redact($0.message))
        }
        report.summary = summary.map(redact)
        return report
    }

    /// A sync that got to its end, with all or a part of what the commit asks for.
    ///
    /// - Parameters:
    ///   - revision: the commit.
    ///   - inventory: what is applied now.
    ///   - failures: what is not in force as it is in git.
    ///   - applied: how many objects were written.
    ///   - pruned: how many were deleted.
    init(
        revision: String, inventory: [InventoryEntry], failures: [SyncFailure], applied: Int,
        pruned: Int
    ) {
        isWaiting = failures.contains { $0.code == SyncFailure.transient }
        if let first = failures.first {
            let more = failures.count > 1 ? " (and \(failures.count - 1) more)" : ""
            let message = "\(first.text)\(more)"
            state =
                failures.allSatisfy { $0.code == SyncFailure.transient }
                ? .reconciling(reason: "ApplyFailed", message: message)
                : .stalled(reason: "InvalidManifests", message: message)
        } else {
            let what = inventory.count == 1 ? "1 resource" : "\(inventory.count) resources"
            state = .ready(reason: "Synced", message: "applied \(revision): \(what)")
        }
        self.failures = failures
        attemptedRevision = revision
        // A commit of which something could not be written yet is not in force.
        appliedRevision = isWaiting ? nil : revision
        self.inventory = inventory
        if applied + pruned > 0 {
            summary =
                "\(revision): \(applied) applied, \(pruned) pruned, \(failures.count) refused"
        }
    }

    /// Why the sync did not get to its end, where somebody should know.
    ///
    /// One that may go away by itself is told as well: a Secret that is missing is waited for, and
    /// its owner must learn of it.
    var problem: (reason: String, message: String)? {
        switch state {
        case .ready: nil
        case .reconciling(reason: "Progressing", message: _): nil
        case .reconciling(let reason, let message), .stalled(let reason, let message):
            (reason, message)
        }
    }

    /// The same report, where objects stay since nothing says whether they are to go.
    ///
    /// - Parameters:
    ///   - count: how many objects are kept from being pruned; none changes nothing.
    ///   - path: what may hold them; nil where no file gives anything at all.
    func withholding(_ count: Int, for path: String?) -> SyncReport {
        guard count > 0 else { return self }
        var report = self
        let what = "\(count) \(count == 1 ? "object" : "objects")"
        if let path {
            let hint = "; nothing is pruned (\(what)) until \(path) can be read"
            switch state {
            case .ready(let reason, let message):
                report.state = .ready(reason: reason, message: message + hint)
            case .reconciling(let reason, let message):
                report.state = .reconciling(reason: reason, message: message + hint)
            case .stalled(let reason, let message):
                report.state = .stalled(reason: reason, message: message + hint)
            }
        } else if failures.isEmpty {
            report.state = .stalled(
                reason: SyncReport.nothingFound,
                message: "\(attemptedRevision ?? "the commit") gives no manifest below spec.path, "
                    + "and \(what) would be pruned: they stay. Correct the path; to remove them, "
                    + "delete them, or this repository")
            report.appliedRevision = nil
        }
        return report
    }

    /// The reason where a repository that gave something gives nothing.
    static let nothingFound = "NothingFound"

    /// The result as a metric's label.
    var result: String {
        switch state {
        case .ready: "synced"
        case .reconciling: "retrying"
        case .stalled: "failed"
        }
    }

    /// Whether the next look is the regular one.
    var isSettled: Bool {
        if case .reconciling = state { return false }
        return !isWaiting
    }

    /// The whole status of the repository after this sync.
    func status(of object: KubernetesObject, now: Timestamp) -> JSON {
        var status = object.status
        status["observedGeneration"] = .integer(object.generation)
        status["conditions"] = state.json(
            replacing: object.status["conditions"], generation: object.generation, now: now)
        if let attemptedRevision {
            status["lastAttemptedRevision"] = .string(attemptedRevision)
            status["failures"] =
                failures.isEmpty
                ? nil : .array(failures.prefix(SyncLimits.failures).map(\.json))
        }
        if let appliedRevision { status["lastAppliedRevision"] = .string(appliedRevision) }
        if let inventory {
            status["inventory"] = [
                "entries": .array(inventory.sorted { $0.id < $1.id }.map(\.json))
            ]
        }
        if let requested = object.annotation(Annotations.reconcileAt) {
            status["lastHandledReconcileAt"] = .string(requested)
        }
        return status
    }
}
