/// The rules of a cache of objects of one type, without its lock.
///
/// What it holds never goes back: an event or list that is not newer than what was seen is dropped
/// (law 24), so events may be lost, doubled or come late, and the next list puts everything right
/// (law 25). It also knows the versions of our own writes, and whether it has seen them (law 23).
public struct ObjectStore: Sendable {
    private struct Entry {
        var object: KubernetesObject
        var version: ResourceVersion?
    }

    private var entries: [ObjectKey: Entry] = [:]
    private var indexes: [Index]
    /// Our writes that may not have been seen.
    private var written: [ObjectKey: ResourceVersion] = [:]
    private var writtenLimit = 64
    /// What we made and the cache has yet to see: it may be deleted before that, and whoever waits
    /// for it must hear of it.
    private var unseen: [ObjectKey: KubernetesObject] = [:]

    private struct Index {
        let definition: ObjectIndex
        var keys: [String: Set<ObjectKey>] = [:]
    }

    /// How far the cache has seen: the version of the last list, event or bookmark.
    public private(set) var version: ResourceVersion?
    /// The events that were dropped because they were not newer than what was seen.
    public private(set) var staleEvents = 0

    /// Makes an empty cache.
    public init(indexes: [ObjectIndex] = []) {
        self.indexes = indexes.map { Index(definition: $0) }
    }

    /// The number of objects.
    public var count: Int { entries.count }

    /// The object of that key.
    public subscript(key: ObjectKey) -> KubernetesObject? { entries[key]?.object }

    /// All keys, sorted.
    public var keys: [ObjectKey] { entries.keys.sorted() }

    /// All objects, sorted by key.
    public var objects: [KubernetesObject] { keys.compactMap { entries[$0]?.object } }

    /// The objects that an index finds under a value, sorted by key; an unknown index traps.
    public func objects(index name: String, value: String) -> [KubernetesObject] {
        found(index: name, value: value).sorted { $0.key < $1.key }.map(\.object)
    }

    /// How many objects an index finds under a value; an unknown index traps.
    public func count(index name: String, value: String) -> Int {
        keys(index: name, value: value).count
    }

    /// All objects with their keys, in no order.
    var unsorted: [(key: ObjectKey, object: KubernetesObject)] {
        entries.map { ($0.key, $0.value.object) }
    }

    /// The objects that an index finds under a value, with their keys, in no order.
    func found(index name: String, value: String) -> [(key: ObjectKey, object: KubernetesObject)] {
        keys(index: name, value: value).compactMap { key in
            entries[key].map { (key, $0.object) }
        }
    }

    private func keys(index name: String, value: String) -> Set<ObjectKey> {
        guard let index = indexes.first(where: { $0.definition.name == name }) else {
            preconditionFailure("the cache has no index '\(name)'")
        }
        return index.keys[value] ?? []
    }

    /// Puts the objects of a whole list in place of what is here.
    ///
    /// What is there and cannot be read stays as it was known: it is not gone, and nothing newer is
    /// known of it.
    ///
    /// - Returns: What changed: added and updated objects in the list's order, then deleted ones by
    ///   key, then by key those of ours that were deleted before they were seen, each once; nil, with
    ///   nothing changed, when the list is older than what was seen.
    public mutating func replace(
        with objects: [KubernetesObject], besides unreadable: [UnreadableObject] = [],
        at listVersion: ResourceVersion
    ) -> [ObjectChange]? {
        if let version, listVersion.isOlder(than: version) { return nil }
        var changes: [ObjectChange] = []
        var present: Set<ObjectKey> = []
        present.reserveCapacity(objects.count)
        var hidden: [ObjectKey: UnreadableObject] = [:]
        for object in unreadable {
            hidden[object.key] = object
            // Where it is another of that name, the one that was known is gone.
            if !object.isOther(than: entries[object.key]?.object) { present.insert(object.key) }
        }
        for object in objects {
            let key = object.key
            let objectVersion = object.resourceVersion
            present.insert(key)
            guard let entry = entries[key] else {
                changes.append(.added(object))
                set(key, object, objectVersion)
                continue
            }
            if let objectVersion, let known = entry.version, objectVersion.isNotNewer(than: known) {
                continue
            }
            changes.append(.updated(old: entry.object, new: object))
            set(key, object, objectVersion)
        }
        for key in entries.keys.filter({ !present.contains($0) }).sorted() {
            if let old = remove(key) { changes.append(.deleted(old)) }
        }
        for (key, object) in unseen.sorted(by: { $0.key < $1.key })
        where object.resourceVersion?.isNotNewer(than: listVersion) == true {
            // One that is there and cannot be read has yet to be seen, and its end to be told.
            if let other = hidden[key], !other.isOther(than: object) { continue }
            unseen[key] = nil
            changes.append(.deleted(object))
        }
        advance(to: listVersion)
        return changes
    }

