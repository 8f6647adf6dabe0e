import Git
import Synchronization
import Values

/// The servers of git of a simulation: repositories by URL, their branches, and where these were.
final class SimulatedRemote: Sendable {
    static let mainBranch = "main"

    private struct Repository {
        /// Where each branch was, the newest last.
        var branches: [String: [ModelCommit]] = [:]
        var deniedUntil = Duration.zero
        var missingUntil = Duration.zero
    }

    private struct State {
        var repositories: [String: Repository] = [:]
        var commits: [GitObjectID: ModelCommit] = [:]
        var blobs: [GitObjectID: [UInt8]] = [:]
    }

    private let state = Mutex(State())

    /// Makes a commit the head of a branch; a branch that is new begins with it.
    func commit(_ files: [String: ModelFile], to url: String, _ branch: String, at time: Timestamp)
    {
        state.withLock { state in
            let name = "\(url) \(branch) \(state.commits.count)"
            let commit = ModelCommit(
                id: ModelFile.id(of: Array(name.utf8)), time: time, files: files)
            state.commits[commit.id] = commit
            for file in files.values { state.blobs[file.blob] = file.bytes }
            state.repositories[url, default: Repository()].branches[branch, default: []]
                .append(commit)
        }
    }

    /// Makes an earlier head of a branch its head again: a push by force.
    func reset(_ url: String, _ branch: String, to number: Int) {
        state.withLock { state in
            guard let history = state.repositories[url]?.branches[branch], !history.isEmpty
            else { return }
            state.repositories[url]?.branches[branch]?.append(history[number % history.count])
        }
    }

    /// Where a branch was, the newest last.
    func history(_ url: String, _ branch: String) -> [ModelCommit] {
        state.withLock { $0.repositories[url]?.branches[branch] ?? [] }
    }

    /// The commit of that name.
    func commit(_ id: GitObjectID) -> ModelCommit? { state.withLock { $0.commits[id] } }

    /// The content of that name.
    func blob(_ id: GitObjectID) -> [UInt8]? { state.withLock { $0.blobs[id] } }

    /// Has credentials, or every reference, be unknown to the server until a moment.
    func fail(_ url: String, denying: Bool, until moment: Duration) {
        state.withLock { state in
            if denying {
                state.repositories[url]?.deniedUntil = moment
            } else {
                state.repositories[url]?.missingUntil = moment
            }
        }
    }

    /// Whether the server knows the credentials, and its references, at a moment.
    func isWell(_ url: String, at moment: Duration) -> (knowsCredentials: Bool, hasReferences: Bool)
    {
        state.withLock { state in
            let repository = state.repositories[url]
            return (
                moment >= repository?.deniedUntil ?? .zero,
                moment >= repository?.missingUntil ?? .zero
            )
        }
    }

    /// The commit that a reference leads to, and the reference's full name.
    ///
    /// - Parameter age: how many moves of a branch are not shown.
    func resolve(
        _ url: String, _ reference: GitReference, age: Int = 0
    ) -> (commit: ModelCommit, name: String?)? {
        if case .commit(let text) = reference {
            return GitObjectID(text).flatMap { commit($0) }.map { ($0, nil) }
        }
        var branch = SimulatedRemote.mainBranch
        if case .branch(let name) = reference { branch = name }
        let history = history(url, branch)
        guard let last = history.last else { return nil }
        return (history.dropLast(age).last ?? last, "refs/heads/\(branch)")
    }
}
