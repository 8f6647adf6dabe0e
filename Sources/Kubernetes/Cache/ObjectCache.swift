internal import Synchronization

/// The objects of one type as far as a watch has told of them, for any number of readers.
///
/// Reads cost a lock and a look-up, and never wait for the network. Only an ``Informer`` changes
/// the objects; whoever writes to the API tells ``recordWrite(_:)``.
public final class ObjectCache: Sendable {
    private let store: Mutex<ObjectStore>

    /// Makes an empty cache.
    public init(indexes: [ObjectIndex] = []) { store = Mutex(ObjectStore(indexes: indexes)) }

    /// The number of objects.
    public var count: Int { store.withLock(\.count) }

    /// How far the cache has seen; nil before its first list.
    public var version: ResourceVersion? { store.withLock(\.version) }

    /// The events that were dropped because they were not newer than what was seen.
    public var staleEvents: Int { store.withLock(\.staleEvents) }

    /// The object of that key.
    public func object(_ key: ObjectKey) -> KubernetesObject? { store.withLock { $0[key] } }

    /// All objects, sorted by key.
    public var objects: [KubernetesObject] {
        store.withLock(\.unsorted).sorted { $0.key < $1.key }.map(\.object)
    }

    /// All keys, sorted.
    public var keys: [ObjectKey] { store.withLock(\.keys) }

    /// The objects that an index finds under a value, sorted by key; an unknown index traps.
    public func objects(index name: String, value: String) -> [KubernetesObject] {
        // Sorted behind the lock: all who read or change the cache wait for it.
        store.withLock { $0.found(index: name, value: value) }.sorted { $0.key < $1.key }
            .map(\.object)
    }

    /// How many objects an index finds under a value, in constant time; an unknown index traps.
    public func count(index name: String, value: String) -> Int {
        store.withLock { $0.count(index: name, value: value) }
    }

    /// The object of that key, where the cache has seen our last write of it (law 23).
    ///
    /// - Returns: Nil when it has not: decide nothing now, and look again when the change arrives.
    public func current(_ key: ObjectKey) -> KubernetesObject?? {
        store.withLock { store in
            store.isCurrent(key) ? .some(store[key]) : nil
        }
    }

    /// Whether the cache has seen our last write of that object (law 23).
    public func isCurrent(_ key: ObjectKey) -> Bool { store.withLock { $0.isCurrent(key) } }

    /// Remembers that we wrote this object: it is the reply to the write.
    public func recordWrite(_ object: KubernetesObject) {
        store.withLock { $0.recordWrite(object) }
    }

    /// See ``ObjectStore/replace(with:besides:at:)``: one atomic swap for every reader.
    func replace(
        with objects: [KubernetesObject], besides unreadable: [UnreadableObject] = [],
        at version: ResourceVersion
    ) -> [ObjectChange]? {
        store.withLock { $0.replace(with: objects, besides: unreadable, at: version) }
    }

    func apply(_ events: [WatchEvent]) -> [ObjectChange] {
        store.withLock { $0.apply(events) }
    }
}
