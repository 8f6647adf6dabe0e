internal import Values

/// A collection and the key of an object in it.
struct ObjectReference: Sendable, Hashable, Comparable {
    let collection: CollectionKey
    let key: ObjectKey

    static func < (first: ObjectReference, second: ObjectReference) -> Bool {
        (first.collection, first.key) < (second.collection, second.key)
    }
}

/// One write that a request or a controller asks for.
struct Write: Sendable {
    enum Kind: Sendable {
        case create
        /// Replaces the state of that revision.
        case replace(Int64)
        /// Removes the state of that revision; the draft is what watchers are told last.
        case delete(Int64)
    }

    let collection: CollectionKey
    let kind: Kind
    let draft: ObjectDraft
    /// Whether the object's namespace must be there and not going away.
    var needsNamespace = false
    /// Whether the definition of the object's kind must be there and not going away.
    var needsDefinition = false
}

/// What became of a write.
enum WriteOutcome: Sendable {
    case written(StoredObject)
    /// Another write came first; the state now, if there is one.
    case overtaken(StoredObject?)
    case namespaceMissing
    case namespaceEnding
    case definitionMissing
    case definitionEnding
    case failed(APIFailure)
}

/// All objects, the log of their changes, and who watches: pure, owned by ``ObjectStore``'s lock.
struct StoreState {
    static let namespaces = CollectionKey(group: "", plural: "namespaces")

    private(set) var revision: Int64
    private(set) var tables: [CollectionKey: ObjectTable] = [:]
    private(set) var log: ChangeLog
    /// The objects that name an owner, by its UID.
    private(set) var dependents: [String: Set<ObjectReference>] = [:]
    /// Every object's place by its UID.
    private(set) var places: [String: ObjectReference] = [:]
    private var watchers: [CollectionKey: [ObjectIdentifier: Watcher]] = [:]

    init(revision: Int64, floor: Int64) {
        self.revision = revision
        log = ChangeLog(floor: floor)
    }

    /// Decides a batch of writes in order, each seeing those before it, and changes nothing yet.
    func decide(_ writes: [Write]) -> (changes: [Change], outcomes: [WriteOutcome]) {
        var changes: [Change] = []
        var outcomes: [WriteOutcome] = []
        var ahead: [ObjectReference: StoredObject?] = [:]
        var next = revision
        for write in writes {
            let place = ObjectReference(collection: write.collection, key: write.draft.key)
            let current: StoredObject? =
                if let decided = ahead[place] { decided } else {
                    tables[write.collection]?[place.key]
                }
            if let refusal = refusal(of: write, ahead) {
                outcomes.append(refusal)
                continue
            }
            switch write.kind {
            case .create where current == nil: break
            case .replace(let seen), .delete(let seen):
                guard current?.revision == seen else { fallthrough }
            default:
                outcomes.append(.overtaken(current))
                continue
            }
            next += 1
            let object = write.draft.stored(at: next)
            let kind: Change.Kind =
                switch write.kind {
                case .create: .added
                case .replace: .modified
                case .delete: .deleted
                }
            changes.append(
                Change(
                    collection: write.collection, kind: kind, object: object, previous: current,
                    previousLabels: current?.labels))
            ahead[place] = kind == .deleted ? .some(nil) : .some(object)
            outcomes.append(.written(object))
        }
        return (changes, outcomes)
    }

    /// Why an object may not come into its namespace or its collection, looked at here and not
    /// before: whoever ends those must not find them empty while a write is on its way.
    private func refusal(
        of write: Write, _ ahead: [ObjectReference: StoredObject?]
    ) -> WriteOutcome? {
        func isDeleting(_ collection: CollectionKey, _ name: String) -> Bool? {
            let place = ObjectReference(
                collection: collection, key: ObjectKey(namespace: "", name: name))
            if let decided = ahead[place] { return decided?.isDeleting }
            return tables[collection]?[place.key]?.isDeleting
        }
        if write.needsDefinition {
            let name = write.collection.definitionName
            guard let isEnding = isDeleting(BuiltinResources.definitions, name) else {
                return .definitionMissing
            }
            if isEnding { return .definitionEnding }
        }
        if write.needsNamespace {
            let name = write.draft.key.namespace
            guard let isEnding = isDeleting(StoreState.namespaces, name) else {
                return .namespaceMissing
            }
            if isEnding { return .namespaceEnding }
        }
        return nil
    }

