import HTTP
import Kubernetes
import Synchronization
import Values

/// The one API server of a simulation: a ``Store`` and the watches on it.
final class SimulatedServer: Sendable {
    private struct State {
        var store = Store()
        var watches: [SimulatedWatch] = []
        var lastWatch: UInt64 = 0
        var lastTouch: Int64 = 0
        /// Lists as they were, by collection and place, for those that are shown late.
        var past: [String: Reply] = [:]
    }

    let world: World
    private let laws: LawBook
    private let state = Mutex(State())

    init(_ world: World, _ laws: LawBook) {
        self.world = world
        self.laws = laws
    }

    /// Does what a request asks for, tells the watches, and has the laws checked.
    func perform(_ route: Route, _ request: HTTPRequest, _ host: Host) -> Reply {
        let contentType = request.headers["Content-Type"] ?? "application/json"
        return perform(route, request.body ?? [], contentType, host)
    }

    private func perform(
        _ route: Route, _ body: [UInt8], _ contentType: String, _ host: Host?
    ) -> Reply {
        let now = world.epoch + world.clock.now
        let (reply, effect, change, watches) = state.withLock { state in
            let (reply, effect) = state.store.perform(
                route, body: body, contentType: contentType, at: now)
            let change = effect.flatMap { state.store.lastChange(of: $0.collection) }
            return (reply, effect, change, state.watches)
        }
        if route.verb == .list, let host { host.clearHurt(route.collection) }
        world.trace.note(
            "request", Int64(host?.number ?? -1), Int64(reply.status), name: route.objectPath,
            bytes: body, detail: "\(route.kind) \(String(decoding: body, as: UTF8.self))")
        guard let effect, let change else { return reply }
        if route.verb.isWrite, host != nil { world.coverage.hit(.write, route.kind) }
        laws.stored(effect, by: host)
        for watch in watches where watch.follows(effect.collection, effect.key.namespace) {
            watch.tell(change)
        }
        return reply
    }

    /// Does something as a user, without network or faults.
    @discardableResult
    func asUser(_ method: HTTPMethod, _ path: String, _ body: JSON? = nil) -> Reply {
        guard let route = Route(HTTPRequest(method: method, url: "http://api\(path)")) else {
            return .invalid(path)
        }
        let type = method == .patch ? "application/merge-patch+json" : "application/json"
        return perform(route, body?.bytes ?? [], type, nil)
    }

    /// Writes an object as somebody else would who cares for other fields.
    func touch(_ route: Route) {
        guard !route.name.isEmpty, state.withLock({ $0.store.stored(route) != nil }) else { return }
        let number = state.withLock { state in
            state.lastTouch += 1
            return state.lastTouch
        }
        var plain = route
        plain.verb = .patch
        plain.subresource = nil
        let body: JSON = [
            "metadata": ["annotations": ["example.com/touched": .string(String(number))]]
        ]
        _ = perform(plain, body.bytes, "application/merge-patch+json", nil)
    }

    /// A list as it was some time ago, where that fault strikes.
    func aged(_ reply: Reply, _ route: Route, for host: Host) -> Reply {
        guard route.verb == .list, reply.isSuccess, route["continue"] == nil else { return reply }
        // Whoever asks for the objects of a repository asks for the newest, and not to fill a cache.
        if RepositoryRecords.given[route.plural] != nil, route["labelSelector"] != nil {
            return reply
        }
        let key = "\(route.collection) \(route.namespace ?? "") \(route["limit"] ?? "")"
        let past = state.withLock { $0.past.updateValue(reply, forKey: key) }
        // A page's token counts once, so only a list of one page can be shown again.
        guard let past, world.faults.strikes(.staleList), !past.isContinued else { return reply }
        host.markOutdated(route.collection, at: state.withLock(\.store.version))
        return past
    }

    /// Lets go of all watches, and so of whom they told.
    func forgetWatches() { state.withLock { $0.watches = [] } }

    /// Opens a watch.
    func watch(_ route: Route, _ request: HTTPRequest, _ host: Host) -> SimulatedWatch {
        let since = route["resourceVersion"].flatMap { Int64($0) } ?? 0
        let seconds = route["timeoutSeconds"].flatMap { Int64($0) } ?? 300
        let isExpired = world.faults.strikes(.watchExpire) || host.isHurt(route.collection)
        let (watch, missed) = state.withLock { state in
            state.lastWatch += 1
            let watch = SimulatedWatch(
                id: state.lastWatch, route, host, idleTimeout: request.idleTimeout,
                lasting: .seconds(seconds), self)
            state.watches.append(watch)
            return (
                watch,
                state.store.changes(
                    of: route.collection, namespace: route.namespace, after: since)
            )
        }
        world.trace.note("watch", Int64(host.number), since, name: route.collection)
        if let missed, !isExpired {
            for change in missed { watch.replay(change) }
            scheduleBookmark(watch)
        } else {
            watch.expire()
        }
        return watch
    }

    private func scheduleBookmark(_ watch: SimulatedWatch) {
        world.clock.after(.seconds(55)) { [self] in
            guard
                let version = state.withLock({ state in
                    state.watches.contains { $0.id == watch.id } ? state.store.version : nil
                })
            else { return }
            watch.bookmark(version)
            scheduleBookmark(watch)
        }
    }

    /// Forgets a watch that has ended.
    func forget(_ watch: SimulatedWatch) {
        state.withLock { $0.watches.removeAll { $0.id == watch.id } }
    }

    /// Ends the watches of a process, or all, so that everything is listed again.
    func expireWatches() {
        let watches = state.withLock(\.watches)
        for watch in watches { watch.expire() }
    }

    /// Breaks the watches of a process.
    func breakWatches(of host: Host) {
        let watches = state.withLock(\.watches).filter { $0.host === host }
        for watch in watches {
            watch.fail(HTTPError(code: .connectionLost, message: "the connection is gone"))
        }
    }

    /// Forgets old changes, so that watches that were away too long must list again.
    func compact() {
        state.withLock { state in
            for name in state.store.collections.keys.sorted() {
                state.store.compact(name, keeping: 4)
            }
        }
    }

    /// The objects of a collection by key.
    func objects(_ collection: String) -> [ObjectKey: JSON] {
        state.withLock { $0.store.collections[collection]?.objects.mapValues(\.json) ?? [:] }
    }

    /// The version of the newest change.
    var version: Int64 { state.withLock { $0.store.version } }
}

extension SimulatedWatch {
    fileprivate func follows(_ collection: String, _ namespace: String) -> Bool {
        self.collection == collection && (self.namespace == nil || self.namespace == namespace)
    }
}

extension Store {
    /// The newest change of a collection.
    func lastChange(of collection: String) -> Change? { collections[collection]?.changes.last }
}

extension Reply {
    /// Whether it is a page of a list with more behind it: that stands at its end.
    fileprivate var isContinued: Bool {
        String(decoding: body.suffix(96), as: UTF8.self).contains("\"continue\"")
    }
}
