internal import Values

/// The rules that names, labels, annotations and the rest of `metadata` follow.
///
/// Each check gives the sentence of apimachinery's validation, or nil where there is no fault.
enum MetadataValidation {
    private static let nameExample =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
        + "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex "
        + "used for validation is "
        + #"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#

    private static let labelExample =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
        + "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex "
        + "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

    private static let qualifiedExample =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used "
        + "for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    private static let valueExample =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
        + "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
        + "'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

    /// A name as DNS writes domains: the names of most objects.
    static func subdomainFault(_ name: String) -> String? {
        if name.utf8.count > 253 { return "must be no more than 253 characters" }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy(isLabel) ? nil : nameExample
    }

    /// A name as DNS writes one part of a domain: the names of namespaces.
    static func labelFault(_ name: String) -> String? {
        if name.utf8.count > 63 { return "must be no more than 63 characters" }
        return isLabel(Substring(name).utf8) ? nil : labelExample
    }

    /// The key of a label or an annotation: a name, with an optional domain before a slash.
    static func labelNameFault(_ name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let last = parts.last else {
            return "a qualified name " + qualifiedExample.dropFirst("name part ".count)
                + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        }
        if parts.count == 2 {
            if parts[0].isEmpty { return "prefix part must be non-empty" }
            if let fault = subdomainFault(String(parts[0])) { return "prefix part " + fault }
        }
        if last.isEmpty { return "name part must be non-empty" }
        if last.utf8.count > 63 { return "name part must be no more than 63 characters" }
        return isQualified(last) ? nil : qualifiedExample
    }

    static func labelValueFault(_ value: String) -> String? {
        if value.utf8.count > 63 { return "must be no more than 63 characters" }
        return value.isEmpty || isQualified(Substring(value)) ? nil : valueExample
    }

    private static func isLabel(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first, let last = bytes.last, isLower(first), isLower(last) else {
            return false
        }
        return bytes.allSatisfy { isLower($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isQualified(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, isWord(first), isWord(last)
        else { return false }
        return text.utf8.allSatisfy {
            isWord($0) || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains($0)
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isLower(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}

extension MetadataValidation {
    /// The faults of an object's metadata.
    static func faults(_ metadata: JSONObject, of resource: APIResource) -> [FieldFault] {
        var faults: [FieldFault] = []
        faults += nameFaults(metadata, of: resource)
        for (key, value) in metadata["labels"]?.objectValue ?? [:] {
            if let fault = labelNameFault(key) {
                faults.append(.invalid("metadata.labels", .string(key), fault))
            }
            if let fault = labelValueFault(value.stringValue ?? "") {
                faults.append(.invalid("metadata.labels", value, fault))
            }
        }
        var annotationBytes = 0
        for (key, value) in metadata["annotations"]?.objectValue ?? [:] {
            annotationBytes += key.utf8.count + (value.stringValue?.utf8.count ?? 0)
            if let fault = labelNameFault(key.lowercased()) {
                faults.append(.invalid("metadata.annotations", .string(key), fault))
            }
        }
        if annotationBytes > ControlPlaneLimits.annotationBytes {
            faults.append(.tooLong("metadata.annotations", ControlPlaneLimits.annotationBytes))
        }
        faults += ownerFaults(metadata)
        for (index, finalizer) in (metadata["finalizers"]?.arrayValue ?? []).enumerated() {
            if let fault = labelNameFault(finalizer.stringValue ?? "") {
                faults.append(.invalid("metadata.finalizers[\(index)]", finalizer, fault))
            }
        }
        return faults
    }

    private static func nameFaults(
        _ metadata: JSONObject, of resource: APIResource
    ) -> [FieldFault] {
        var faults: [FieldFault] = []
        let check = resource.rules == .namespace ? labelFault : subdomainFault
        if let prefix = metadata["generateName"]?.stringValue, !prefix.isEmpty {
            // What is generated behind the prefix makes up for a hyphen or a dot at its end.
            let stem = prefix.last == "-" ? String(prefix.dropLast()) + "a" : prefix
            if let fault = check(stem) {
                faults.append(.invalid("metadata.generateName", .string(prefix), fault))
            }
        }
        let name = metadata["name"]?.stringValue ?? ""
        if name.isEmpty {
            faults.append(.required("metadata.name", "name or generateName is required"))
        } else if let fault = check(name) {
            faults.append(.invalid("metadata.name", .string(name), fault))
        }
        return faults
    }

    private static func ownerFaults(_ metadata: JSONObject) -> [FieldFault] {
        var faults: [FieldFault] = []
        var controllers: [JSON] = []
        for (index, owner) in (metadata["ownerReferences"]?.arrayValue ?? []).enumerated() {
            let field = "metadata.ownerReferences[\(index)]"
            for name in ["apiVersion", "kind", "name", "uid"]
            where owner[name]?.stringValue?.isEmpty ?? true {
                faults.append(.invalid("\(field).\(name)", "", "\(name) must not be empty"))
            }
            if owner["controller"]?.boolValue == true { controllers.append(owner) }
        }
        if controllers.count > 1 {
            faults.append(
                .invalid(
                    "metadata.ownerReferences", .array(controllers),
                    "Only one reference can have Controller set to true"))
        }
        return faults
    }

    /// The faults of changing an object's metadata.
    static func updateFaults(
        _ new: JSONObject, from old: JSONObject, of resource: APIResource
    ) -> [FieldFault] {
        var faults: [FieldFault] = []
        for field in ["name", "namespace", "uid", "creationTimestamp"]
        where new[field] != old[field] {
            faults.append(
                .invalid("metadata.\(field)", new[field] ?? "", "field is immutable"))
        }
        if old["deletionTimestamp"] != nil {
            let before = Set((old["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue))
            let added = (new["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
                .filter { !before.contains($0) }
            if !added.isEmpty {
                let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
                faults.append(
                    .forbidden(
                        "metadata.finalizers",
                        "no new finalizers can be added if the object is being deleted, found new "
                            + "finalizers []string{\(list)}"))
            }
        }
        return faults + MetadataValidation.faults(new, of: resource)
    }
}
