internal import Schemas
internal import Values

/// A schema reduced to what server-side apply asks of it: what merges, by what, and what is one piece.
indirect enum FieldType: Sendable, Hashable {
    /// How the elements of a list are told apart.
    enum ListIdentity: Sendable, Hashable {
        /// Not at all: the list is one piece.
        case atomic
        /// By their values.
        case set
        /// By members, each with the value it has when it is absent.
        case keys([ListKey])
    }

    struct ListKey: Sendable, Hashable {
        let name: String
        let defaultValue: JSON?
    }

    case scalar
    /// Named fields, and the type of all others.
    case map(fields: [String: FieldType], others: FieldType, isAtomic: Bool)
    case list(ListIdentity, FieldType)
    /// No schema: objects merge member by member, lists are one piece.
    case untyped

    /// Reads what matters out of a schema.
    ///
    /// Schemas are at most ``SchemaLimits/maximumDepth`` deep, so their depth bounds the recursion.
    init(_ schema: Schema) {
        if schema.isIntOrString {
            self = .scalar
            return
        }
        switch schema.type {
        case .object:
            let isAtomic = schema.extensions["x-kubernetes-map-type"]?.stringValue == "atomic"
            var others = FieldType.untyped
            if case .schema(let element)? = schema.additionalProperties {
                others = FieldType(element)
            }
            if schema.properties.isEmpty, others == .untyped, !isAtomic {
                self = .untyped
            } else {
                self = .map(
                    fields: schema.properties.mapValues(FieldType.init), others: others,
                    isAtomic: isAtomic)
            }
        case .array: self = FieldType.list(schema)
        case .string, .integer, .number, .boolean: self = .scalar
        case nil: self = .untyped
        }
    }

    private static func list(_ schema: Schema) -> FieldType {
        let element = schema.items.map(FieldType.init) ?? .untyped
        switch schema.listType {
        case .map:
            let keys = schema.listMapKeys.map {
                ListKey(name: $0, defaultValue: schema.items?.properties[$0]?.defaultValue)
            }
            return .list(.keys(keys), element)
        case .set: return .list(.set, element)
        case .atomic, nil: return .list(.atomic, element)
        }
    }

    /// The type of a member.
    func field(_ name: String) -> FieldType {
        guard case .map(let fields, let others, _) = self else { return .untyped }
        return fields[name] ?? others
    }

    /// Whether a member has a type of its own, so that it is a field and not an entry.
    func isField(_ name: String) -> Bool {
        guard case .map(let fields, _, _) = self else { return false }
        return fields[name] != nil
    }
}

/// A value taken apart by its type: what merging, comparing and removing all start from.
enum FieldShape {
    /// One piece.
    case leaf
    case members(JSONObject)
    /// Elements with the path elements that identify them.
    case elements([(element: String, value: JSON)], FieldType)

    init(_ value: JSON, _ type: FieldType) {
        switch (value, type) {
        case (.object(let members), .map(_, _, isAtomic: false)), (.object(let members), .untyped):
            self = .members(members)
        case (.array(let elements), .list(let identity, let element)) where identity != .atomic:
            self = .elements(
                elements.map { (FieldPath.element(of: $0, by: identity), $0) }, element)
        default: self = .leaf
        }
    }

    var isEmpty: Bool {
        switch self {
        case .leaf: false
        case .members(let members): members.isEmpty
        case .elements(let elements, _): elements.isEmpty
        }
    }
}