    /// The revisions whose bytes nothing needs any more once these changes are made.
    func obsoleteRevisions(after changes: [Change]) -> (revisions: [Int64], floor: Int64) {
        let bytes = changes.reduce(0) { $0 + $1.object.bytes.count }
        let leaving = log.excess(adding: changes.count, bytes: bytes)
        let floor = leaving.last?.revision ?? log.floor
        var obsolete: [Int64] = []
        for change in leaving where !isCurrent(change) { obsolete.append(change.revision) }
        for change in changes {
            if let previous = change.previous, previous.revision <= floor {
                obsolete.append(previous.revision)
            }
        }
        // Of a state that leaves the log and is replaced in this batch, both loops may speak.
        return (Set(obsolete).sorted(), floor)
    }

    private func isCurrent(_ change: Change) -> Bool {
        change.kind != .deleted
            && tables[change.collection]?[change.object.key]?.revision == change.revision
    }

    /// Makes decided changes visible and hands them to the watchers; the continuations returned are
    /// to be resumed once the lock is free.
    mutating func commit(_ changes: [Change]) -> [CheckedContinuation<Void, Never>] {
        var waiting: [CheckedContinuation<Void, Never>] = []
        let bytes = changes.reduce(0) { $0 + $1.object.bytes.count }
        log.drop(log.excess(adding: changes.count, bytes: bytes).count)
        for change in changes {
            apply(change)
            log.append(change)
            for watcher in watchers[change.collection, default: [:]].values
            where watcher.isAbout(change.object.key) {
                if let continuation = watcher.offer(.change(change)) {
                    waiting.append(continuation)
                }
            }
        }
        return waiting
    }

    private mutating func apply(_ change: Change) {
        let place = ObjectReference(collection: change.collection, key: change.object.key)
        revision = change.revision
        if let previous = change.previous { unlink(previous, at: place) }
        if change.kind == .deleted {
            tables[change.collection]?[change.object.key] = nil
        } else {
            restore(change.object, in: change.collection)
        }
    }

    /// Puts an object in place without a change, as when the journal is read back.
    mutating func restore(_ object: StoredObject, in collection: CollectionKey) {
        let place = ObjectReference(collection: collection, key: object.key)
        tables[collection, default: ObjectTable()][object.key] = object
        places[object.uid] = place
        for owner in object.owners { dependents[owner, default: []].insert(place) }
    }

    /// Puts a change read back from the journal into the log.
    mutating func remember(_ change: Change) { log.append(change) }

    private mutating func unlink(_ object: StoredObject, at place: ObjectReference) {
        places[object.uid] = nil
        for owner in object.owners {
            dependents[owner]?.remove(place)
            if dependents[owner]?.isEmpty == true { dependents[owner] = nil }
        }
    }

    mutating func add(_ watcher: Watcher) {
        watchers[watcher.collection, default: [:]][ObjectIdentifier(watcher)] = watcher
    }

    mutating func remove(_ watcher: Watcher) {
        watchers[watcher.collection]?[ObjectIdentifier(watcher)] = nil
        if watchers[watcher.collection]?.isEmpty == true { watchers[watcher.collection] = nil }
    }

    /// Ends every watch of a collection, or of all.
    func watchers(of collection: CollectionKey?) -> [Watcher] {
        if let collection { return Array(watchers[collection, default: [:]].values) }
        return watchers.values.flatMap(\.values)
    }
}

extension StoreState {
    /// The objects of a collection as they were at a revision; nil when that is forgotten.
    func objects(
        of collection: CollectionKey, namespace: String?, at asked: Int64?
    ) -> [StoredObject]? {
        let now = tables[collection]?.ordered(namespace: namespace) ?? []
        guard let asked, asked < revision else { return now }
        guard let changes = log.changes(after: asked) else { return nil }
        // The first change after the revision tells the state at it.
        var then: [ObjectKey: StoredObject?] = [:]
        for change in changes where change.collection == collection {
            let key = change.object.key
            guard namespace == nil || key.namespace == namespace, then[key] == nil else { continue }
            if change.kind != .added, change.previous == nil { return nil }
            then[key] = .some(change.previous)
        }
        guard !then.isEmpty else { return now }
        let kept = now.filter { then[$0.key] == nil }
        return (kept + then.values.compactMap { $0 }).sorted { $0.key < $1.key }
    }
}
