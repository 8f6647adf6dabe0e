internal import Values

/// The place of a field as `managedFields` writes it: `f:spec`, `k:{"name":"a"}`, `v:"x"`, `i:0`.
///
/// Source: sigs.k8s.io/structured-merge-diff, fieldpath/serialize-pe.go.
struct FieldPath: Sendable, Hashable {
    var elements: [String]

    init(_ elements: [String] = []) { self.elements = elements }

    func appending(_ element: String) -> FieldPath { FieldPath(elements + [element]) }

    func field(_ name: String) -> FieldPath { appending("f:" + name) }

    /// The path element of one element of a list.
    static func element(of value: JSON, by identity: FieldType.ListIdentity) -> String {
        guard case .keys(let keys) = identity else { return "v:" + value.text }
        var named: JSONObject = [:]
        for key in keys { named[key.name] = value[key.name] ?? key.defaultValue ?? .null }
        return "k:" + JSON.object(named).text
    }

    /// Whether the server itself owns what is here, so that no manager is recorded for it.
    var isServerOwned: Bool {
        switch elements.first {
        case "f:apiVersion", "f:kind": true
        case "f:metadata" where elements.count == 1: true
        case "f:metadata": FieldPath.serverMetadata.contains(elements[1])
        default: false
        }
    }

    private static let serverMetadata: Set<String> = [
        "f:name", "f:namespace", "f:creationTimestamp", "f:selfLink", "f:uid", "f:clusterName",
        "f:generation", "f:managedFields", "f:resourceVersion",
    ]

    /// The path as conflicts print it: `.spec.tasks[id="a"].type`.
    var text: String {
        elements.map { element in
            let body = element.dropFirst(2)
            switch element.prefix(2) {
            case "f:": return ".\(body)"
            case "v:": return "[=\(body)]"
            case "k:":
                let keys = (try? JSON(parsing: String(body)))?.objectValue ?? [:]
                return "[" + keys.map { "\($0.key)=\($0.value.text)" }.joined(separator: ",") + "]"
            default: return "[\(body)]"
            }
        }.joined()
    }
}
