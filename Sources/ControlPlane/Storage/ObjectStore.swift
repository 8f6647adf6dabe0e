internal import Synchronization
internal import Values

/// The objects of the server: reads from memory, writes through one journaled writer.
///
/// Writes wait in a queue; the writer takes all that wait, decides them in order, commits them in one
/// transaction and only then lets anybody see them. So an acknowledged write is on the disk, nothing
/// is seen that a crash could undo, and many writers share one sync of the disk.
final class ObjectStore: Sendable {
    private struct Queue {
        var waiting: [(write: Write, continuation: CheckedContinuation<WriteOutcome, Never>)] = []
        var writer: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let state: Mutex<StoreState>
    private let queue = Mutex(Queue())
    private let journal: Journal?
    /// Told every batch of changes after it is visible.
    private let observer: @Sendable ([Change]) -> Void

    init(
        state: sending StoreState, journal: Journal?,
        observer: @escaping @Sendable ([Change]) -> Void
    ) {
        self.state = Mutex(state)
        self.journal = journal
        self.observer = observer
    }

    var revision: Int64 { state.withLock { $0.revision } }

    func object(_ collection: CollectionKey, _ key: ObjectKey) -> StoredObject? {
        state.withLock { $0.tables[collection]?[key] }
    }

    func object(at place: ObjectReference) -> StoredObject? { object(place.collection, place.key) }

    func place(ofUID uid: String) -> ObjectReference? { state.withLock { $0.places[uid] } }

    /// The objects that name an owner, in order.
    func dependents(ofUID uid: String) -> [ObjectReference] {
        state.withLock { $0.dependents[uid] ?? [] }.sorted()
    }

    /// The objects of a collection at a revision and the revision they are of; nil where it is
    /// forgotten.
    func objects(
        of collection: CollectionKey, namespace: String?, at asked: Int64? = nil
    ) -> (objects: [StoredObject], revision: Int64)? {
        state.withLock { state in
            state.objects(of: collection, namespace: namespace, at: asked)
                .map { ($0, min(asked ?? .max, state.revision)) }
        }
    }

    /// All places, in order.
    func places() -> [ObjectReference] {
        state.withLock { Array($0.places.values) }.sorted()
    }

    /// All places in a namespace, in order.
    func places(inNamespace namespace: String) -> [ObjectReference] {
        state.withLock { state in
            state.tables.flatMap { collection, table in
                table.ordered(namespace: namespace)
                    .map { ObjectReference(collection: collection, key: $0.key) }
            }
        }.sorted()
    }

    /// Queues a write and waits until it is committed or refused.
    func commit(_ write: Write) async -> WriteOutcome {
        await withCheckedContinuation { continuation in
            let admitted = queue.withLock {
                queue -> (APIFailure?, CheckedContinuation<Void, Never>?) in
                if queue.isClosed { return (.shuttingDown, nil) }
                if queue.waiting.count >= ControlPlaneLimits.waitingWrites {
                    return (.tooManyRequests, nil)
                }
                queue.waiting.append((write, continuation))
                defer { queue.writer = nil }
                return (nil, queue.writer)
            }
            if let refusal = admitted.0 { continuation.resume(returning: .failed(refusal)) }
            admitted.1?.resume()
        }
    }

    /// Commits what is queued, batch after batch, until the store is closed.
    func write() async {
        while await waitForWrites() {
            let batch = queue.withLock { queue in
                let batch = Array(queue.waiting.prefix(ControlPlaneLimits.transactionWrites))
                queue.waiting.removeFirst(batch.count)
                return batch
            }
            let outcomes = perform(batch.map(\.write))
            for (entry, outcome) in zip(batch, outcomes) {
                entry.continuation.resume(returning: outcome)
            }
        }
    }

    /// Waits for a write to be queued; false once the store is closed and empty.
    private func waitForWrites() async -> Bool {
        await withCheckedContinuation { continuation in
            let isReady = queue.withLock { queue in
                if !queue.waiting.isEmpty || queue.isClosed { return true }
                queue.writer = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
        return queue.withLock { !$0.waiting.isEmpty }
    }

    private func perform(_ writes: [Write]) -> [WriteOutcome] {
        let (changes, outcomes, obsolete) = state.withLock { state in
            let (changes, outcomes) = state.decide(writes)
            return (changes, outcomes, state.obsoleteRevisions(after: changes))
        }
        guard !changes.isEmpty else { return outcomes }
        if let journal {
            do throws(APIFailure) {
                try journal.record(
                    changes, obsolete: obsolete.revisions, floor: obsolete.floor)
            } catch {
                // Later writes of the batch were decided upon earlier ones, so all of it failed.
                return outcomes.map { outcome in
                    if case .written = outcome { return .failed(error) }
                    return outcome
                }
            }
        }
        let waiting = state.withLock { $0.commit(changes) }
        observer(changes)
        for continuation in waiting { continuation.resume() }
        return outcomes
    }

    /// Refuses further writes and ends the watches; the writer finishes what is queued.
    func close() {
        let writer = queue.withLock { queue in
            queue.isClosed = true
            defer { queue.writer = nil }
            return queue.writer
        }
        writer?.resume()
        for watcher in state.withLock({ $0.watchers(of: nil) }) { watcher.end() }
    }
}

extension ObjectStore {
    /// Where a watch starts.
    enum WatchStart: Sendable {
        /// With what is there, each told as added, in the order of the list.
        case state
        /// With what comes after a revision.
        case after(Int64)
    }

    /// Registers a watcher, losing no change between what it starts with and what follows.
    ///
    /// - Parameter marksStart: whether a bookmark follows the initial state.
    func watch(
        _ collection: CollectionKey, namespace: String?, name: String?, from start: WatchStart,
        marksStart: Bool
    ) throws(APIFailure) -> Watcher {
        try state.withLock { state throws(APIFailure) in
            var items: [Watcher.Item] = []
            switch start {
            case .state:
                let objects = state.objects(of: collection, namespace: namespace, at: nil) ?? []
                for object in objects where name == nil || object.key.name == name {
                    let added = Change(
                        collection: collection, kind: .added, object: object, previous: nil,
                        previousLabels: nil)
                    items.append(.change(added))
                }
                if marksStart { items.append(.bookmark(state.revision)) }
            case .after(let revision):
                guard revision <= state.revision else {
                    throw .resourceVersionTooLarge(revision, current: state.revision)
                }
                guard let changes = state.log.changes(after: revision) else {
                    throw .expired("too old resource version: \(revision) (\(state.log.floor))")
                }
                for change in changes where change.collection == collection {
                    let key = change.object.key
                    guard namespace == nil || key.namespace == namespace,
                        name == nil || key.name == name
                    else { continue }
                    items.append(.change(change))
                }
            }
            let watcher = Watcher(
                collection: collection, namespace: namespace, name: name, items: items)
            state.add(watcher)
            return watcher
        }
    }

    func endWatch(_ watcher: Watcher) { state.withLock { $0.remove(watcher) } }

    /// Ends all watches of a collection, as when its definition is removed or changed.
    func endWatches(of collection: CollectionKey) {
        for watcher in state.withLock({ $0.watchers(of: collection) }) { watcher.end() }
    }

    /// Tells a watcher that it has been told everything up to now.
    func bookmark(_ watcher: Watcher) {
        let waiting = state.withLock { watcher.offer(.bookmark($0.revision)) }
        waiting?.resume()
    }
}
