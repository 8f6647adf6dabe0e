internal import CGit2
public import HTTP
internal import POSIX

/// A bare clone in a directory of its own, owned by a thread of its own.
///
/// Nothing is ever checked out: files are read from the objects of a commit. Every call waits its
/// turn on the thread, so a long fetch delays the reads behind it. The directory is ours alone: what
/// is found damaged in it is deleted and fetched anew.
public actor GitRepository {
    /// The directory of the clone.
    public nonisolated let directory: String
    private nonisolated let thread: GitThread
    private nonisolated let http: HTTPClient
    private var store: ObjectStore?
    private var isSuspect = false

    /// What has been done since the repository was opened.
    public private(set) var statistics = GitStatistics()

    /// The thread of this repository.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    private init(directory: String, thread: GitThread, http: HTTPClient) {
        self.directory = directory
        self.http = http
        self.thread = thread
    }

    /// Opens the clone in a directory; the first fetch makes what is not there.
    ///
    /// - Parameters:
    ///   - directory: An absolute path, used by nothing else.
    ///   - http: The client for `https` URLs; share one among repositories.
    public static func open(
        directory: String, http: HTTPClient = HTTPClient()
    ) async throws(GitError) -> GitRepository {
        try GitLibrary.start()
        return GitRepository(directory: directory, thread: try GitThread(), http: http)
    }

    /// Fetches a reference of a remote repository and returns its commit.
    ///
    /// When the reference is where it was, nothing is received. A clone of another URL, one that is
    /// damaged and one of too many packs or bytes are made anew. Cancelling the task ends the fetch with
    /// ``GitError/Code/cancelled``.
    ///
    /// - Parameters:
    ///   - url: `https://host/path` or `file:///path`; see ``GitURL``.
    ///   - deadline: The time for the whole of it.
    ///   - maximumBytes: The most bytes of packs to receive.
    @discardableResult
    public nonisolated func fetch(
        url: String, reference: GitReference = .defaultBranch, credentials: GitCredentials = .none,
        deadline: Duration = .seconds(60), maximumBytes: Int = GitLimits.fetchBytes
    ) async throws(GitError) -> GitCommit {
        let url = try GitURL(url)
        try reference.validate()
        let control = FetchControl(url: url, deadline: deadline, maximumBytes: maximumBytes)
        let request = FetchRequest(
            url: url, reference: reference, credentials: credentials, control: control)
        let result = await withTaskCancellationHandler {
            await self.start(request)
        } onCancel: {
            control.cancel()
        }
        return try result.get()
    }

    /// The files of a fetched commit under a path, with the entries that are refused.
    ///
    /// - Parameters:
    ///   - path: A directory or file from the root; empty for all.
    ///   - matching: Which paths to list; refused entries are listed whatever their name.
    public func files(
        ofCommit id: GitObjectID, under path: String = "",
        matching: @Sendable (String) -> Bool = { _ in true },
        limits: GitTreeLimits = GitTreeLimits()
    ) throws(GitError) -> GitListing {
        try reading { store throws(GitError) in
            let entry = try store.entry(ofCommit: id, path: path)
            let prefix = try EntryName.components(of: path).joined(separator: "/")
            return try withoutActuallyEscaping(matching) { matching throws(GitError) in
                try TreeWalk(of: id, limits: limits, matching: matching)
                    .walk(store, from: entry, path: prefix)
            }
        }
    }

    /// The identifier of what a path of a commit holds: the same for two commits exactly when
    /// nothing under the path differs.
    public func treeID(
        ofCommit id: GitObjectID, path: String = ""
    ) throws(GitError) -> GitObjectID {
        try reading { store throws(GitError) in try store.entry(ofCommit: id, path: path).id }
    }

    /// The files that differ from one fetched commit to another under a path.
    ///
    /// A path that one of the commits lacks is as good as empty there.
    public func changes(
        from old: GitObjectID, to new: GitObjectID, under path: String = "",
        limits: GitTreeLimits = GitTreeLimits()
    ) throws(GitError) -> [GitChange] {
        try reading { store throws(GitError) in
            let before = try store.entryIfPresent(ofCommit: old, path: path)
            let after = try store.entryIfPresent(ofCommit: new, path: path)
            let prefix = try EntryName.components(of: path).joined(separator: "/")
            return try TreeDifference(limits: limits)
                .compare(before, after, path: prefix, in: store)
        }
    }

    /// The content of a file; one over the bound is refused before it is loaded.
    ///
    /// - Parameter path: The path for the error text.
    public func read(
        _ blob: GitObjectID, path: String? = nil, maximumBytes: Int
    ) throws(GitError) -> [UInt8] {
        try reading { store throws(GitError) in
            try store.blob(blob, name: path ?? "blob \(blob)", maximumBytes: maximumBytes)
        }
    }

    /// Reads from the store; damage that shows is kept in mind for the next fetch.
    private func reading<Value>(
        _ body: (borrowing ObjectStore) throws(GitError) -> Value
    ) throws(GitError) -> Value {
        guard store != nil || openStore() else {
            throw GitError(.notFound, "nothing has been fetched into \(directory) yet")
        }
        do {
            return try withStore(body)
        } catch {
            if error.code == .corrupt { isSuspect = true }
            throw error
        }
    }

    private func withStore<Value>(
        _ body: (borrowing ObjectStore) throws(GitError) -> Value
    ) throws(GitError) -> Value {
        switch store {
        case .some(let store): return try body(store)
        case .none: throw GitError(.corrupt, "the clone in \(directory) cannot be opened")
        }
    }
}

