internal import Schemas
internal import Values

/// All objects of one kind, in whatever version they are served.
struct CollectionKey: Sendable, Hashable, Comparable {
    let group: String
    let plural: String

    /// The name of the definition that a custom kind comes from.
    var definitionName: String { "\(plural).\(group)" }

    static func < (first: CollectionKey, second: CollectionKey) -> Bool {
        (first.group, first.plural) < (second.group, second.plural)
    }
}

/// The name of an object inside its collection; the namespace is empty for cluster-wide kinds.
struct ObjectKey: Sendable, Hashable, Comparable {
    let namespace: String
    let name: String

    static func < (first: ObjectKey, second: ObjectKey) -> Bool {
        if first.namespace != second.namespace {
            return first.namespace.utf8.lexicographicallyPrecedes(second.namespace.utf8)
        }
        return first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
    }
}

/// One state of an object: its bytes as they are sent, and what is looked up without parsing them.
///
/// Immutable and shared by the table of objects, the log of changes and every watcher's queue.
final class StoredObject: Sendable {
    let key: ObjectKey
    let revision: Int64
    let uid: String
    /// The canonical JSON, with `metadata.resourceVersion` filled in.
    let bytes: [UInt8]
    let labels: [String: String]
    /// The UIDs of the owners, by which the garbage collector finds dependents.
    let owners: [String]
    let isDeleting: Bool
    /// The schema that it was pruned, completed and checked by; nil where that is not known, as of
    /// what was read from the disk.
    let schema: Schema?

    init(
        key: ObjectKey, revision: Int64, uid: String, bytes: [UInt8], labels: [String: String],
        owners: [String], isDeleting: Bool, schema: Schema? = nil
    ) {
        self.key = key
        self.revision = revision
        self.uid = uid
        self.bytes = bytes
        self.labels = labels
        self.owners = owners
        self.isDeleting = isDeleting
        self.schema = schema
    }

    /// The object as a value; it was written by this server, so it can be read.
    func json() throws(APIFailure) -> JSON {
        do throws(JSONParseError) {
            return try JSON(parsing: bytes)
        } catch {
            throw .internalError(
                "the stored object \(key.namespace)/\(key.name) is damaged: \(error)")
        }
    }
}

/// An object encoded except for its resource version, which only the commit knows.
struct ObjectDraft: Sendable {
    let key: ObjectKey
    let uid: String
    private let head: [UInt8]
    private let tail: [UInt8]
    private let labels: [String: String]
    private let owners: [String]
    private let isDeleting: Bool
    private let schema: Schema?

    /// The bytes the stored object will have, give or take the digits of its resource version.
    var byteCount: Int { head.count + tail.count + 8 }

    /// Encodes an object, so that the commit, which is one after the other, only joins the pieces.
    ///
    /// - Parameter schema: what it was checked by.
    init(_ object: JSON, checkedBy schema: Schema? = nil) {
        self.schema = schema
        var (head, tail): ([UInt8], [UInt8]) = ([UInt8(ascii: "{")], [])
        var metadata = object["metadata"]?.objectValue ?? [:]
        metadata["resourceVersion"] = ""
        var isInHead = true
        func write(_ bytes: [UInt8]) {
            if isInHead { head.append(contentsOf: bytes) } else { tail.append(contentsOf: bytes) }
        }
        func writeName(_ name: String, isFirst: Bool) {
            if !isFirst { write([UInt8(ascii: ",")]) }
            write(JSON.string(name).bytes)
            write([UInt8(ascii: ":")])
        }
        var members = object.objectValue ?? [:]
        members["metadata"] = .null
        for (index, member) in members.enumerated() {
            writeName(member.key, isFirst: index == 0)
            guard member.key == "metadata" else {
                write(member.value.bytes)
                continue
            }
            write([UInt8(ascii: "{")])
            for (index, member) in metadata.enumerated() {
                writeName(member.key, isFirst: index == 0)
                if member.key == "resourceVersion" {
                    write([UInt8(ascii: "\"")])
                    isInHead = false
                    write([UInt8(ascii: "\"")])
                } else {
                    write(member.value.bytes)
                }
            }
            write([UInt8(ascii: "}")])
        }
        write([UInt8(ascii: "}")])
        self.head = head
        self.tail = tail
        key = ObjectKey(
            namespace: metadata["namespace"]?.stringValue ?? "",
            name: metadata["name"]?.stringValue ?? "")
        uid = metadata["uid"]?.stringValue ?? ""
        labels = StoredObject.labels(metadata)
        owners = StoredObject.owners(metadata)
        isDeleting = metadata["deletionTimestamp"] != nil
    }

    /// The object at a revision.
    func stored(at revision: Int64) -> StoredObject {
        var bytes: [UInt8] = []
        let digits = String(revision).utf8
        bytes.reserveCapacity(head.count + digits.count + tail.count)
        bytes.append(contentsOf: head)
        bytes.append(contentsOf: digits)
        bytes.append(contentsOf: tail)
        return StoredObject(
            key: key, revision: revision, uid: uid, bytes: bytes, labels: labels, owners: owners,
            isDeleting: isDeleting, schema: schema)
    }
}

extension StoredObject {
    static func labels(_ metadata: JSONObject) -> [String: String] {
        var labels: [String: String] = [:]
        for (name, value) in metadata["labels"]?.objectValue ?? [:] {
            labels[name] = value.stringValue
        }
        return labels
    }

    static func owners(_ metadata: JSONObject) -> [String] {
        (metadata["ownerReferences"]?.arrayValue ?? []).compactMap { $0["uid"]?.stringValue }
    }

    /// Makes the state of an object from bytes read back from the journal.
    convenience init(bytes: [UInt8], revision: Int64) throws(JSONParseError) {
        let metadata = try JSON(parsing: bytes)["metadata"]?.objectValue ?? [:]
        self.init(
            key: ObjectKey(
                namespace: metadata["namespace"]?.stringValue ?? "",
                name: metadata["name"]?.stringValue ?? ""),
            revision: revision, uid: metadata["uid"]?.stringValue ?? "", bytes: bytes,
            labels: StoredObject.labels(metadata), owners: StoredObject.owners(metadata),
            isDeleting: metadata["deletionTimestamp"] != nil)
    }
}
