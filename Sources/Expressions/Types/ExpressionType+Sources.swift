public import Values

extension ExpressionType {
    /// The type of a value, as exactly as it can be told.
    ///
    /// Only the first elements of long lists and the first levels are looked at; the rest may be
    /// anything.
    public init(of value: CELValue) { self.init(of: value, depth: 0) }

    private init(of value: CELValue, depth: Int) {
        guard depth < Limits.typeDepth else {
            self = .dyn
            return
        }
        switch value {
        case .null: self = .null
        case .bool: self = .bool
        case .int: self = .int
        case .uint: self = .uint
        case .double: self = .double
        case .string: self = .string
        case .bytes: self = .bytes
        case .timestamp: self = .timestamp
        case .duration: self = .duration
        case .type: self = .type
        case .optional(let inner):
            self = .optional(inner.map { ExpressionType(of: $0, depth: depth + 1) } ?? .dyn)
        case .list(let list):
            self = .list(ExpressionType.common((0..<list.count).lazy.map { list[$0] }, depth))
        case .map(let map): self = ExpressionType.map(map, depth)
        }
    }

    /// The type that some values have in common.
    private static func common(
        _ values: some Collection<CELValue>, _ depth: Int
    ) -> ExpressionType {
        guard !values.isEmpty, values.count <= Limits.typeElements else { return .dyn }
        return union(of: values.map { ExpressionType(of: $0, depth: depth + 1) })
    }

    private static func map(_ map: CELMap, _ depth: Int) -> ExpressionType {
        guard map.count <= Limits.typeElements else { return .map(key: .dyn, value: .dyn) }
        var fields: [String: ExpressionType] = [:]
        for index in 0..<map.count {
            guard case .string(let name) = map.key(at: index) else {
                return .map(
                    key: common((0..<map.count).lazy.map { map.key(at: $0) }, depth),
                    value: common((0..<map.count).lazy.map { map.value(at: $0) }, depth))
            }
            fields[name] = ExpressionType(of: map.value(at: index), depth: depth + 1)
        }
        return .object(ObjectType(fields))
    }

    /// The type of the values that a JSON schema allows.
    ///
    /// `type` (one or several), `nullable`, `properties`, `additionalProperties`, `items`, `enum`,
    /// `const`, `anyOf`, `oneOf` and the extensions of Kubernetes are taken into account; of what is
    /// nested deeper than 32 levels, or not told, nothing is known. An object is open unless it says
    /// `additionalProperties: false`, or has properties and `closingObjects` is asked for.
    public init(jsonSchema schema: JSON, closingObjects: Bool = false) {
        self.init(jsonSchema: schema, closingObjects, depth: 0)
    }

    private init(jsonSchema schema: JSON, _ closing: Bool, depth: Int) {
        guard depth < Limits.typeDepth, case .object = schema else {
            self = .dyn
            return
        }
        if schema["x-kubernetes-int-or-string"] == true {
            self = .union([.int, .string])
            return
        }
        if let values = schema["enum"]?.arrayValue ?? schema["const"].map({ [$0] }) {
            self = ExpressionType.common(values.map(CELValue.init), depth)
            return
        }
        if let options = (schema["anyOf"] ?? schema["oneOf"])?.arrayValue, schema["type"] == nil {
            self = ExpressionType.union(
                of: options.map { ExpressionType(jsonSchema: $0, closing, depth: depth + 1) })
            return
        }
        var types: [ExpressionType] = []
        let names = schema["type"]?.arrayValue ?? schema["type"].map { [$0] } ?? []
        for name in names.compactMap(\.stringValue) {
            types.append(ExpressionType.named(name, schema, closing, depth: depth))
        }
        if types.isEmpty {
            types = [
                schema["properties"] == nil
                    ? .dyn : ExpressionType.named("object", schema, closing, depth: depth)
            ]
        }
        if schema["nullable"] == true { types.append(.null) }
        self = ExpressionType.union(of: types)
    }

    private static func named(
        _ name: String, _ schema: JSON, _ closing: Bool, depth: Int
    ) -> ExpressionType {
        func type(_ schema: JSON) -> ExpressionType {
            ExpressionType(jsonSchema: schema, closing, depth: depth + 1)
        }
        switch name {
        case "array": return .list(schema["items"].map(type) ?? .dyn)
        case "object":
            let additional = schema["additionalProperties"]
            guard let properties = schema["properties"]?.objectValue else {
                let value = additional.map { $0 == true ? .dyn : type($0) } ?? .dyn
                return additional == false ? .fields([:]) : .map(key: .string, value: value)
            }
            var fields: [String: ExpressionType] = [:]
            for member in properties { fields[member.key] = type(member.value) }
            let keepsOthers =
                schema["x-kubernetes-preserve-unknown-fields"] == true
                || additional.map { $0 != false } ?? !closing
            return .object(ObjectType(fields, isOpen: keepsOthers))
        default: return ExpressionType(kind: name) ?? .dyn
        }
    }

    /// The type of a kind as manifests declare it: `string`, `integer`, `number`, `boolean`, `object`,
    /// `array`, `null`, and the other names of these; nil for any other word.
    public init?(kind: String) {
        switch kind.lowercased() {
        case "string", "text": self = .string
        case "integer", "int": self = .int
        case "number", "float", "double": self = .number
        case "boolean", "bool": self = .bool
        case "object", "map": self = .map(key: .string, value: .dyn)
        case "array", "list": self = .list(.dyn)
        case "null": self = .null
        case "any", "json", "dyn": self = .dyn
        default: return nil
        }
    }
}