// MARK: - Fetching

extension GitRepository {
    /// Runs the fetch on the thread of the clone, and beside it the task that speaks HTTP for it.
    private nonisolated func start(_ request: FetchRequest) async -> Result<GitCommit, GitError> {
        guard request.url.scheme != .file else { return await run(request, exchange: nil) }
        let exchange = HTTPExchange()
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { [http] in await exchange.serve(http) }
            let result = await self.run(request, exchange: exchange)
            exchange.finish()
            // What it may still wait for, nobody wants any more.
            group.cancelAll()
            return result
        }
    }

    private func run(
        _ request: FetchRequest, exchange: HTTPExchange?
    ) -> Result<GitCommit, GitError> {
        do throws(GitError) {
            try request.control.check()
            try prepare(for: request.url)
            do {
                return .success(try attempt(request, exchange: exchange))
            } catch  where error.code == .corrupt {
                try remake(for: request.url)
                return .success(try attempt(request, exchange: exchange))
            }
        } catch {
            return .failure(error)
        }
    }

    private func attempt(
        _ request: FetchRequest, exchange: HTTPExchange?
    ) throws(GitError) -> GitCommit {
        let commit = try withStore { store throws(GitError) in
            try request.perform(on: store, exchange: exchange)
        }
        statistics.fetches += 1
        statistics.receivedBytes += request.control.receivedBytes
        if request.control.receivedBytes == 0 { statistics.unchangedFetches += 1 }
        return commit
    }

    /// Makes the clone ready for a URL: opens it, or makes it anew.
    private func prepare(for url: GitURL) throws(GitError) {
        guard store != nil || FileSystem.exists(directory) else {
            return try make(for: url)
        }
        let packs = (try? FileSystem.list(directory + "/objects/pack")) ?? []
        let bytes = packs.reduce(0) {
            $0 + (FileSystem.size(of: "\(directory)/objects/pack/\($1)") ?? 0)
        }
        let isUsable =
            !isSuspect && bytes < GitLimits.cloneBytes
            && packs.count { $0.hasSuffix(".pack") } < GitLimits.packs
            && (try? FileSystem.readText(sourceFile, maximumBytes: 4096)) == url.description
            && (store != nil || openStore())
        if !isUsable { try remake(for: url) }
    }

    private func remake(for url: GitURL) throws(GitError) {
        statistics.reclones += 1
        try make(for: url)
    }

    private func make(for url: GitURL) throws(GitError) {
        store = nil
        isSuspect = false
        do {
            try FileSystem.remove(directory)
            try FileSystem.createDirectory(directory, permissions: 0o700)
        } catch {
            throw GitError(.storage, "the clone cannot be made: \(error)")
        }
        let path = directory
        do throws(LibraryFailure) {
            let made = try unsafe Owned(freedBy: git_repository_free) {
                unsafe git_repository_init($0, path, 1)
            }
            store = try ObjectStore(made)
        } catch {
            throw GitError(.storage, "the clone in \(path) cannot be made: \(error.message)")
        }
        do {
            try FileSystem.write(Array(url.description.utf8), to: sourceFile)
        } catch {
            throw GitError(.storage, "the clone cannot be made: \(error)")
        }
    }

    /// Opens what is in the directory; false where that is no clone.
    private func openStore() -> Bool {
        let path = directory
        do throws(LibraryFailure) {
            let opened = try unsafe Owned(freedBy: git_repository_free) {
                unsafe git_repository_open_bare($0, path)
            }
            store = try ObjectStore(opened)
            return true
        } catch {
            return false
        }
    }

    /// Says which URL the clone is of: objects of two are never mixed.
    private var sourceFile: String { directory + "/orchestrator-source" }
}
