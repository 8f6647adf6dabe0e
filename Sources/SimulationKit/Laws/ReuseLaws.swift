import Kubernetes
import Synchronization
import Values

/// The law of further tries: what a task gave stands in for another attempt of it, and of no other.
extension LawBook {
    /// Checks what a run took over from the one that it tries again, or from a checkpoint of one: each
    /// task that ran in neither has the outputs that the task of its path had there (law 12).
    func checkReuse(of run: RunRecord, _ tasks: JSON) {
        let name = run.spec["retryOf"]?["run"] ?? run.spec["restoreFrom"]?["run"]
        // A checkpoint may be from before its run was undone.
        let isRestored = run.spec["restoreFrom"] != nil
        let sources = state.withLock { state in
            state.runs.values.filter { $0.key.name == name?.stringValue }
        }
        for (path, entry) in tasks.objectValue ?? [:] where entry["reason"] == "Reused" {
            let isGiven = sources.contains { source in
                (source.status["tasks"]?.objectValue ?? [:]).contains { candidate, given in
                    LawBook.pathOfFirstTry(candidate) == path && given["phase"] == "Completed"
                        && given["outputs"] == entry["outputs"]
                        && (isRestored || !source.wasUndone(candidate))
                }
            }
            guard !isGiven else { continue }
            violated(
                12,
                "\(run.key) has taken over \(entry["outputs"]?.text ?? "nothing") for \(path), which"
                    + " that task of \(name?.text ?? "no run") did not give, or was undone there")
        }
    }

    /// The path of a task with everything that it is in at its first attempt: `a#2[3].b` is `a[3].b`.
    private static func pathOfFirstTry(_ path: String) -> String {
        var kept = ""
        var isInMark = false
        for letter in path {
            if letter == "#" {
                isInMark = true
            } else if !isInMark || !letter.isNumber {
                isInMark = false
                kept.append(letter)
            }
        }
        return kept
    }
}

extension LawBook.RunRecord {
    /// Whether what a task did was undone, or may have been.
    fileprivate func wasUndone(_ path: String) -> Bool {
        status["tasks"]?["\(path)~compensation"]?["attempt"] != nil
    }
}
