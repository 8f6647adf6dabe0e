internal import Schemas
internal import Values

/// The kinds the server has of its own.
enum BuiltinResources {
    static let all: [APIResource] = [
        resource(
            "", "ConfigMap", shortNames: ["cm"], schema: BuiltinSchemas.configMap,
            columns: [.name, count("Data", "Data contains the configuration data.", "data"), .age],
            rules: .configMap),
        resource(
            "", "Event", shortNames: ["ev"], schema: BuiltinSchemas.event,
            columns: EventColumn.columns, rules: .event),
        resource(
            "", "Namespace", shortNames: ["ns"], schema: BuiltinSchemas.namespace,
            columns: [
                .name,
                column("Status", "The status of the namespace", ".status.phase"),
                .age,
            ], rules: .namespace, isNamespaced: false, hasStatus: true,
            verbs: APIResource.allVerbs.filter { $0 != "deletecollection" }),
        resource(
            "", "Secret", schema: BuiltinSchemas.secret,
            columns: [
                .name,
                column("Type", "Used to facilitate programmatic handling of secret data.", ".type"),
                count("Data", "Data contains the secret data.", "data"), .age,
            ], rules: .secret),
        resource(
            "", "ServiceAccount", shortNames: ["sa"], schema: BuiltinSchemas.serviceAccount,
            columns: [.name, count("Secrets", "Secrets it may use.", "secrets"), .age],
            rules: .serviceAccount),
        resource(
            "coordination.k8s.io", "Lease", schema: BuiltinSchemas.lease,
            columns: [
                .name,
                column(
                    "Holder",
                    "holderIdentity contains the identity of the holder of a current "
                        + "lease.", ".spec.holderIdentity"),
                .age,
            ], rules: .lease),
        resource(
            "apiextensions.k8s.io", "CustomResourceDefinition", shortNames: ["crd", "crds"],
            categories: ["api-extensions"], schema: BuiltinSchemas.customResourceDefinition,
            columns: [
                .name,
                PrinterColumn(
                    name: "Created At", type: "date",
                    description: "CreationTimestamp is the server time when this object was "
                        + "created.", source: .path(".metadata.creationTimestamp")),
            ], rules: .customResourceDefinition, isNamespaced: false, hasStatus: true,
            countsGenerations: true),
        review(
            "authorization.k8s.io", "SelfSubjectAccessReview",
            BuiltinSchemas.selfSubjectAccessReview),
        review(
            "authorization.k8s.io", "SelfSubjectRulesReview",
            BuiltinSchemas.selfSubjectRulesReview),
    ]

    private static func resource(
        _ group: String, _ kind: String, shortNames: [String] = [], categories: [String] = [],
        schema: Schema, columns: [PrinterColumn], rules: KindRules, isNamespaced: Bool = true,
        hasStatus: Bool = false, countsGenerations: Bool = false,
        verbs: [String] = APIResource.allVerbs
    ) -> APIResource {
        APIResource(
            group: group, version: "v1", kind: kind, listKind: "\(kind)List",
            plural: "\(kind.lowercased())s", singular: kind.lowercased(), shortNames: shortNames,
            categories: categories, isNamespaced: isNamespaced, verbs: verbs,
            hasStatus: hasStatus, countsGenerations: countsGenerations, schema: schema,
            fieldType: .resource(schema), columns: columns, rules: rules, storageVersion: "v1",
            isCustom: false)
    }

    private static func review(_ group: String, _ kind: String, _ schema: Schema) -> APIResource {
        resource(
            group, kind, schema: schema, columns: [.name, .age], rules: .review,
            isNamespaced: false, verbs: ["create"])
    }

    private static func column(
        _ name: String, _ description: String, _ path: String
    ) -> PrinterColumn {
        PrinterColumn(name: name, type: "string", description: description, source: .path(path))
    }

    private static func count(
        _ name: String, _ description: String, _ member: String
    ) -> PrinterColumn {
        PrinterColumn(
            name: name, type: "string", description: description, source: .count([member]))
    }
}

extension FieldType {
    private static let metadata = FieldType(BuiltinSchemas.objectMetadata)

    /// The type of a whole object, whose schema describes what is beside the metadata.
    static func resource(_ schema: Schema) -> FieldType {
        var fields = schema.properties.mapValues(FieldType.init)
        fields["apiVersion"] = .scalar
        fields["kind"] = .scalar
        fields["metadata"] = metadata
        return .map(fields: fields, others: .untyped, isAtomic: false)
    }
}
