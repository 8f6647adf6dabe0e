import Git
import Kubernetes
import Values

/// Says what a repository's objects and status must be, from the commit alone.
struct RepositoryJudge {
    let repository: KubernetesObject
    let commit: ModelCommit
    let path: String
    let objects: [KubernetesObject]
    /// All repositories there are.
    let live: [KubernetesObject]

    private var failures: [JSON] { repository.status["failures"]?.arrayValue ?? [] }

    /// What the status says is applied, with the file of each.
    private var inventory: [(id: String, path: String)] {
        (repository.status["inventory"]?["entries"]?.arrayValue ?? [])
            .map { ($0["id"]?.stringValue ?? "", $0["path"]?.stringValue ?? "") }
    }

    /// What is not as it should be, with the law.
    var problems: [(Int, String)] {
        var found: [(Int, String)] = []
        let given = commit.given(under: path)
        let brokenPaths = commit.files(under: path).filter { $0.file.fault != nil }.map(\.path)
        var owned: Set<String> = []
        var isWhole = brokenPaths.isEmpty
        for (id, candidates) in given.sorted(by: { $0.key < $1.key }) {
            if candidates.count > 1 { isWhole = false }
            guard let object = objects.first(where: { "\($0.kind)/\($0.name)" == id }) else {
                found.append((15, "\(id) is not there, and the commit \(commit.id) holds it"))
                continue
            }
            // What a repository gave that is gone is taken by whoever gives it next.
            let owner = object.annotation(RepositoryWords.uid)
            let isLeft =
                owner != nil
                && !live.contains { $0.uid == owner || $0.labelAsRepository == object.givenBy }
            if let other = object.givenBy, other != repository.labelAsRepository, !isLeft {
                isWhole = false
                if !tells(RepositoryWords.foreign, candidates.map(\.path)) {
                    found.append((33, "\(id) is of \(other), and the status does not say so"))
                }
                continue
            }
            owned.insert(id)
            check(object, id, candidates, &found)
        }
        let isEmpty = given.isEmpty
        checkExtra(given, owned, Set(brokenPaths), &found)
        checkStatus(brokenPaths, isWhole: isWhole, isEmptied: isEmpty && holdsPrunable, &found)
        return found
    }

    private func tells(_ code: String, _ paths: [String]) -> Bool {
        failures.contains { failure in
            failure["code"]?.stringValue == code
                && paths.contains(failure["path"]?.stringValue ?? "")
        }
    }

    private func check(
        _ object: KubernetesObject, _ id: String,
        _ candidates: [(path: String, manifest: ModelManifest)], _ found: inout [(Int, String)]
    ) {
        if object.givenBy != repository.labelAsRepository {
            found.append((15, "\(id) is not marked as given by it"))
        }
        if object.annotation(RepositoryWords.uid) != repository.uid {
            found.append((15, "\(id) is marked as given by another of its name"))
        }
        let wanted = candidates.filter {
            ServerSideApply.stored($0.manifest.spec) == ServerSideApply.stored(object.spec)
        }
        if wanted.isEmpty {
            found.append((15, "\(id) is not as the commit \(commit.id) says: \(object.json.text)"))
        } else if !wanted.contains(where: { $0.manifest.isKept == object.isKeptByAnnotation }) {
            found.append((15, "\(id) has another annotation than the commit says"))
        }
        if !inventory.contains(where: { $0.id == id }) {
            found.append((15, "\(id) is not in the inventory"))
        }
    }

    /// What is there beyond the commit: nothing, but for what is kept, and what a bad file gave before.
    private func checkExtra(
        _ given: [String: [(path: String, manifest: ModelManifest)]], _ owned: Set<String>,
        _ brokenPaths: Set<String>, _ found: inout [(Int, String)]
    ) {
        // Nothing says what is gone where there is nothing, or a file of which nobody knows what is
        // in it.
        let isBlind =
            given.isEmpty || commit.files(under: path).contains { $0.file.fault == .syntax }
        let retained = Set(
            inventory.filter { isBlind || brokenPaths.contains($0.path) }.map(\.id)
        ).union(commit.refused(under: path))
        for object in prunable {
            let id = "\(object.kind)/\(object.name)"
            guard given[id] == nil, !retained.contains(id) else { continue }
            found.append((15, "\(id) is there, and the commit \(commit.id) does not hold it"))
        }
        for (id, _) in inventory where !owned.contains(id) && !retained.contains(id) {
            found.append((15, "\(id) is in the inventory, and is not given"))
        }
    }

    /// What the repository gave and would delete, were it in no file.
    private var prunable: [KubernetesObject] {
        guard repository.spec["prune"]?.boolValue ?? true else { return [] }
        // What another of its name gave is its own once it is in its inventory.
        let known = Set(inventory.map(\.id))
        return objects.filter { object in
            object.givenBy == repository.labelAsRepository && !object.isKeptByAnnotation
                && (object.annotation(RepositoryWords.uid) == repository.uid
                    || known.contains("\(object.kind)/\(object.name)"))
        }
    }

    private var holdsPrunable: Bool { !prunable.isEmpty }

    private func checkStatus(
        _ brokenPaths: [String], isWhole: Bool, isEmptied: Bool, _ found: inout [(Int, String)]
    ) {
        for path in brokenPaths where !failures.contains(where: { $0["path"]?.stringValue == path })
        {
            found.append((33, "the status does not say what is wrong with \(path)"))
        }
        let reason = repository.readyReason ?? ""
        let isStalled = isEmptied && isWhole
        let wanted =
            isStalled ? RepositoryWords.nothingFound : isWhole ? "Synced" : "InvalidManifests"
        if reason != wanted {
            found.append((33, "it is \(reason), and should be \(wanted)"))
        }
        let applied = isStalled ? [] : ["lastAppliedRevision"]
        for field in ["lastAttemptedRevision"] + applied {
            let revision = repository.status[field]?.stringValue ?? ""
            if !revision.hasSuffix(commit.id.hexadecimal) {
                found.append((33, "\(field) is \(revision), and the head is \(commit.id)"))
            }
        }
    }
}
