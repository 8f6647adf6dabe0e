internal import Synchronization
internal import Values

/// Finishes what deletions begin: dependents, namespaces' contents, definitions' objects.
///
/// Objects to look at wait in a set, so many changes of one make one look. Each look does what can be
/// done now and is repeated when something it waits for changes; so a crash at any point loses
/// nothing, as a start looks at everything once. A look that fails for now is repeated, ever later.
/// Source: Kubernetes, "Garbage Collection"; pkg/controller/garbagecollector.
final class Collector: Sendable {
    private struct State {
        var waiting: [ObjectReference] = []
        var known: Set<ObjectReference> = []
        var worker: CheckedContinuation<Void, Never>?
        var isClosed = false
        var repetitions = RepetitionSchedule()
    }

    private let state = Mutex(State())

    /// Takes note of committed changes.
    func observe(_ changes: [Change], _ store: ObjectStore) {
        var places: [ObjectReference] = []
        for change in changes {
            let place = ObjectReference(collection: change.collection, key: change.object.key)
            if change.kind == .deleted {
                places += store.dependents(ofUID: change.object.uid)
                // Owners that wait for their dependents may be done now.
                places += change.object.owners.compactMap(store.place(ofUID:))
                places += Collector.surroundings(place)
            } else {
                if change.object.isDeleting || !change.object.owners.isEmpty {
                    places.append(place)
                }
                // An owner reference that went may be what the owner waited for.
                places += (change.previous?.owners ?? []).compactMap(store.place(ofUID:))
            }
        }
        enqueue(places)
    }

    /// What an object is in, and what may wait for its end: its namespace and its definition.
    private static func surroundings(_ place: ObjectReference) -> [ObjectReference] {
        var around: [ObjectReference] = []
        if !place.key.namespace.isEmpty {
            around.append(
                ObjectReference(
                    collection: StoreState.namespaces,
                    key: ObjectKey(namespace: "", name: place.key.namespace)))
        }
        if !place.collection.group.isEmpty {
            around.append(
                ObjectReference(
                    collection: BuiltinResources.definitions,
                    key: ObjectKey(namespace: "", name: place.collection.definitionName)))
        }
        return around
    }

    func enqueue(_ places: [ObjectReference]) {
        guard !places.isEmpty else { return }
        let worker = state.withLock { state in
            for place in places where state.known.insert(place).inserted {
                state.waiting.append(place)
            }
            guard !state.waiting.isEmpty else { return nil as CheckedContinuation<Void, Never>? }
            defer { state.worker = nil }
            return state.worker
        }
        worker?.resume()
    }

    func close() {
        let worker = state.withLock { state in
            state.isClosed = true
            defer { state.worker = nil }
            return state.worker
        }
        worker?.resume()
    }

    /// Looks at what waits, until closed.
    func run(_ server: APIServer) async {
        while let places = await next() {
            for place in places {
                var isDone = true
                do throws(APIFailure) {
                    try await look(at: place, server)
                } catch {
                    // What is gone or protected stays so. Anything else may pass, and no change of
                    // the object tells when.
                    isDone = error.code == 404 || error.code == 403
                }
                state.withLock { state in
                    if isDone {
                        state.repetitions.succeeded(place)
                    } else {
                        state.repetitions.failed(place)
                    }
                }
            }
        }
    }

    /// Looks again at what failed long enough ago; called once every tick of the server's clock.
    func tick() { enqueue(state.withLock { $0.repetitions.advance() }) }

    /// How many places are looked at again though nothing changes.
    var failedCount: Int { state.withLock { $0.repetitions.count } }

    private func next() async -> [ObjectReference]? {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.isClosed || !state.waiting.isEmpty { return true }
                state.worker = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
        return state.withLock { state in
            if state.isClosed { return nil }
            defer {
                state.waiting = []
                state.known = []
            }
            return state.waiting
        }
    }

    private func look(at place: ObjectReference, _ server: APIServer) async throws(APIFailure) {
        guard let object = server.store.object(at: place) else { return }
        if place.collection == StoreState.namespaces, object.isDeleting {
            try await endNamespace(object, server)
            return
        }
        guard let resource = server.catalog.stored(place.collection) else { return }
        let finalizers = Set(
            (try object.json()["metadata"]?["finalizers"]?.arrayValue ?? [])
                .compactMap(\.stringValue))
        if object.isDeleting {
            if finalizers.contains(CustomResourceDefinition.cleanupFinalizer),
                resource.rules == .customResourceDefinition
            {
                try await endDefinition(object, resource, server)
            } else if finalizers.contains(APIServer.orphanFinalizer) {
                try await orphan(object, resource, server)
            } else if finalizers.contains(APIServer.foregroundFinalizer) {
                try await endForeground(object, resource, server)
            }
        }
        if !object.owners.isEmpty, server.store.object(at: place)?.uid == object.uid {
            try await collect(place, resource, server)
        }
    }
}

extension BuiltinResources {
    static let definitions = CollectionKey(
        group: "apiextensions.k8s.io", plural: "customresourcedefinitions")
}
