public import Values

extension Schema {
    /// Removes the members that this schema does not know.
    ///
    /// With `asResource` the root keeps `apiVersion`, `kind` and all of `metadata`. Time is linear.
    public func prune(_ value: inout JSON, asResource: Bool = false) {
        value = SchemaRewriter(prunes: true, fillsDefaults: false)
            .rewrite(value, by: self, asResource: asResource)
    }

    /// Fills in the defaults of absent members, and of `null` ones that may not be `null`.
    ///
    /// A default inside an object that is itself absent does not create it. Time is linear.
    public func applyDefaults(_ value: inout JSON, asResource: Bool = false) {
        value = SchemaRewriter(prunes: false, fillsDefaults: true)
            .rewrite(value, by: self, asResource: asResource)
    }

    /// What a schema says of one member.
    enum Member {
        case known(Schema)
        case preserved
        case unknown
        case forbidden
    }

    /// The schema of a member, when the value is an object.
    func member(_ name: String, asResource: Bool) -> Member {
        if let schema = properties[name] {
            return asResource && name == "metadata" ? .preserved : .known(schema)
        }
        if asResource || isEmbeddedResource {
            switch name {
            case "apiVersion", "kind": return .known(Schema(type: .string))
            case "metadata": return .preserved
            default: break
            }
        }
        switch additionalProperties {
        case .schema(let schema): return .known(schema)
        case .any: return .preserved
        case .forbidden: return .forbidden
        case nil: return preservesUnknownFields || describesNoMembers ? .preserved : .unknown
        }
    }

    /// Whether nothing is said about members at all, so that a value is taken as it is.
    private var describesNoMembers: Bool { type == nil && properties.isEmpty }
}

/// Rebuilds a value along its schema: a loop with a stack of the containers that are open.
private struct SchemaRewriter {
    let prunes: Bool
    let fillsDefaults: Bool

    private struct Container {
        let schema: Schema
        let asResource: Bool
        let value: JSON
        var next = 0
        var names: [String] = []
        var items: [JSON] = []
    }

    func rewrite(_ root: JSON, by schema: Schema, asResource: Bool) -> JSON {
        guard var top = open(root, schema, asResource: asResource) else { return root }
        var stack: [Container] = []
        while true {
            if let child = step(&top) {
                stack.append(top)
                top = child
            } else if isFinished(top) {
                let closed = close(top)
                guard var parent = stack.popLast() else { return closed }
                parent.items.append(closed)
                top = parent
            }
        }
    }

    /// Takes one child; gives the container to descend into where it is one.
    private func step(_ container: inout Container) -> Container? {
        switch container.value {
        case .array(let elements):
            guard container.next < elements.count, let schema = container.schema.items else {
                return nil
            }
            let element = elements[container.next]
            container.next += 1
            if let child = open(element, schema, asResource: false) { return child }
            container.items.append(element)
        case .object(let members):
            guard container.next < members.count else { return nil }
            let (name, value) = members[container.next]
            container.next += 1
            switch container.schema.member(name, asResource: container.asResource) {
            case .unknown where prunes, .forbidden where prunes: return nil
            case .known(let schema):
                container.names.append(name)
                if let child = open(value, schema, asResource: false) { return child }
                container.items.append(value)
            case .preserved, .unknown, .forbidden:
                container.names.append(name)
                container.items.append(value)
            }
        default: break
        }
        return nil
    }

    private func isFinished(_ container: Container) -> Bool {
        switch container.value {
        case .array(let elements): container.next == elements.count
        case .object(let members): container.next == members.count
        default: true
        }
    }

    private func open(_ value: JSON, _ schema: Schema, asResource: Bool) -> Container? {
        switch value {
        case .array(let elements) where schema.items != nil && !elements.isEmpty:
            return Container(schema: schema, asResource: false, value: value)
        case .object(var members):
            if fillsDefaults {
                for (name, property) in schema.properties {
                    guard let fallback = property.defaultValue else { continue }
                    let present = members[name]
                    if present == nil || present == .null && !property.isNullable {
                        members[name] = fallback
                    }
                }
            }
            return Container(schema: schema, asResource: asResource, value: .object(members))
        default: return nil
        }
    }

    private func close(_ container: Container) -> JSON {
        guard case .object = container.value else { return .array(container.items) }
        return .object(JSONObject(zip(container.names, container.items)))
    }
}
