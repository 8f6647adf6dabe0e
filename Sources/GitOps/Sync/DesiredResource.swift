public import Values

/// One object that a repository's files ask for.
public struct DesiredResource: Sendable, Hashable {
    /// The kind.
    public let kind: String
    /// The name.
    public let name: String
    /// The file, from the repository's root.
    public let path: String
    /// The object as the file has it.
    public let json: JSON
    /// The digest of the object.
    public let digest: Digest

    /// Makes a resource.
    public init(kind: String, name: String, path: String, json: JSON, digest: Digest) {
        self.kind = kind
        self.name = name
        self.path = path
        self.json = json
        self.digest = digest
    }

    /// What the inventory knows it by.
    public var id: InventoryID { InventoryID(kind: kind, name: name) }
}

/// An object of a repository's namespace: kind and name.
public struct InventoryID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The kind.
    public let kind: String
    /// The name.
    public let name: String

    /// Makes an id.
    public init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }

    /// Reads an id; nil where the text is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(kind: String(parts[0]), name: String(parts[1]))
    }

    /// Whether one id comes before the other.
    public static func < (first: InventoryID, second: InventoryID) -> Bool {
        (first.kind, first.name) < (second.kind, second.name)
    }

    /// The id as a status lists it: `Workflow/nightly`.
    public var description: String { "\(kind)/\(name)" }
}

/// An object that was applied, as a status lists it.
public struct InventoryEntry: Sendable, Hashable {
    /// The object.
    public let id: InventoryID
    /// The file it came from.
    public let path: String
    /// The digest of what was applied.
    public let digest: Digest

    /// Makes an entry.
    public init(id: InventoryID, path: String, digest: Digest) {
        self.id = id
        self.path = path
        self.digest = digest
    }

    /// Reads an entry; nil where a part is missing.
    public init?(_ json: JSON) {
        guard let id = json["id"]?.stringValue.flatMap({ InventoryID($0) }),
            let path = json["path"]?.stringValue,
            let digest = json["digest"]?.stringValue.flatMap({ Digest($0) })
        else { return nil }
        self.init(id: id, path: path, digest: digest)
    }

    /// The entry as a status lists it.
    public var json: JSON {
        [
            "id": .string(id.description), "path": .string(path),
            "digest": .string(digest.description),
        ]
    }
}

/// Why a file, or one object of it, is not in force as it is in git.
public struct SyncFailure: Sendable, Hashable {
    /// The file.
    public let path: String
    /// The place in it, where there is one.
    public let position: SourcePosition?
    /// The stable code.
    public let code: String
    /// What is wrong and what to do.
    public let message: String

    /// Makes a failure.
    public init(path: String, position: SourcePosition? = nil, code: String, message: String) {
        self.path = path
        self.position = position
        self.code = code
        self.message = message
    }

    /// The failure as a status lists it.
    public var json: JSON {
        var json: JSON = [
            "path": .string(path), "code": .string(code), "message": .string(message),
        ]
        if let position {
            json["line"] = .integer(Int64(position.line))
            json["column"] = .integer(Int64(position.column))
        }
        return json
    }

    /// The failure as compilers write one: `path:line:column: code: message`.
    public var text: String {
        let place = position.map { "\(path):\($0)" } ?? path
        return "\(place): error[\(code)]: \(message)"
    }
}
