internal import Values

/// The references of a remote repository, and the choice of one of them.
struct RemoteReferences {
    /// What each reference points to: commits, and tags for annotated tags.
    var targets: [String: GitObjectID] = [:]
    /// The name that HEAD stands for, where it stands for one.
    var headName: String?
    /// What HEAD points to, where that exists.
    var headTarget: GitObjectID?

    /// A reference that was found.
    struct Choice {
        /// The full name; nil for a commit that no reference points to.
        var name: String?
        /// The commit or tag.
        var object: GitObjectID
    }

    /// The reference that was asked for.
    func choose(_ reference: GitReference, of url: GitURL) throws(GitError) -> Choice {
        guard !targets.isEmpty || headTarget != nil else {
            throw GitError(
                .emptyRepository, "the repository \(url) has no commit yet: push one")
        }
        if case .commit(let text) = reference, let id = GitObjectID(text) {
            let names = targets.filter { $0.value == id }.keys.sorted()
            return Choice(name: names.first, object: id)
        }
        if let name = reference.fullName {
            if let target = targets[name] { return Choice(name: name, object: target) }
            throw unknown(reference, name: name, of: url)
        }
        if let name = headName, let target = targets[name] {
            return Choice(name: name, object: target)
        }
        if let target = headTarget { return Choice(name: "HEAD", object: target) }
        throw GitError(
            .unknownReference,
            "the default branch of \(url) does not exist: name a branch" + hint(nil))
    }

    /// The error for a reference that does not exist: names those that do.
    func unknown(_ reference: GitReference, name: String?, of url: GitURL) -> GitError {
        GitError(
            .unknownReference,
            "\(url) has no \(GitReference.shown(reference.description))"
                + hint(name))
    }

    private func hint(_ wanted: String?) -> String {
        let prefixes = ["refs/heads/", "refs/tags/"]
        let prefix = prefixes.first { wanted?.hasPrefix($0) == true } ?? "refs/heads/"
        let names = targets.keys.filter { $0.hasPrefix(prefix) }.sorted()
            .map { String($0.dropFirst(prefix.count)) }
        let short = wanted.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
        if let short,
            let near = Spelling.nearest(to: short, among: names.prefix(GitLimits.suggestedNames))
        {
            return ": did you mean '\(GitReference.shown(near))'?"
        }
        let kind = prefix == "refs/tags/" ? "tags" : "branches"
        guard !names.isEmpty else { return ": it has no \(kind)" }
        let listed = names.prefix(GitLimits.namedReferences).map { "'\(GitReference.shown($0))'" }
        let more = names.count > listed.count ? " and \(names.count - listed.count) more" : ""
        return ": it has the \(kind) \(listed.joined(separator: ", "))\(more)"
    }
}
