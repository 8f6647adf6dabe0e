import Schemas
public import Values

extension ResourceDefinition {
    /// The object to install on a cluster: a `CustomResourceDefinition` of apiextensions.k8s.io/v1.
    ///
    /// Accepted by API servers from 1.16 on.
    public var customResourceDefinition: JSON {
        var served: JSON = [
            "name": .string(version),
            "served": true,
            "storage": true,
            "schema": ["openAPIV3Schema": schema.json],
        ]
        if !printerColumns.isEmpty {
            served["additionalPrinterColumns"] = .array(printerColumns.map(\.json))
        }
        if hasStatus { served["subresources"] = ["status": [:]] }
        var names: JSON = [
            "kind": .string(kind),
            "listKind": .string("\(kind)List"),
            "plural": .string(plural),
            "singular": .string(singular),
        ]
        if !shortNames.isEmpty { names["shortNames"] = .array(shortNames.map(JSON.string)) }
        if !categories.isEmpty { names["categories"] = .array(categories.map(JSON.string)) }
        return [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": [
                "name": .string(name),
                "labels": [
                    "app.kubernetes.io/name": "llm-orchestrator",
                    "app.kubernetes.io/component": "crds",
                ],
            ],
            "spec": [
                "group": .string(group),
                "names": names,
                "scope": .string(namespaced ? "Namespaced" : "Cluster"),
                "versions": [served],
            ],
        ]
    }

    /// The definitions of ``all`` kinds as objects, in the order in which they are installed.
    public static func manifests() -> [JSON] { all.map(\.customResourceDefinition) }
}

extension ResourceDefinition.PrinterColumn {
    fileprivate var json: JSON {
        var json: JSON = [
            "name": .string(name),
            "type": .string(type),
            "jsonPath": .string(jsonPath),
            "description": .string(description),
        ]
        if priority > 0 { json["priority"] = .integer(Int64(priority)) }
        return json
    }
}
