internal import CGit2

/// One fetch: what is wanted, and what may stop it.
struct FetchRequest: Sendable {
    var url: GitURL
    var reference: GitReference
    var credentials: GitCredentials
    var control: FetchControl

    /// Does it, on the thread of the clone.
    func perform(on store: borrowing ObjectStore) throws(GitError) -> GitCommit {
        let remote = try LocalRemote(url)
        let references = try remote.references()
        let choice = try references.choose(reference, of: url)
        if !store.contains(choice.object) {
            try remote.copy(
                choice, into: store, control: control, references: references,
                reference: reference)
        }
        return try finish(choice, on: store)
    }

    /// The commit that has been fetched, remembered under a reference of ours.
    private func finish(
        _ choice: RemoteReferences.Choice, on store: borrowing ObjectStore
    ) throws(GitError) -> GitCommit {
        let id = try store.commitID(from: choice.object)
        _ = try store.treeID(ofCommit: id)
        return try store.commit(id, reference: choice.name)
    }
}
