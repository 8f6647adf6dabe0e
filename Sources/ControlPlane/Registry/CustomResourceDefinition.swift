internal import Schemas
internal import Values

/// A definition of a custom kind, read from its object.
struct CustomResourceDefinition: Sendable {
    static let cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io"

    struct Version: Sendable {
        let name: String
        let isServed: Bool
        let isStored: Bool
        let schema: Schema
        let hasStatus: Bool
        let columns: [PrinterColumn]
    }

    struct Names: Sendable, Hashable {
        let kind: String
        let listKind: String
        let plural: String
        let singular: String
        let shortNames: [String]
        let categories: [String]
    }

    let name: String
    let group: String
    let names: Names
    let isNamespaced: Bool
    let versions: [Version]

    var collection: CollectionKey { CollectionKey(group: group, plural: names.plural) }

    /// The kinds to serve, one for each served version.
    var resources: [APIResource] { versions.filter(\.isServed).map(resource) }

    /// The kind in the version its objects are stored in, served or not.
    var storedResource: APIResource? { versions.first(where: \.isStored).map(resource) }

    private func resource(_ version: Version) -> APIResource {
        APIResource(
            group: group, version: version.name, kind: names.kind, listKind: names.listKind,
            plural: names.plural, singular: names.singular, shortNames: names.shortNames,
            categories: names.categories, isNamespaced: isNamespaced,
            verbs: APIResource.allVerbs, hasStatus: version.hasStatus, countsGenerations: true,
            schema: version.schema, fieldType: .resource(version.schema),
            columns: version.columns, rules: .none,
            storageVersion: versions.first { $0.isStored }?.name ?? "", isCustom: true)
    }

    /// Reads a definition, or says everything that is wrong with it.
    static func read(_ object: JSON) -> Result<CustomResourceDefinition, FieldFaults> {
        var faults: [FieldFault] = []
        let spec = object["spec"] ?? [:]
        let name = object["metadata"]?["name"]?.stringValue ?? ""
        let group = spec["group"]?.stringValue ?? ""
        if let fault = MetadataValidation.subdomainFault(group) {
            faults.append(
                group.isEmpty
                    ? .required("spec.group") : .invalid("spec.group", .string(group), fault))
        } else if !group.contains(".") {
            faults.append(
                .invalid("spec.group", .string(group), "should be a domain with at least one dot"))
        }
        let names = readNames(spec["names"] ?? [:], &faults)
        if name != "\(names.plural).\(group)" {
            faults.append(
                .invalid(
                    "metadata.name", .string(name), "must be spec.names.plural+\".\"+spec.group"))
        }
        let scope = spec["scope"]?.stringValue ?? ""
        if scope.isEmpty {
            faults.append(.required("spec.scope"))
        } else if !["Namespaced", "Cluster"].contains(scope) {
            faults.append(
                .notSupported("spec.scope", .string(scope), ["Cluster", "Namespaced"]))
        }
        let versions = readVersions(spec["versions"]?.arrayValue ?? [], &faults)
        guard faults.isEmpty else { return .failure(FieldFaults(faults)) }
        return .success(
            CustomResourceDefinition(
                name: name, group: group, names: names, isNamespaced: scope == "Namespaced",
                versions: versions))
    }

    private static func readNames(_ json: JSON, _ faults: inout [FieldFault]) -> Names {
        func strings(_ member: String) -> [String] {
            (json[member]?.arrayValue ?? []).compactMap(\.stringValue)
        }
        let kind = json["kind"]?.stringValue ?? ""
        let plural = json["plural"]?.stringValue ?? ""
        for (field, value) in [("kind", kind.lowercased()), ("plural", plural)] {
            if value.isEmpty {
                faults.append(.required("spec.names.\(field)"))
            } else if let fault = MetadataValidation.labelFault(value) {
                faults.append(.invalid("spec.names.\(field)", .string(value), fault))
            }
        }
        for (index, short) in strings("shortNames").enumerated() {
            if let fault = MetadataValidation.labelFault(short) {
                faults.append(
                    .invalid("spec.names.shortNames[\(index)]", .string(short), fault))
            }
        }
        return Names(
            kind: kind, listKind: json["listKind"]?.stringValue ?? "\(kind)List", plural: plural,
            singular: json["singular"]?.stringValue ?? kind.lowercased(),
            shortNames: strings("shortNames"), categories: strings("categories"))
    }

    private static func readVersions(
        _ list: [JSON], _ faults: inout [FieldFault]
    ) -> [Version] {
        var versions: [Version] = []
        var seen: Set<String> = []
        for (index, json) in list.enumerated() {
            let field = "spec.versions[\(index)]"
            let name = json["name"]?.stringValue ?? ""
            if let fault = MetadataValidation.labelFault(name) {
                faults.append(.invalid("\(field).name", .string(name), fault))
            }
            if !seen.insert(name).inserted {
                faults.append(.duplicate("\(field).name", .string(name)))
            }
            let place = "\(field).schema.openAPIV3Schema"
            guard let root = json["schema"]?["openAPIV3Schema"] else {
                faults.append(.required(place, "schemas are required"))
                continue
            }
            let schema: Schema
            do throws(SchemaError) {
                schema = try Schema(json: root)
            } catch {
                let path = error.path == .root ? place : "\(place).\(error.path)"
                faults.append(.invalid(path, root[error.path] ?? .null, error.message))
                continue
            }
            if schema.type != .object {
                faults.append(
                    .invalid(
                        "\(place).type", .string(schema.type?.rawValue ?? ""),
                        "must be object at the root"))
            }
            versions.append(
                Version(
                    name: name, isServed: json["served"]?.boolValue ?? false,
                    isStored: json["storage"]?.boolValue ?? false, schema: schema,
                    hasStatus: json["subresources"]?["status"] != nil,
                    columns: readColumns(json["additionalPrinterColumns"], field, &faults)))
        }
        if faults.isEmpty, versions.filter(\.isStored).count != 1 {
            faults.append(
                .invalid(
                    "spec.versions", .array(list),
                    "must have exactly one version marked as storage version"))
        }
        return versions
    }

