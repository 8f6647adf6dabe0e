import Git
import HTTP
import Kubernetes
import Synchronization
import Values

/// The laws of repositories while faults strike: what is done to others' objects, and what is said.
extension LawBook {
    /// A process has fetched, well or not.
    func fetched(_ uid: String, by host: Host) {
        guard world.faults.isHealed else { return }
        state.withLock { $0.repositories.fetches[uid, default: 0] += 1 }
    }

    /// A process reads the files of a commit.
    func listed(_ id: GitObjectID, under path: String, of uid: String, by host: Host) {
        guard let commit = world.remote.commit(id) else { return }
        state.withLock { state in
            state.repositories.listings["\(host.number) \(uid)"] =
                RepositoryRecords.Listing(commit: commit, path: path)
        }
    }

    /// A process has an answer about one object.
    func noteLook(_ route: Route, _ result: Result<Reply, HTTPError>, by host: Host) {
        guard world.features.repositories > 0, case .success(let reply) = result else { return }
        let key = "\(host.number) \(route.objectPath)"
        if route.verb.isWrite, route.subresource == nil, reply.status < 500, reply.status != 429 {
            // It is settled: whatever is written next was decided anew.
            state.withLock { _ = $0.repositories.writes.removeValue(forKey: key) }
        }
        guard route.verb == .get, reply.isSuccess || reply.status == 404 else { return }
        let object = KubernetesObject(
            reply.isSuccess ? (try? JSON(parsing: reply.body)) ?? .null : .null)
        state.withLock { state in
            if RepositoryRecords.given[route.plural] != nil {
                state.repositories.looks[key] =
                    RepositoryRecords.Look(
                        repository: object.givenBy, owner: object.annotation(RepositoryWords.uid),
                        uid: object.uid,
                        version: object.resourceVersion?.description,
                        isKept: object.isKeptByAnnotation)
            } else if route.plural == "workflowrepositories", let uid = object.uid {
                state.repositories.asked["\(host.number) \(uid)"] =
                    RepositoryRecords.Repository(object)
            }
        }
    }

    /// A process is about to write an object that repositories give.
    func checkGitWrite(_ route: Route, _ body: JSON, by host: Host) {
        guard let kind = RepositoryRecords.given[route.plural], route.subresource == nil
        else { return }
        let claimant = route.verb == .patch ? KubernetesObject(body).givenBy : nil
        guard route.verb == .delete || claimant != nil else { return }
        let key = "\(host.number) \(route.objectPath)"
        // What the server asked to send again later is what was decided by the look before it.
        let (look, isAgain) = state.withLock { state in
            (
                state.repositories.looks[key],
                state.repositories.writes.updateValue(body, forKey: key) == body
            )
        }
        guard !isAgain else { return }
        guard let name = claimant else {
            checkPrune(route, kind, body, look, by: host)
            return
        }
        guard let look else {
            violated(8, "\(route.objectPath) is applied by \(name) without a look at it")
            return
        }
        let isLeft = state.withLock { state in
            look.owner.map { state.repositories.repositories[$0]?.isGone == true } ?? false
        }
        if let other = look.repository, other != name, !isLeft {
            violated(8, "\(route.objectPath) of \(other) is overwritten by \(name)")
        }
        if let uid = look.uid, KubernetesObject(body).uid != uid {
            violated(8, "\(route.objectPath) is applied to whatever has its name")
        }
    }

    /// Whether somebody applies for a repository that is gone: a request that is late, and of which
    /// nobody knows any more.
    func isOfGoneRepository(_ route: Route, _ body: [UInt8]) -> Bool {
        guard route.verb == .patch, RepositoryRecords.given[route.plural] != nil,
            let json = try? JSON(parsing: body),
            let uid = KubernetesObject(json).annotation(RepositoryWords.uid)
        else { return false }
        return state.withLock { $0.repositories.repositories[uid]?.isGone == true }
    }

