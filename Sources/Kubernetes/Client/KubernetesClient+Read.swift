internal import Values

extension KubernetesClient {
    /// Reads one object, the newest there is.
    public func get(
        _ type: ResourceType, _ key: ObjectKey,
        timeout: Duration = KubernetesLimits.requestTimeout
    ) async throws(KubernetesError) -> KubernetesObject {
        let json = try await perform(
            Call(
                operation: "get \(type) \(key)", path: try ResourcePath.object(type, key),
                timeout: timeout))
        return KubernetesObject(json)
    }

    /// Reads one page of a list, of one namespace or of all when that is nil.
    ///
    /// Objects that cannot be read are left out, and told in ``ObjectList/unreadable``.
    ///
    /// - Throws: ``KubernetesError`` with code `gone` when the continue token is too old.
    public func listPage(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions()
    ) async throws(KubernetesError) -> ObjectList {
        let place = namespace.map { " in \($0)" } ?? ""
        var call = Call(
            operation: "list \(type)\(place)",
            path: try ResourcePath.collection(type, namespace: namespace),
            timeout: options.timeout, maximumBytes: KubernetesLimits.maximumListBytes)
        call.select(label: options.labelSelector, field: options.fieldSelector)
        if let limit = options.limit { call.query.append(("limit", String(limit))) }
        if let token = options.continueToken {
            // The token holds the version; saying it twice is an error.
            call.query.append(("continue", token))
        } else if let version = options.resourceVersion {
            call.query.append(("resourceVersion", version))
        }
        return try ObjectList(
            reading: try await exchange(call), of: type, operation: call.operation)
    }

    /// Reads all pages of a list, which together show one version.
    ///
    /// A list whose continue token gets too old starts again, and at last asks for all in one page.
    public func list(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions()
    ) async throws(KubernetesError) -> ObjectList {
        var options = options
        options.continueToken = nil
        var restarts = 0
        var all: ObjectList?
        while true {
            let page: ObjectList
            do {
                page = try await listPage(type, namespace: namespace, options: options)
            } catch {
                guard error.code == .gone, options.continueToken != nil else { throw error }
                restarts += 1
                if restarts >= KubernetesLimits.listRestarts { options.limit = nil }
                options.continueToken = nil
                all = nil
                continue
            }
            if all == nil { all = page } else { all?.append(page) }
            guard (all?.items.count ?? 0) <= KubernetesLimits.maximumObjects else {
                throw KubernetesError(
                    .tooLarge,
                    "cannot list \(type): more than \(KubernetesLimits.maximumObjects) objects")
            }
            guard let token = page.continueToken else { return all ?? page }
            options.continueToken = token
        }
    }

    /// Opens a watch for changes after a version.
    ///
    /// The stream is one connection's; ``Informer`` is what goes on when it ends.
    ///
    /// - Throws: ``KubernetesError`` with code `gone` when the version is too old.
    public func watch(
        _ type: ResourceType, namespace: String? = nil, options: WatchOptions
    ) async throws(KubernetesError) -> WatchStream {
        let seconds = max(1, options.timeout.components.seconds)
        var call = Call(
            operation: "watch \(type)\(namespace.map { " in \($0)" } ?? "")",
            path: try ResourcePath.collection(type, namespace: namespace))
        call.query = [
            ("watch", "true"), ("resourceVersion", options.resourceVersion),
            ("timeoutSeconds", String(seconds)),
        ]
        if options.allowsBookmarks { call.query.append(("allowWatchBookmarks", "true")) }
        call.select(label: options.labelSelector, field: options.fieldSelector)
        call.idleTimeout =
            options.idleTimeout ?? .seconds(seconds) + KubernetesLimits.watchTimeoutMargin
        return WatchStream(try await open(call), operation: call.operation)
    }
}

extension ObjectList {
    fileprivate mutating func append(_ page: ObjectList) {
        items += page.items
        unreadable += page.unreadable
        continueToken = page.continueToken
        remainingItemCount = page.remainingItemCount
    }
}
