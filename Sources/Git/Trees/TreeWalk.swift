internal import CGit2
internal import Values

/// The walk through the files of one commit: a loop with a stack of the directories to come.
struct TreeWalk: ~Copyable {
    private let limits: GitTreeLimits
    private let matching: (String) -> Bool
    private let commit: GitObjectID
    private var resolvedLinks = 0
    private var pending: [(id: GitObjectID, path: String, depth: Int)] = []
    private var visited = 0
    private var listing = GitListing(files: [], refused: [])

    init(of commit: GitObjectID, limits: GitTreeLimits, matching: @escaping (String) -> Bool) {
        self.commit = commit
        self.limits = limits
        self.matching = matching
    }

    /// The files under an entry that a path leads to.
    consuming func walk(
        _ store: borrowing ObjectStore, from start: ObjectStore.Entry, path: String
    ) throws(GitError) -> GitListing {
        if start.isDirectory {
            pending = [(start.id, path, 0)]
        } else {
            try visit(start, path: path, depth: 0, store)
        }
        while let directory = pending.popLast() {
            let entries = try store.entries(ofTree: directory.id)
            for entry in entries {
                let prefix = directory.path.isEmpty ? "" : directory.path + "/"
                let path = prefix + (entry.name ?? entry.shownName)
                try visit(entry, path: path, depth: directory.depth, store)
            }
        }
        listing.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        listing.refused.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        return listing
    }

    private mutating func visit(
        _ entry: ObjectStore.Entry, path: String, depth: Int, _ store: borrowing ObjectStore
    ) throws(GitError) {
        visited += 1
        guard visited <= limits.maximumEntries else {
            throw GitError(
                .tooLarge,
                "there are more than \(limits.maximumEntries) files here: narrow the path")
        }
        if let refusal = refusal(of: entry, path: path, depth: depth) {
            let isFile = entry.isFile || leadsToFile(entry, at: path, store)
            listing.refused.append(GitRefusedEntry(path: path, error: refusal, isFile: isFile))
        } else if entry.isDirectory {
            pending.append((entry.id, path, depth + 1))
        } else if matching(path) {
            do {
                let (_, size) = try store.header(of: entry.id)
                listing.files.append(
                    GitFile(path: path, blobID: entry.id, mode: entry.mode, size: size))
            } catch {
                throw error.local("reading '\(path)'")
            }
        }
    }

    /// Whether a link leads to a file of the commit itself, and by no other link.
    private mutating func leadsToFile(
        _ entry: ObjectStore.Entry, at path: String, _ store: borrowing ObjectStore
    ) -> Bool {
        guard entry.isSymlink, resolvedLinks < GitLimits.resolvedLinks else { return false }
        resolvedLinks += 1
        guard
            let target = try? store.blob(
                entry.id, name: path, maximumBytes: limits.maximumPathBytes),
            target.first != UInt8(ascii: "/")
        else { return false }
        var parts = path.split(separator: "/").dropLast()
        for part in String(decoding: target, as: UTF8.self).split(separator: "/") where part != "."
        {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return false
            }
        }
        let found = try? store.entryIfPresent(ofCommit: commit, path: parts.joined(separator: "/"))
        return found?.isFile == true
    }

    private func refusal(of entry: ObjectStore.Entry, path: String, depth: Int) -> GitError? {
        guard entry.name != nil else {
            return GitError(
                .invalidPath,
                "the name of '\(path)' is not plain UTF-8 text: rename the file")
        }
        if path.utf8.count > limits.maximumPathBytes || depth >= limits.maximumDepth {
            return GitError(
                .tooLarge,
                "'\(GitReference.shown(path))' is nested deeper than \(limits.maximumDepth) "
                    + "directories or longer than \(limits.maximumPathBytes) bytes: move it up")
        }
        return TreeWalk.refusal(of: entry, path: path)
    }

    /// Why an entry of that kind is not read; nil for files and directories.
    static func refusal(of entry: ObjectStore.Entry, path: String) -> GitError? {
        if entry.isDirectory || entry.isFile { return nil }
        if entry.isSymlink {
            return GitError(
                .symlink,
                "'\(path)' is a symbolic link, and those are not followed: commit the file itself")
        }
        if entry.isSubmodule {
            return GitError(
                .submodule,
                "'\(path)' is a submodule, and those are not fetched: give it a repository "
                    + "resource of its own")
        }
        return GitError(.unreadable, "'\(path)' has an unknown mode: commit it again as a file")
    }
}

extension ObjectStore {
    /// The entry that a path of a commit leads to; the root's is its tree.
    func entry(ofCommit id: GitObjectID, path: String) throws(GitError) -> Entry {
        let parts = try EntryName.components(of: path)
        let root = try treeID(ofCommit: id)
        var entry = Entry(name: "", shownName: "", mode: 0o040000, id: root)
        for (index, part) in parts.enumerated() {
            let shown = parts[...index].joined(separator: "/")
            guard entry.isDirectory else { throw GitError.missing(shown, in: id, near: []) }
            let entries = try entries(ofTree: entry.id)
            guard let next = entries.first(where: { $0.name == part }) else {
                throw GitError.missing(shown, in: id, near: entries.compactMap(\.name))
            }
            entry = next
            if let refusal = TreeWalk.refusal(of: entry, path: shown) { throw refusal }
        }
        return entry
    }
}

extension ObjectStore {
    /// The entry that a path leads to; nil where the commit has no such path.
    func entryIfPresent(ofCommit id: GitObjectID, path: String) throws(GitError) -> Entry? {
        do {
            return try entry(ofCommit: id, path: path)
        } catch  where error.code == .pathNotFound {
            return nil
        }
    }

    /// The content of a file, refused by its header when it is over a bound.
    func blob(
        _ id: GitObjectID, name: String, maximumBytes: Int
    ) throws(GitError) -> [UInt8] {
        var bytes = 0
        do {
            let (kind, size) = try header(of: id)
            if kind == GIT_OBJECT_BLOB, size <= maximumBytes { return try content(of: id) }
            bytes = size
        } catch {
            throw error.local("reading '\(name)'")
        }
        throw GitError(
            .tooLarge,
            "'\(name)' has \(bytes) bytes and may have \(maximumBytes): make it smaller, or "
                + "move it out of the path")
    }
}

extension GitError {
    fileprivate static func missing(
        _ path: String, in commit: GitObjectID, near names: [String]
    ) -> GitError {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        let hint =
            Spelling.nearest(to: last, among: names.prefix(GitLimits.suggestedNames)).map {
                ": did you mean '\($0)'?"
            } ?? ""
        return GitError(
            .pathNotFound,
            "the commit \(commit.hexadecimal.prefix(12)) has no '\(GitReference.shown(path))'"
                + hint)
    }
}
