import Kubernetes
import Synchronization

/// The runs that wait for another object to appear or to change, by what they wait for.
///
/// A run is here only as long as it waits: whoever takes it up, ends it or sees that it is gone says so,
/// so that there are never more entries than runs that wait.
final class WaitingRuns: Sendable {
    private struct State {
        var runs: [String: Set<ObjectKey>] = [:]
        /// What each run waits for.
        var awaited: [ObjectKey: Set<String>] = [:]
    }

    private let state = Mutex(State())

    private static func name(_ kind: String, _ key: ObjectKey) -> String { "\(kind)/\(key)" }

    /// How many runs wait, and for how many objects.
    var counts: (runs: Int, objects: Int) {
        state.withLock { ($0.awaited.count, $0.runs.count) }
    }

    /// Notes that a run waits for an object.
    func add(_ run: ObjectKey, for kind: String, _ key: ObjectKey) {
        let name = WaitingRuns.name(kind, key)
        state.withLock { state in
            state.runs[name, default: []].insert(run)
            state.awaited[run, default: []].insert(name)
        }
    }

    /// Takes out the runs that wait for an object, sorted: each says again what it waits for then.
    func take(for kind: String, _ key: ObjectKey) -> [ObjectKey] {
        let name = WaitingRuns.name(kind, key)
        return state.withLock { state in
            guard let runs = state.runs.removeValue(forKey: name) else { return [] }
            for run in runs {
                state.awaited[run]?.remove(name)
                if state.awaited[run]?.isEmpty == true { state.awaited[run] = nil }
            }
            return runs.sorted()
        }
    }

    /// Forgets a run that waits no more.
    func forget(_ run: ObjectKey) {
        state.withLock { state in
            for name in state.awaited.removeValue(forKey: run) ?? [] {
                state.runs[name]?.remove(run)
                if state.runs[name]?.isEmpty == true { state.runs[name] = nil }
            }
        }
    }
}
