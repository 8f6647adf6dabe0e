internal import Synchronization

/// What one client's watch has yet to be told.
///
/// The store offers under its own lock, in order of revision; the request's task takes. A watcher
/// that falls too far behind is ended, and its client lists again.
final class Watcher: Sendable {
    enum Item: Sendable {
        case change(Change)
        /// Everything up to a revision has been told.
        case bookmark(Int64)
    }

    private struct State {
        var items: [Item]
        var waiting: CheckedContinuation<Void, Never>?
        var isEnded = false
    }

    let collection: CollectionKey
    private let namespace: String?
    private let name: String?
    private let state: Mutex<State>

    init(collection: CollectionKey, namespace: String?, name: String?, items: [Item]) {
        self.collection = collection
        self.namespace = namespace
        self.name = name
        state = Mutex(State(items: items))
    }

    func isAbout(_ key: ObjectKey) -> Bool {
        (namespace == nil || namespace == key.namespace) && (name == nil || name == key.name)
    }

    /// Adds an item; the continuation returned is to be resumed once no lock is held.
    func offer(_ item: Item) -> CheckedContinuation<Void, Never>? {
        state.withLock { state in
            guard !state.isEnded else { return nil }
            if state.items.count >= ControlPlaneLimits.watcherBacklog {
                state.isEnded = true
                state.items = []
            } else {
                state.items.append(item)
            }
            defer { state.waiting = nil }
            return state.waiting
        }
    }

    /// Ends the watch; what was offered before is still taken.
    func end() {
        let waiting = state.withLock { state in
            state.isEnded = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// All items that came since the last call, waiting for the first; nil when the watch ended.
    func next() async -> [Item]? {
        while true {
            let (items, isEnded) = state.withLock { state in
                defer { state.items = [] }
                return (state.items, state.isEnded)
            }
            if !items.isEmpty { return items }
            if isEnded || Task.isCancelled { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        if state.isEnded || !state.items.isEmpty { return true }
                        state.waiting = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                end()
            }
        }
    }
}
