import Kubernetes
import Synchronization
import Values

/// The runs that another process was found to drive while this one did.
///
/// Two operators work at once only while one of them does not know yet that it is no longer the
/// leader. The one that comes second to a checkpoint leaves the run alone until it has been silent
/// for as long as a lease lasts; taking it up at once, the two would interrupt each other for ever.
final class YieldedRuns: Sendable {
    /// How long a run must be silent before it is taken up again.
    static let silence = Duration.seconds(15)

    private struct Entry {
        let uid: String?
        var version: ResourceVersion?
        var until: Duration
    }

    private let entries = Mutex<[ObjectKey: Entry]>([:])

    /// Notes that a run is another process's, as this version of it shows.
    func note(_ run: KubernetesObject, now: Duration) {
        let entry = Entry(
            uid: run.uid, version: run.resourceVersion, until: now + YieldedRuns.silence)
        entries.withLock { $0[run.key] = entry }
    }

    /// How long the run is still to be left alone; nil where it may be taken up.
    ///
    /// A version that was not seen before is a sign of life, and starts the wait anew.
    func wait(for run: KubernetesObject, now: Duration) -> Duration? {
        entries.withLock { entries in
            guard var entry = entries[run.key] else { return nil }
            if entry.version != run.resourceVersion {
                entry.version = run.resourceVersion
                entry.until = now + YieldedRuns.silence
                entries[run.key] = entry
            }
            guard entry.uid == run.uid, entry.until > now else {
                entries[run.key] = nil
                return nil
            }
            return entry.until - now
        }
    }

    /// Forgets a run that is gone.
    func forget(_ key: ObjectKey) { entries.withLock { _ = $0.removeValue(forKey: key) } }
}