    private static func readColumns(
        _ json: JSON?, _ field: String, _ faults: inout [FieldFault]
    ) -> [PrinterColumn] {
        guard let list = json?.arrayValue, !list.isEmpty else { return [.name, .age] }
        var columns: [PrinterColumn] = [.name]
        for (index, column) in list.enumerated() {
            let path = column["jsonPath"]?.stringValue ?? ""
            if PrinterPath(path) == nil {
                faults.append(
                    .invalid(
                        "\(field).additionalPrinterColumns[\(index)].jsonPath", .string(path),
                        "is an invalid JSON path"))
            }
            columns.append(
                PrinterColumn(
                    name: column["name"]?.stringValue ?? "",
                    type: column["type"]?.stringValue ?? "string",
                    format: column["format"]?.stringValue ?? "",
                    description: column["description"]?.stringValue
                        ?? "Custom resource definition column (in JSONPath format): \(path)",
                    priority: Int(column["priority"]?.integerValue ?? 0), source: .path(path)))
        }
        return columns
    }
}

/// Everything that is wrong with the fields of an object.
struct FieldFaults: Error, Sendable, Hashable {
    let faults: [FieldFault]

    init(_ faults: [FieldFault]) { self.faults = faults }
}

extension CustomResourceDefinition {
    /// The definition with what the server fills in.
    static func defaulted(_ object: JSON) -> JSON {
        var object = object
        let kind = object["spec"]?["names"]?["kind"]?.stringValue ?? ""
        let names: JSONPath = ["spec", "names"]
        if object[names]?["singular"]?.stringValue?.isEmpty ?? true {
            object[names.key("singular")] = .string(kind.lowercased())
        }
        if object[names]?["listKind"]?.stringValue?.isEmpty ?? true {
            object[names.key("listKind")] = .string("\(kind)List")
        }
        if object["spec"]?["conversion"]?["strategy"] == nil {
            object[["spec", "conversion", "strategy"]] = "None"
        }
        return object
    }

    /// The status of a definition that is served from now on, or says why it is not.
    func status(
        before: JSON?, catalog: ResourceCatalog, at time: String
    ) -> JSON {
        let conflict = nameConflict(in: catalog)
        var stored = (before?["storedVersions"]?.arrayValue ?? []).compactMap(\.stringValue)
        for version in versions where version.isStored && !stored.contains(version.name) {
            stored.append(version.name)
        }
        var accepted: JSONObject = [
            "kind": .string(names.kind), "listKind": .string(names.listKind),
            "plural": .string(names.plural), "singular": .string(names.singular),
        ]
        if !names.shortNames.isEmpty {
            accepted["shortNames"] = .array(names.shortNames.map(JSON.string))
        }
        if !names.categories.isEmpty {
            accepted["categories"] = .array(names.categories.map(JSON.string))
        }
        var conditions: [JSON] = [
            condition(
                "NamesAccepted", conflict == nil, conflict?.reason ?? "NoConflicts",
                conflict?.message ?? "no conflicts found", before: before, at: time),
            condition(
                "Established", conflict == nil,
                conflict == nil ? "InitialNamesAccepted" : "NotAccepted",
                conflict == nil
                    ? "the initial names have been accepted" : "not all names are accepted",
                before: before, at: time),
        ]
        conditions += (before?["conditions"]?.arrayValue ?? []).filter {
            !["NamesAccepted", "Established"].contains($0["type"]?.stringValue)
        }
        return [
            "acceptedNames": .object(conflict == nil ? accepted : ["kind": "", "plural": ""]),
            "conditions": .array(conditions), "storedVersions": .array(stored.map(JSON.string)),
        ]
    }

    private func condition(
        _ type: String, _ holds: Bool, _ reason: String, _ message: String, before: JSON?,
        at time: String
    ) -> JSON {
        let status = holds ? "True" : "False"
        let old = before?["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
        let since = old?["status"]?.stringValue == status ? old?["lastTransitionTime"] : nil
        return [
            "type": .string(type), "status": .string(status), "reason": .string(reason),
            "message": .string(message), "lastTransitionTime": since ?? .string(time),
        ]
    }

    private func nameConflict(in catalog: ResourceCatalog) -> (reason: String, message: String)? {
        let others = catalog.all.filter { $0.group == group && $0.plural != names.plural }
        for other in others {
            if other.kind == names.kind || other.listKind == names.kind {
                return ("KindConflict", "\"\(names.kind)\" is already in use")
            }
            let taken = Set(other.shortNames + [other.singular, other.plural])
            if let short = names.shortNames.first(where: taken.contains) {
                return ("ShortNamesConflict", "\"\(short)\" is already in use")
            }
            if taken.contains(names.singular) {
                return ("SingularConflict", "\"\(names.singular)\" is already in use")
            }
        }
        return nil
    }
}
