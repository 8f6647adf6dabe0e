internal import Values

/// What single kinds need when they are created or changed, beyond what all have in common.
extension KindRules {
    /// Fills in what the server decides when an object is created.
    func prepareForCreate(
        _ object: inout JSON, catalog: ResourceCatalog, at time: String
    ) {
        switch self {
        case .namespace:
            object["spec"] = ["finalizers": ["kubernetes"]]
            object["status"] = ["phase": "Active"]
            let name = object["metadata"]?["name"] ?? ""
            object[["metadata", "labels", "kubernetes.io/metadata.name"]] = name
        case .customResourceDefinition:
            object = CustomResourceDefinition.defaulted(object)
            let finalizers = (object["metadata"]?["finalizers"]?.arrayValue ?? [])
            let cleanup = JSON.string(CustomResourceDefinition.cleanupFinalizer)
            if !finalizers.contains(cleanup) {
                object[["metadata", "finalizers"]] = .array(finalizers + [cleanup])
            }
            establish(&object, before: nil, catalog: catalog, at: time)
        case .secret: prepareSecret(&object)
        default: break
        }
    }

    /// Fills in what the server decides when an object changes.
    func prepareForUpdate(
        _ object: inout JSON, from old: JSON, catalog: ResourceCatalog, at time: String
    ) {
        switch self {
        case .customResourceDefinition:
            object = CustomResourceDefinition.defaulted(object)
            establish(&object, before: old["status"], catalog: catalog, at: time)
        case .secret: prepareSecret(&object)
        default: break
        }
    }

    /// Keeps what holds a namespace until its contents are gone, which `finalize` alone takes off.
    func keepFinalizers(_ object: inout JSON, of old: JSON) {
        guard self == .namespace else { return }
        object[["spec", "finalizers"]] = old["spec"]?["finalizers"]
    }

    private func establish(
        _ object: inout JSON, before: JSON?, catalog: ResourceCatalog, at time: String
    ) {
        guard case .success(let definition) = CustomResourceDefinition.read(object) else { return }
        object["status"] = definition.status(before: before, catalog: catalog, at: time)
    }

    private func prepareSecret(_ object: inout JSON) {
        if object["type"]?.stringValue?.isEmpty ?? true { object["type"] = "Opaque" }
        guard let plain = object["stringData"]?.objectValue else { return }
        var data = object["data"]?.objectValue ?? [:]
        for (name, value) in plain {
            data[name] = .string(Base64.encode(Array((value.stringValue ?? "").utf8)))
        }
        object["data"] = .object(data)
        object["stringData"] = nil
    }

    /// The faults that only this kind looks for.
    func faults(_ object: JSON, old: JSON?) -> [FieldFault] {
        switch self {
        case .configMap: dataFaults(object, ["data", "binaryData"]) + immutableFaults(object, old)
        case .secret: dataFaults(object, ["data"]) + immutableFaults(object, old)
        case .customResourceDefinition: definitionFaults(object, old)
        case .event: eventFaults(object)
        default: []
        }
    }

    private func dataFaults(_ object: JSON, _ members: [String]) -> [FieldFault] {
        var faults: [FieldFault] = []
        var size = 0
        var seen: Set<String> = []
        for member in members {
            for (key, value) in object[member]?.objectValue ?? [:] {
                size += value.stringValue?.utf8.count ?? 0
                let field = "\(member)[\(key)]"
                if !seen.insert(key).inserted {
                    faults.append(
                        .invalid(
                            field, .string(key), "duplicate of key present in data"))
                }
                let isWord = key.utf8.allSatisfy { byte in
                    byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                        || byte == UInt8(ascii: ".")
                        || Character(UnicodeScalar(byte)).isLetter && byte < 0x80
                        || Character(UnicodeScalar(byte)).isNumber && byte < 0x80
                }
                if key.isEmpty || key == "." || key == ".." || !isWord || key.utf8.count > 253 {
                    faults.append(
                        .invalid(
                            field, .string(key),
                            "a valid config key must consist of alphanumeric characters, '-', '_' "
                                + "or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex "
                                + "used for validation is '[-._a-zA-Z0-9]+')"))
                }
            }
        }
        if size > ControlPlaneLimits.dataBytes {
            faults.append(.tooLong("", ControlPlaneLimits.dataBytes))
        }
        return faults
    }

    private func immutableFaults(_ object: JSON, _ old: JSON?) -> [FieldFault] {
        guard let old, old["immutable"]?.boolValue == true else { return [] }
        var faults: [FieldFault] = []
        if object["immutable"]?.boolValue != true {
            faults.append(
                .forbidden("immutable", "field is immutable when `immutable` is set"))
        }
        for member in ["data", "binaryData", "type"] where object[member] != old[member] {
            faults.append(.forbidden(member, "field is immutable when `immutable` is set"))
        }
        return faults
    }

    private func eventFaults(_ event: JSON) -> [FieldFault] {
        let namespace = event["metadata"]?["namespace"]?.stringValue ?? ""
        let involved = event["involvedObject"]?["namespace"]?.stringValue ?? ""
        guard involved.isEmpty ? namespace == "default" : involved == namespace else {
            return [
                .invalid(
                    "involvedObject.namespace", .string(involved),
                    "does not match event.namespace")
            ]
        }
        return []
    }

    private func definitionFaults(_ object: JSON, _ old: JSON?) -> [FieldFault] {
        var faults: [FieldFault] = []
        if case .failure(let error) = CustomResourceDefinition.read(object) {
            faults += error.faults
        }
        guard let old else { return faults }
        let established = (old["status"]?["conditions"]?.arrayValue ?? []).contains {
            $0["type"] == "Established" && $0["status"] == "True"
        }
        guard established else { return faults }
        let fixed: [(JSONPath, String)] = [
            (["spec", "group"], "spec.group"), (["spec", "scope"], "spec.scope"),
            (["spec", "names", "kind"], "spec.names.kind"),
            (["spec", "names", "plural"], "spec.names.plural"),
        ]
        for (path, field) in fixed where object[path] != old[path] {
            faults.append(.invalid(field, object[path] ?? "", "field is immutable"))
        }
        return faults
    }
}
