internal import Synchronization
internal import Values

/// One committed change of one object.
///
/// Immutable but for the bytes of its watch event, which are made by the first watcher that needs
/// them and shared by all others.
final class Change: Sendable {
    enum Kind: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    let collection: CollectionKey
    let kind: Kind
    /// The state after the change; of a deletion, the last state with the deletion's revision.
    let object: StoredObject
    /// The state before; nil for an addition, and for changes read back after a restart.
    let previous: StoredObject?
    /// The labels before, by which a selector tells what came into view and what left it.
    let previousLabels: [String: String]?
    private let eventBytes = Mutex<[UInt8]?>(nil)

    init(
        collection: CollectionKey, kind: Kind, object: StoredObject, previous: StoredObject?,
        previousLabels: [String: String]?
    ) {
        self.collection = collection
        self.kind = kind
        self.object = object
        self.previous = previous
        self.previousLabels = previousLabels
    }

    var revision: Int64 { object.revision }

    /// The watch event of this change in the version the object is stored in.
    var event: [UInt8] {
        eventBytes.withLock { bytes in
            if let bytes { return bytes }
            let made = Change.event(kind.rawValue, object.bytes)
            bytes = made
            return made
        }
    }

    /// The line of a watch that says what happened to an object.
    static func event(_ type: String, _ object: [UInt8]) -> [UInt8] {
        var line = Array(#"{"type":"\#(type)","object":"#.utf8)
        line.reserveCapacity(line.count + object.count + 2)
        line.append(contentsOf: object)
        line.append(UInt8(ascii: "}"))
        line.append(UInt8(ascii: "\n"))
        return line
    }
}

/// The last changes in order of revision, bounded in number and in bytes.
struct ChangeLog {
    private var changes: [Change] = []
    private var first = 0
    private var bytes = 0
    /// The revision up to which changes are forgotten: what comes after it is all here.
    private(set) var floor: Int64

    init(floor: Int64) { self.floor = floor }

    mutating func append(_ change: Change) {
        changes.append(change)
        bytes += change.object.bytes.count
    }

    /// The changes that have to go to keep the bounds after some more were added.
    func excess(adding count: Int, bytes added: Int) -> ArraySlice<Change> {
        var last = first
        var (count, bytes) = (changes.count - first + count, bytes + added)
        while last < changes.count,
            count > ControlPlaneLimits.retainedChanges
                || bytes > ControlPlaneLimits.retainedChangeBytes
        {
            count -= 1
            bytes -= changes[last].object.bytes.count
            last += 1
        }
        return changes[first..<last]
    }

    /// Forgets so many of the oldest changes.
    mutating func drop(_ count: Int) {
        guard count > 0 else { return }
        for change in changes[first..<first + count] { bytes -= change.object.bytes.count }
        floor = changes[first + count - 1].revision
        first += count
        if first > 1024, first * 2 > changes.count {
            changes.removeFirst(first)
            first = 0
        }
    }

    /// The changes after a revision; nil when some of them are forgotten.
    func changes(after revision: Int64) -> ArraySlice<Change>? {
        guard revision >= floor else { return nil }
        var (low, high) = (first, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return changes[low...]
    }
}
