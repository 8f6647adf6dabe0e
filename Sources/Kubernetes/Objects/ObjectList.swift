internal import Values

/// One page of a list, or all of them together.
public struct ObjectList: Sendable, Hashable {
    /// The objects, in the server's order.
    public var items: [KubernetesObject]
    /// The version that the whole list shows, from which a watch goes on.
    public var resourceVersion: ResourceVersion
    /// What asks for the next page; nil on the last one.
    public var continueToken: String?
    /// How many objects the later pages hold, where the server says.
    public var remainingItemCount: Int64?
    /// The objects that are in the list and cannot be read.
    public var unreadable: [UnreadableObject] = []

    /// Makes a list from its parts.
    public init(
        items: [KubernetesObject], resourceVersion: ResourceVersion, continueToken: String? = nil,
        remainingItemCount: Int64? = nil
    ) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
        self.remainingItemCount = remainingItemCount
    }

    /// Reads a list; where it cannot be read as a whole, each of its objects by itself.
    ///
    /// - Throws: ``KubernetesError`` with code `malformedReply` where it is no list.
    init(reading bytes: [UInt8], of type: ResourceType, operation: String) throws(KubernetesError) {
        let whole: JSON
        var unreadable: [UnreadableObject] = []
        do {
            whole = try JSON(parsing: bytes)
        } catch {
            guard let parts = ObjectList.parts(of: bytes, &unreadable) else {
                throw KubernetesError(
                    .malformedReply, "cannot \(operation): the reply is not JSON: \(error)")
            }
            whole = parts
        }
        guard let list = ObjectList(whole, of: type) else {
            throw KubernetesError(
                .malformedReply, "cannot \(operation): the reply is not a list")
        }
        self = list
        self.unreadable = unreadable
    }

    /// A list of those objects that can be read; nil where nothing else is wrong with it than them.
    private static func parts(of bytes: [UInt8], _ unreadable: inout [UnreadableObject]) -> JSON? {
        let outline = JSONOutline(bytes)
        guard let members = outline.members(of: outline.whole), let items = members["items"],
            let places = outline.elements(of: items),
            let metadata = members["metadata"].flatMap({ try? outline.value(at: $0) })
        else { return nil }
        var elements: [JSON] = []
        for place in places {
            do throws(JSONParseError) {
                elements.append(try outline.value(at: place))
            } catch {
                unreadable.append(UnreadableObject(outline, at: place, reason: error))
            }
        }
        return ["metadata": metadata, "items": .array(elements)]
    }

    /// Reads a list; nil where it has no `items` or no version.
    ///
    /// Servers leave `apiVersion` and `kind` out of items, so they are put back from the type.
    init?(_ json: JSON, of type: ResourceType) {
        guard let metadata = json["metadata"],
            let version = metadata["resourceVersion"]?.stringValue
        else { return nil }
        // A list of nothing is `null` when its server is written in Go and the slice is nil.
        let elements: [JSON]
        switch json["items"] {
        case .array(let present)?: elements = present
        case .null?, nil: elements = []
        default: return nil
        }
        let apiVersion = JSON.string(type.apiVersion)
        let kind = JSON.string(type.kind)
        items = elements.map { element in
            var element = element
            if element["apiVersion"] == nil { element["apiVersion"] = apiVersion }
            if element["kind"] == nil { element["kind"] = kind }
            return KubernetesObject(element)
        }
        resourceVersion = ResourceVersion(version)
        let token = metadata["continue"]?.stringValue ?? ""
        continueToken = token.isEmpty ? nil : token
        remainingItemCount = metadata["remainingItemCount"]?.integerValue
    }
}
