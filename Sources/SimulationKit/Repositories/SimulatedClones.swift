import Git
import GitOps
import Values

/// The clones of one process: what it fetches comes from the simulated servers of git.
struct SimulatedClones: GitClones {
    let host: Host
    let cluster: Cluster

    func open(uid: String) async throws(GitError) -> any GitClone {
        SimulatedClone(uid: uid, host: host, cluster: cluster)
    }

    func remove(uid: String) {}
}

/// One clone of a simulated repository.
private struct SimulatedClone: GitClone {
    let uid: String
    let host: Host
    let cluster: Cluster

    private var world: World { cluster.world }

    func fetch(
        url: String, reference: GitReference, credentials: GitCredentials, deadline: Duration,
        maximumBytes: Int
    ) async throws(GitError) -> GitCommit {
        do {
            let commit = try await arrive(url, reference, deadline)
            world.trace.note(
                "fetched", Int64(host.number), name: url, bytes: Array(commit.id.hexadecimal.utf8),
                detail: commit.revision)
            cluster.laws.fetched(uid, by: host)
            return commit
        } catch {
            world.trace.note("fetch failed", Int64(host.number), name: url, detail: "\(error.code)")
            cluster.laws.fetched(uid, by: host)
            throw error
        }
    }

    private func arrive(
        _ url: String, _ reference: GitReference, _ deadline: Duration
    ) async throws(GitError) -> GitCommit {
        let faults = world.faults
        let delay =
            faults.strikes(.fetchSlow)
            ? faults.stream.duration(.seconds(1) ... .seconds(60)) : world.latency()
        try await wait(min(delay, deadline))
        guard delay < deadline else { throw GitError(.timedOut, "the fetch took too long") }
        if faults.strikes(.fetchLost) { throw GitError(.network, "the server broke off") }
        if !faults.isHealed { try meetOutage(url) }
        let age = faults.strikes(.fetchStale) ? 1 + faults.stream.below(2) : 0
        guard let (commit, name) = world.remote.resolve(url, reference, age: age) else {
            throw GitError(.unknownReference, "\(reference) does not exist")
        }
        try await wait(world.latency())
        return GitCommit(
            id: commit.id, message: "simulated", author: "ada", time: commit.time, reference: name)
    }

    /// The server refuses for a while whoever asks.
    private func meetOutage(_ url: String) throws(GitError) {
        let faults = world.faults
        for (fault, isDenial) in [(Fault.fetchDenied, true), (.fetchMissing, false)]
        where faults.strikes(fault) {
            let end = world.clock.now + faults.stream.duration(.seconds(1) ... .seconds(20))
            world.remote.fail(url, denying: isDenial, until: end)
        }
        let health = world.remote.isWell(url, at: world.clock.now)
        if !health.knowsCredentials { throw GitError(.authentication, "the server wants others") }
        if !health.hasReferences { throw GitError(.unknownReference, "it does not exist") }
    }

    private func wait(_ duration: Duration) async throws(GitError) {
        do {
            try await world.clock.sleep(duration)
        } catch {
            throw GitError(.cancelled, "the fetch was cancelled")
        }
        guard host.isAlive else { throw GitError(.cancelled, "the process is dead") }
    }

    func files(
        ofCommit id: GitObjectID, under path: String, matching: @Sendable (String) -> Bool,
        limits: GitTreeLimits
    ) async throws(GitError) -> GitListing {
        let files = world.remote.commit(id)?.files(under: path) ?? []
        guard !files.isEmpty || path.isEmpty else {
            throw GitError(.pathNotFound, "the commit has no '\(path)'")
        }
        cluster.laws.listed(id, under: path, of: uid, by: host)
        return GitListing(
            files: files.filter { matching($0.path) }.map { path, file in
                GitFile(path: path, blobID: file.blob, size: file.bytes.count)
            })
    }

    func read(
        _ blob: GitObjectID, path: String?, maximumBytes: Int
    ) async throws(GitError) -> [UInt8] {
        guard let bytes = world.remote.blob(blob) else {
            throw GitError(.corrupt, "there is no \(blob)")
        }
        return bytes
    }
}
