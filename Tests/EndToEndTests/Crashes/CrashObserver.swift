import GitOps
import Kubernetes
import Testing
import Values

/// What somebody who watches the runs was told, and whether it is ever taken back.
struct CrashObserver {
    private struct Seen {
        var version: String
        var sequence: Int64
        /// What was told of tasks that had completed.
        var completed: [String: JSON]
        /// The status of a run that had ended.
        var ended: JSON?
    }

    private var runs: [String: Seen] = [:]
    /// How many versions of runs were seen.
    private(set) var changes = 0

    /// How many runs were seen, and how many of them had ended.
    var counts: (all: Int, ended: Int) {
        (runs.count, runs.values.count { $0.ended != nil })
    }

    /// Takes in what a list showed.
    mutating func look(at items: [KubernetesObject]) {
        for run in items {
            guard let uid = run.uid else { continue }
            let version = run.resourceVersion?.description ?? ""
            if runs[uid]?.version == version { continue }
            changes += 1
            compare(run, with: runs[uid])
            let tasks = run.status["tasks"]?.objectValue ?? [:]
            runs[uid] = Seen(
                version: version,
                sequence: run.status["checkpoint"]?["sequence"]?.integerValue ?? 0,
                completed: Dictionary(
                    tasks.filter { $0.value["phase"] == "Completed" }.map { ($0.key, $0.value) },
                    uniquingKeysWith: { a, _ in a }),
                ended: run.hasEnded ? .some(run.status) : .none)
        }
    }

    /// What was told once holds for ever: laws 7, 10 and 11.
    private func compare(_ run: KubernetesObject, with before: Seen?) {
        guard let before else { return }
        if let ended = before.ended { #expect(run.status == ended, "\(run.name) had ended") }
        let sequence = run.status["checkpoint"]?["sequence"]?.integerValue ?? 0
        #expect(sequence >= before.sequence, "\(run.name) went back")
        for (task, state) in before.completed {
            #expect(run.task(task) == state, "\(task) of \(run.name) had completed")
        }
    }

    /// Nothing that was seen is missing.
    func expectAll(in items: [KubernetesObject]) {
        let present = Set(items.compactMap(\.uid))
        #expect(present.isSuperset(of: runs.keys))
    }
}
