/// One fetch: what is wanted, and what may stop it.
struct FetchRequest: Sendable {
    var url: GitURL
    var reference: GitReference
    var credentials: GitCredentials
    var control: FetchControl

    /// Does it, on the thread of the clone.
    ///
    /// - Parameter exchange: The way to the server; nil for a directory of this machine.
    func perform(
        on store: borrowing ObjectStore, exchange: HTTPExchange?
    ) throws(GitError) -> GitCommit {
        let name =
            if let exchange {
                try fetch(over: exchange, into: store)
            } else {
                try copy(into: store)
            }
        let id = try store.commitID(from: name.object)
        _ = try store.treeID(ofCommit: id)
        return try store.commit(id, reference: name.name)
    }

    private func copy(
        into store: borrowing ObjectStore
    ) throws(GitError) -> RemoteReferences.Choice {
        let remote = try LocalRemote(url)
        let references = try remote.references()
        let choice = try references.choose(reference, of: url)
        if !store.contains(choice.object) {
            try remote.copy(
                choice, into: store, control: control, references: references,
                reference: reference)
        }
        return choice
    }

    private func fetch(
        over exchange: HTTPExchange, into store: borrowing ObjectStore
    ) throws(GitError) -> RemoteReferences.Choice {
        let remote = try SmartRemote(self, store: store, exchange: exchange)
        let references = try remote.references()
        let choice = try references.choose(reference, of: url)
        if !store.contains(choice.object) {
            try remote.download(choice, into: store)
        }
        guard store.contains(choice.object) else {
            throw references.unknown(reference, name: nil, of: url)
        }
        return choice
    }
}