    /// Applies the events of a watch in order, and gives what changed.
    public mutating func apply(_ events: [WatchEvent]) -> [ObjectChange] {
        var changes: [ObjectChange] = []
        changes.reserveCapacity(events.count)
        for event in events { apply(event, &changes) }
        return changes
    }

    private mutating func apply(_ event: WatchEvent, _ changes: inout [ObjectChange]) {
        let eventVersion = event.resourceVersion
        if let eventVersion, let version, eventVersion.isNotNewer(than: version) {
            if case .bookmark = event { return }
            staleEvents += 1
            return
        }
        switch event {
        case .added(let object), .modified(let object):
            let key = object.key
            if let entry = set(key, object, eventVersion) {
                changes.append(.updated(old: entry, new: object))
            } else {
                changes.append(.added(object))
            }
        case .deleted(let object):
            let isUnseen = unseen[object.key].map { $0.uid == object.uid } ?? false
            if isUnseen { unseen[object.key] = nil }
            if remove(object.key) != nil || isUnseen { changes.append(.deleted(object)) }
        case .unreadable(let object, let isDeleted):
            let key = object.key
            // What was seen of it stands; another of that name tells that this one is gone.
            if isDeleted || object.isOther(than: entries[key]?.object), let old = remove(key) {
                changes.append(.deleted(old))
            }
            // Of one that was not, events of others may be from before it was made.
            if isDeleted, let uid = object.uid, let made = unseen[key], made.uid == uid {
                unseen[key] = nil
                changes.append(.deleted(made))
            }
        case .bookmark, .failed: break
        }
        if let eventVersion { advance(to: eventVersion) }
    }

    /// Remembers that we wrote this object, so that older states of it are known to be old.
    public mutating func recordWrite(_ object: KubernetesObject) {
        guard let objectVersion = object.resourceVersion else { return }
        let key = object.key
        if let known = written[key], objectVersion.isNotNewer(than: known) { return }
        guard !hasSeen(objectVersion, of: key) else { return }
        written[key] = objectVersion
        if entries[key] == nil { unseen[key] = object }
    }

    /// Whether the cache has seen our last write of that object (law 23).
    ///
    /// A version that is no number cannot be compared and counts as seen.
    public func isCurrent(_ key: ObjectKey) -> Bool {
        guard let last = written[key] else { return true }
        return hasSeen(last, of: key)
    }

    private func hasSeen(_ wanted: ResourceVersion, of key: ObjectKey) -> Bool {
        guard wanted.number != nil else { return true }
        if let version, wanted.isNotNewer(than: version) { return true }
        guard let known = entries[key]?.version else { return false }
        return wanted.isNotNewer(than: known)
    }

    private mutating func advance(to newVersion: ResourceVersion) {
        version = newVersion
        guard written.count >= writtenLimit else { return }
        written = written.filter { !$0.value.isNotNewer(than: newVersion) }
        writtenLimit = max(64, written.count * 2)
    }

    @discardableResult
    private mutating func set(
        _ key: ObjectKey, _ object: KubernetesObject, _ version: ResourceVersion?
    ) -> KubernetesObject? {
        if !unseen.isEmpty { unseen[key] = nil }
        let old = entries.updateValue(Entry(object: object, version: version), forKey: key)?.object
        for position in indexes.indices {
            let definition = indexes[position].definition
            let values = definition.values(object)
            let oldValues = old.map(definition.values) ?? []
            if values == oldValues { continue }
            for value in oldValues { removeKey(key, position, value) }
            for value in values { indexes[position].keys[value, default: []].insert(key) }
        }
        return old
    }

    private mutating func remove(_ key: ObjectKey) -> KubernetesObject? {
        guard let old = entries.removeValue(forKey: key)?.object else { return nil }
        for position in indexes.indices {
            for value in indexes[position].definition.values(old) {
                removeKey(key, position, value)
            }
        }
        return old
    }

    private mutating func removeKey(_ key: ObjectKey, _ position: Int, _ value: String) {
        indexes[position].keys[value]?.remove(key)
        if indexes[position].keys[value]?.isEmpty == true {
            indexes[position].keys[value] = nil
        }
    }
}
