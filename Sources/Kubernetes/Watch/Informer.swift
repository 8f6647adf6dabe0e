internal import Values

/// A service that keeps a cache like the API, and tells of every change in batches.
///
/// One task runs ``run()``; readers use the ``cache``. Handlers are called in order, one batch at a
/// time, and the watch waits for them: a slow handler slows the watch and never fills memory.
public final class Informer: Sendable {
    /// Which objects to follow, and what of them to keep.
    public struct Options: Sendable {
        /// The namespace; nil means all.
        public var namespace: String?
        /// Labels that objects must have.
        public var labelSelector: String?
        /// Fields that objects must have.
        public var fieldSelector: String?
        /// The objects of one page of a list.
        public var pageSize: Int?
        /// The waits after failures.
        public var backoff: Backoff
        /// Whether `metadata.managedFields`, often half of an object, is kept.
        public var keepsManagedFields: Bool

        /// Makes options that follow everything.
        public init(
            namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil,
            pageSize: Int? = KubernetesLimits.listPageSize,
            backoff: Backoff = Backoff(
                minimum: KubernetesLimits.minimumReflectorBackoff,
                maximum: KubernetesLimits.maximumReflectorBackoff, jitter: 0.5),
            keepsManagedFields: Bool = false
        ) {
            self.namespace = namespace
            self.labelSelector = labelSelector
            self.fieldSelector = fieldSelector
            self.pageSize = pageSize
            self.backoff = backoff
            self.keepsManagedFields = keepsManagedFields
        }
    }

    /// The type that is followed.
    public let type: ResourceType
    /// The objects as far as they are known.
    public let cache: ObjectCache
    private let client: KubernetesClient
    private let options: Options
    private let time: TimeSource
    private let random: RandomSource
    private let handler: @Sendable ([ObjectChange]) async -> Void
    private let problem: @Sendable (KubernetesError) -> Void
    private let answered: @Sendable () -> Void
    private let synced = SyncGate()

    /// Makes a service that has not started.
    ///
    /// - Parameters:
    ///   - cache: The cache to keep; nobody else may change it.
    ///   - problem: Called with each failure that is retried, and with objects that are left out as
    ///     they cannot be read, for logs and metrics.
    ///   - answered: Called with each page of a list, each watch that opens and each batch of its
    ///     events, of changes or not: the server is there.
    ///   - handler: Called with each batch of changes after the cache shows them.
    public init(
        client: KubernetesClient, type: ResourceType, cache: ObjectCache = ObjectCache(),
        options: Options = Options(), time: TimeSource = .system, random: RandomSource = .system,
        problem: @escaping @Sendable (KubernetesError) -> Void = { _ in },
        answered: @escaping @Sendable () -> Void = {},
        handler: @escaping @Sendable ([ObjectChange]) async -> Void
    ) {
        self.client = client
        self.type = type
        self.cache = cache
        self.options = options
        self.time = time
        self.random = random
        self.problem = problem
        self.answered = answered
        self.handler = handler
    }

    /// Whether the cache showed a whole list, and the handler saw it.
    public var hasSynced: Bool { synced.isOpen }

    /// Returns when the first list was handled, or the task is cancelled.
    public func waitUntilSynced() async { await synced.wait() }

    /// Follows the API until the task is cancelled, and then returns.
    ///
    /// - Throws: ``KubernetesError`` when going on makes no sense: the configuration cannot be
    ///   used, or the server's versions went back (start again with a new cache).
    public func run() async throws(KubernetesError) {
        var reflector = Reflector(pageSize: options.pageSize, backoff: options.backoff)
        var event = Reflector.Event.started
        var stream: WatchStream?
        defer { stream?.cancel() }
        while !Task.isCancelled {
            var actions: [Reflector.Action] = []
            reflector.handle(
                event, at: time.monotonic(), random: random.next(), into: &actions)
            for action in actions {
                switch action {
                case .list(let limit, let token): event = await list(limit, token)
                case .replace(let objects, let unreadable, let version):
                    try await replace(objects, unreadable, version)
                case .watch(let version, let timeout):
                    (stream, event) = await watch(version, timeout)
                case .apply(let events): await apply(events)
                case .receive: event = await receive(stream)
                case .close:
                    stream?.cancel()
                    stream = nil
                case .wait(let duration):
                    // Cancellation ends the loop.
                    try? await time.sleep(duration)
                    event = .waited
                case .fail(let error):
                    if Task.isCancelled { return }
                    throw error
                }
            }
        }
    }

    private func list(_ limit: Int?, _ token: String?) async -> Reflector.Event {
        do {
            let page = try await client.listPage(
                type, namespace: options.namespace,
                options: ListOptions(
                    labelSelector: options.labelSelector, fieldSelector: options.fieldSelector,
                    limit: limit, continueToken: token))
            if let error = KubernetesError(leftOut: page.unreadable, operation: "list \(type)") {
                report(error)
            }
            answered()
            return .page(page)
        } catch {
            report(error)
            return .listFailed(error)
        }
    }

    private func watch(
        _ version: ResourceVersion, _ timeout: Duration
    ) async -> (WatchStream?, Reflector.Event) {
        do {
            let stream = try await client.watch(
                type, namespace: options.namespace,
                options: WatchOptions(
                    resourceVersion: version.description, labelSelector: options.labelSelector,
                    fieldSelector: options.fieldSelector, timeout: timeout))
            answered()
            return (stream, .watchOpened)
        } catch {
            report(error)
            return (nil, .watchFailed(error))
        }
    }

    private func receive(_ stream: WatchStream?) async -> Reflector.Event {
        do {
            guard let events = try await stream?.next() else { return .watchEnded }
            let unreadable = events.compactMap { event in
                if case .unreadable(let object, _) = event { object } else { nil }
            }
            if let error = KubernetesError(leftOut: unreadable, operation: "watch \(type)") {
                report(error)
            }
            if case .failed(let error)? = events.last {
                report(error)
            } else {
                answered()
            }
            return .events(events)
        } catch {
            report(error)
            return .watchFailed(error)
        }
    }

    private func replace(
        _ objects: [KubernetesObject], _ unreadable: [UnreadableObject],
        _ version: ResourceVersion
    ) async throws(KubernetesError) {
        let kept = options.keepsManagedFields ? objects : objects.map { $0.withoutManagedFields() }
        guard let changes = cache.replace(with: kept, besides: unreadable, at: version) else {
            throw KubernetesError(
                .versionWentBack, "cannot follow \(type) with a cache that another informer filled")
        }
        if !changes.isEmpty { await handler(changes) }
        synced.open()
    }

    private func apply(_ events: [WatchEvent]) async {
        let kept = options.keepsManagedFields ? events : events.map { $0.withoutManagedFields() }
        let changes = cache.apply(kept)
        if !changes.isEmpty { await handler(changes) }
    }

    private func report(_ error: KubernetesError) {
        if !Task.isCancelled { problem(error) }
    }
}

extension KubernetesObject {
    /// The object without the record of who set which field.
    ///
    /// A replace without it leaves the server's record as it is.
    func withoutManagedFields() -> KubernetesObject {
        guard metadata["managedFields"] != nil else { return self }
        var object = self
        object.metadata["managedFields"] = nil
        return object
    }
}

extension WatchEvent {
    fileprivate func withoutManagedFields() -> WatchEvent {
        switch self {
        case .added(let object): .added(object.withoutManagedFields())
        case .modified(let object): .modified(object.withoutManagedFields())
        case .deleted(let object): .deleted(object.withoutManagedFields())
        case .unreadable, .bookmark, .failed: self
        }
    }
}
