import Crypto
import Engine
import Kubernetes
import Synchronization
import Values

/// The runs that stand still since their machines took a step that the tables of phases forbid.
///
/// Taken up again as it is, such a run would take the same step. So this process leaves it alone until
/// somebody changes what it goes on from, or what is wanted of it; another process, which may be of a
/// release that knows better, tries once. There is an entry for a run that is there, and no other.
final class StandingRuns: Sendable {
    /// Why such a run waits, and the reason of the event about it.
    static let reason = "IllegalTransition"

    private struct Entry {
        let uid: String
        let message: String
        /// What the run was when it was first looked at afterwards.
        var digest: Digest?
    }

    private let entries = Mutex<[ObjectKey: Entry]>([:])

    /// What users are told of an illegal step.
    static func message(of fault: IllegalTransition) -> String {
        "\(fault): the run stands still as it was before that. Put its status right where it was edited,"
            + " or terminate the run"
    }

    /// How many runs stand still.
    var count: Int { entries.withLock(\.count) }

    /// Notes that a run stands still.
    func note(_ key: ObjectKey, uid: String, _ message: String) {
        entries.withLock { $0[key] = Entry(uid: uid, message: message) }
    }

    /// Forgets a run that is gone.
    func forget(_ key: ObjectKey) { entries.withLock { _ = $0.removeValue(forKey: key) } }

    /// Why a run stands still; nil where it does not, or is to be tried again.
    ///
    /// O(bytes of the object), for such a run alone.
    func message(for run: KubernetesObject) -> String? {
        guard entries.withLock({ $0[run.key] }) != nil else { return nil }
        let digest = StandingRuns.digest(of: run)
        return entries.withLock { entries in
            guard let entry = entries[run.key] else { return nil }
            guard entry.uid == run.uid, !RunPhases.hasEnded(run),
                entry.digest == nil || entry.digest == digest
            else {
                entries[run.key] = nil
                return nil
            }
            entries[run.key]?.digest = digest
            return entry.message
        }
    }

    /// What a run goes on from and what is wanted of it, without what is only told of it.
    private static func digest(of run: KubernetesObject) -> Digest {
        var status: JSON = .null
        if run.checkpointSequence > 0 {
            status = run.status
            for name in ["conditions", "notifications", "observedGeneration", "waiting"] {
                status[name] = nil
            }
        }
        let parts: JSON = [
            "isDeleting": .bool(run.isDeleting), "spec": run.spec, "status": status,
        ]
        return parts.digest
    }
}
