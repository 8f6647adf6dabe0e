internal import CGit2

/// A remote repository behind a server that speaks git's smart HTTP protocol.
@safe
struct SmartRemote: ~Copyable {
    private let url: GitURL
    private let session: SmartSession
    private let remote: Owned

    /// Connects, which fetches the list of references.
    init(
        _ request: FetchRequest, store: borrowing ObjectStore, exchange: HTTPExchange
    ) throws(GitError) {
        let session = SmartSession(request, exchange: exchange)
        do throws(LibraryFailure) {
            remote = try SmartRemote.connect(request.url, store: store, session: session)
        } catch {
            throw SmartRemote.error(error, of: request.url, control: request.control)
        }
        self.session = session
        url = request.url
    }

    private static func connect(
        _ url: GitURL, store: borrowing ObjectStore, session: SmartSession
    ) throws(LibraryFailure) -> Owned {
        var creation = unsafe git_remote_create_options()
        unsafe git_remote_create_options_init(
            &creation, UInt32(GIT_REMOTE_CREATE_OPTIONS_VERSION))
        unsafe creation.repository = store.pointer
        unsafe creation.flags =
            GIT_REMOTE_CREATE_SKIP_INSTEADOF.rawValue
            | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC.rawValue
        let text = url.description
        let remote = try unsafe Owned(freedBy: git_remote_free) {
            unsafe git_remote_create_with_opts($0, text, &creation)
        }
        var options = unsafe git_remote_connect_options()
        unsafe git_remote_connect_options_init(
            &options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
        unsafe options.callbacks = callbacks(session)
        unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        try LibraryFailure.check(
            unsafe git_remote_connect_ext(remote.pointer, GIT_DIRECTION_FETCH, &options))
        return remote
    }

    private static func callbacks(_ session: SmartSession) -> git_remote_callbacks {
        var callbacks = unsafe git_remote_callbacks()
        unsafe git_remote_init_callbacks(&callbacks, UInt32(GIT_REMOTE_CALLBACKS_VERSION))
        unsafe callbacks.transport = SmartSubtransport.makeTransport
        unsafe callbacks.transfer_progress = smartProgress
        unsafe callbacks.payload = Unmanaged.passUnretained(session).toOpaque()
        return unsafe callbacks
    }

    /// The references of the repository.
    func references() throws(GitError) -> RemoteReferences {
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        do throws(LibraryFailure) {
            try LibraryFailure.check(unsafe git_remote_ls(&heads, &count, remote.pointer))
        } catch {
            throw SmartRemote.error(error, of: url, control: session.control)
        }
        var found = RemoteReferences()
        for index in 0..<count {
            guard let head = unsafe heads?[index], let name = unsafe head.pointee.name else {
                continue
            }
            let text = unsafe String(cString: name)
            let target = unsafe GitObjectID(head.pointee.oid)
            if text == "HEAD" {
                found.headTarget = target
                unsafe found.headName = head.pointee.symref_target.map {
                    unsafe String(cString: $0)
                }
            } else if !text.hasSuffix("^{}") {
                found.targets[text] = target
            }
        }
        return found
    }

    /// Receives what is needed for a reference; without a name, all branches and tags.
    func download(
        _ choice: RemoteReferences.Choice, into store: borrowing ObjectStore
    ) throws(GitError) {
        let names = choice.name.map { [$0] } ?? ["refs/heads/*", "refs/tags/*"]
        do throws(LibraryFailure) {
            try download(names.map { "+\($0):\(SmartRemote.local($0))" })
            try remember(choice, in: store)
        } catch {
            throw SmartRemote.error(error, of: url, control: session.control)
        }
    }

    private func download(_ refspecs: [String]) throws(LibraryFailure) {
        var options = unsafe git_fetch_options()
        unsafe git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
        unsafe options.callbacks = SmartRemote.callbacks(session)
        unsafe options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        var strings: [UnsafeMutablePointer<CChar>?] = unsafe refspecs.map { text in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
            for (index, byte) in text.utf8.enumerated() {
                unsafe copy[index] = CChar(bitPattern: byte)
            }
            unsafe copy[text.utf8.count] = 0
            return unsafe copy
        }
        defer { unsafe strings.forEach { unsafe $0?.deallocate() } }
        let pointer = unsafe remote.pointer
        let code = unsafe strings.withUnsafeMutableBufferPointer { buffer in
            var list = unsafe git_strarray(strings: buffer.baseAddress, count: buffer.count)
            return unsafe git_remote_download(pointer, &list, &options)
        }
        try LibraryFailure.check(code)
    }

    /// Keeps a reference to what was received, so that the next fetch says that we have it.
    private func remember(
        _ choice: RemoteReferences.Choice, in store: borrowing ObjectStore
    ) throws(LibraryFailure) {
        guard store.contains(choice.object) else { return }
        let name = SmartRemote.local(choice.name ?? "refs/commits/\(choice.object)")
        var raw = choice.object.raw
        let pointer = unsafe store.pointer
        _ = try unsafe Owned(freedBy: git_reference_free) {
            unsafe git_reference_create($0, pointer, name, &raw, 1, nil)
        }
    }

    /// The name under which a reference of the remote is kept.
    private static func local(_ name: String) -> String {
        "refs/fetched/" + (name.hasPrefix("refs/") ? String(name.dropFirst(5)) : name)
    }

    private static func error(
        _ failure: LibraryFailure, of url: GitURL, control: FetchControl
    ) -> GitError {
        if let error = control.failure { return error }
        let damage = [GIT_ERROR_ODB, GIT_ERROR_OBJECT, GIT_ERROR_REFERENCE, GIT_ERROR_ZLIB]
        let local = [GIT_ERROR_OS, GIT_ERROR_FILESYSTEM, GIT_ERROR_NOMEMORY] + damage
        if local.contains(where: { Int32($0.rawValue) == failure.category }) {
            return failure.local("the fetch of \(url)")
        }
        return GitError(.network, "the fetch of \(url) broke off: \(failure.message)")
    }
}
