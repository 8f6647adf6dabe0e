import Kubernetes
import Synchronization
import Values

/// The runs that this process let go of, though its cache may still show them as its own: another
/// process was found to drive them, or they are gone.
///
/// Two operators work at once only while one of them does not know yet that it is no longer the
/// leader. The one that comes second to a checkpoint leaves the run alone until it has been silent
/// for as long as a lease lasts; taking it up at once, the two would interrupt each other for ever.
/// A run can be silent for longer than that, in the middle of a long attempt: each time it turns out
/// to be another's after all it is left alone for twice as long.
final class YieldedRuns: Sendable {
    /// How long a run must be silent before it is taken up again, the first time.
    static let silence = Duration.seconds(15)
    /// How long a run must be silent at most.
    static let maximumSilence = Duration.seconds(480)

    private struct Entry {
        let uid: String?
        var version: ResourceVersion?
        var silence: Duration
        /// When it may be taken up again; nil where it was.
        var until: Duration?
    }

    private let entries = Mutex<[ObjectKey: Entry]>([:])
    /// The runs of which a read has shown that they are gone, by UID.
    private let gone = Mutex<[ObjectKey: String]>([:])

    /// Notes that a run is another process's, as this version of it shows.
    ///
    /// - Returns: How long it is left alone at least.
    func note(_ run: KubernetesObject, now: Duration) -> Duration {
        entries.withLock { entries in
            let before = entries[run.key].flatMap { $0.uid == run.uid ? $0.silence : nil }
            let silence = before.map { min($0 * 2, YieldedRuns.maximumSilence) }
            let entry = Entry(
                uid: run.uid, version: run.resourceVersion,
                silence: silence ?? YieldedRuns.silence,
                until: now + (silence ?? YieldedRuns.silence))
            entries[run.key] = entry
            return entry.silence
        }
    }

    /// How long the run is still to be left alone; nil where it may be taken up.
    ///
    /// A version that was not seen before is a sign of life, and starts the wait anew.
    func wait(for run: KubernetesObject, now: Duration) -> Duration? {
        entries.withLock { entries in
            guard var entry = entries[run.key], var until = entry.until else { return nil }
            guard entry.uid == run.uid else {
                entries[run.key] = nil
                return nil
            }
            if entry.version != run.resourceVersion {
                entry.version = run.resourceVersion
                until = now + entry.silence
            }
            entry.until = until > now ? until : nil
            entries[run.key] = entry
            return entry.until.map { $0 - now }
        }
    }

    /// Notes that a run is gone, which the cache may not show yet.
    func noteGone(_ key: ObjectKey, uid: String) { gone.withLock { $0[key] = uid } }

    /// Whether a run that the cache shows is gone.
    func isGone(_ run: KubernetesObject) -> Bool { gone.withLock { $0[run.key] == run.uid } }

    /// Forgets a run that has ended, or that the cache shows no more.
    func forget(_ key: ObjectKey) {
        entries.withLock { _ = $0.removeValue(forKey: key) }
        gone.withLock { _ = $0.removeValue(forKey: key) }
    }
}