    /// Only what the commit in force does not hold is deleted, and only what its repository gave.
    private func checkPrune(
        _ route: Route, _ kind: String, _ body: JSON, _ look: RepositoryRecords.Look?, by host: Host
    ) {
        guard let look, let name = look.repository else {
            violated(8, "\(route.objectPath) is deleted, and no repository is known to own it")
            return
        }
        if look.isKept { violated(8, "\(route.objectPath) is deleted, and is to be kept") }
        if body["preconditions"]?["resourceVersion"]?.stringValue != look.version {
            violated(8, "\(route.objectPath) is deleted whatever has become of it")
        }
        let (owner, asked, listing) = state.withLock { state in
            let owner = state.repositories.repository(labelled: name)
            let key = "\(host.number) \(owner?.uid ?? "")"
            return (owner, state.repositories.asked[key], state.repositories.listings[key])
        }
        guard let owner, !owner.repository.isDeleting else {
            if owner?.repository.prunes == false {
                violated(8, "\(route.objectPath) is deleted with \(name), which does not prune")
            }
            return
        }
        guard asked?.prunes == true else {
            violated(8, "\(route.objectPath) is deleted, and \(name) was not known to prune")
            return
        }
        guard let listing else {
            violated(33, "\(route.objectPath) is deleted before a commit was read")
            return
        }
        let given = listing.commit.given(under: listing.path)
        if given["\(kind)/\(route.name)"] != nil {
            violated(33, "\(route.objectPath) is deleted, and the commit in force holds it")
        }
        if given.isEmpty {
            violated(33, "\(route.objectPath) is deleted, and the commit in force holds nothing")
        }
        for (path, file) in listing.commit.files(under: listing.path) where file.fault == .syntax {
            violated(33, "\(route.objectPath) is deleted, and may be in \(path)")
        }
    }

    /// An object was stored that has to do with repositories.
    func noteRepository(_ effect: Store.Effect, by host: Host?) {
        guard world.features.repositories > 0, let json = effect.new ?? effect.old else { return }
        let plural = String(effect.collection.split(separator: "/").last ?? "")
        let object = KubernetesObject(json)
        if RepositoryRecords.given[plural] != nil {
            let path = "\(plural)/\(effect.key.name)"
            state.withLock { state in
                _ = state.repositories.specs[path, default: []]
                    .insert(ServerSideApply.stored(object.spec))
            }
        }
        guard plural == "workflowrepositories", let uid = object.uid else { return }
        state.withLock { state in
            state.repositories.repositories[uid] = RepositoryRecords.Repository(object)
            state.repositories.repositories[uid]?.isGone = effect.new == nil
        }
        let before = effect.old?["status"]?["lastAppliedRevision"]
        guard let host, let now = effect.new?["status"]?["lastAppliedRevision"], now != before
        else { return }
        checkApplied(object, now.stringValue ?? "", by: host)
    }

    /// A status names a commit as applied only when all that it gives is, or has been, there (law 33).
    private func checkApplied(_ repository: KubernetesObject, _ revision: String, by host: Host) {
        guard let id = GitObjectID(String(revision.suffix(40))),
            let commit = world.remote.commit(id)
        else {
            violated(33, "\(repository.name) says that \(revision) is applied, which is no commit")
            return
        }
        let refused = Set(
            (repository.status["failures"]?.arrayValue ?? [])
                .filter { $0["code"]?.stringValue != RepositoryWords.transient }
                .compactMap { $0["path"]?.stringValue })
        let (path, specs) = state.withLock { state in
            let key = "\(host.number) \(repository.uid ?? "")"
            return (state.repositories.listings[key]?.path ?? "", state.repositories.specs)
        }
        for (_, candidates) in commit.given(under: path).sorted(by: { $0.key < $1.key })
        where !candidates.contains(where: { refused.contains($0.path) }) {
            for (_, manifest) in candidates {
                let plural = manifest.kind == "Workflow" ? "workflows" : "templates"
                let known = specs["\(plural)/\(manifest.name)"] ?? []
                if !known.contains(ServerSideApply.stored(manifest.spec)) {
                    violated(
                        33,
                        "\(repository.name) says that \(revision) is applied, and \(manifest.id) "
                            + "never was as it says")
                }
            }
        }
    }
}
