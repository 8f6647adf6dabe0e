internal import Schemas
internal import Values

/// The OpenAPI documents of what is served, versions 2 and 3.
struct OpenAPI {
    enum Version {
        case v2
        case v3

        var definitions: String {
            self == .v2 ? "#/definitions/" : "#/components/schemas/"
        }
    }

    private static let metadataName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
    private static let listMetadataName = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"

    private let version: Version

    /// The whole document of version 2.
    static func v2(_ catalog: ResourceCatalog) -> JSON {
        let writer = OpenAPI(version: .v2)
        return [
            "swagger": "2.0", "info": info, "paths": writer.paths(catalog.all),
            "definitions": writer.schemas(catalog.all),
        ]
    }

    /// The document of one group version in version 3.
    static func v3(_ resources: [APIResource]) -> JSON {
        let writer = OpenAPI(version: .v3)
        return [
            "openapi": "3.0.0", "info": info, "paths": writer.paths(resources),
            "components": ["schemas": writer.schemas(resources)],
        ]
    }

    private static let info: JSON = [
        "title": "Kubernetes", "version": APIServer.version["gitVersion"] ?? "",
    ]

    /// The name of a kind's schema: the group's parts turned round, as Kubernetes does.
    private static func name(_ resource: APIResource) -> String {
        switch resource.group {
        case "": return "io.k8s.api.core.v1.\(resource.kind)"
        case "apiextensions.k8s.io":
            return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.\(resource.kind)"
        case let group where group.hasSuffix(".k8s.io") && !resource.isCustom:
            let short = group.prefix { $0 != "." }
            return "io.k8s.api.\(short).\(resource.version).\(resource.kind)"
        case let group:
            let parts = group.split(separator: ".").reversed().joined(separator: ".")
            return "\(parts).\(resource.version).\(resource.kind)"
        }
    }

    private func reference(_ name: String) -> JSON {
        ["$ref": .string(version.definitions + name)]
    }

    /// A reference with a description beside it, which version 3 only allows around it.
    private func reference(_ name: String, _ description: String) -> JSON {
        if version == .v3 {
            return [
                "allOf": [reference(name)], "default": [:], "description": .string(description),
            ]
        }
        return ["$ref": .string(version.definitions + name), "description": .string(description)]
    }

    private func schemas(_ resources: [APIResource]) -> JSON {
        var schemas: JSONObject = [
            OpenAPI.metadataName: schema(BuiltinSchemas.objectMetadata),
            OpenAPI.listMetadataName: [
                "type": "object",
                "description": "ListMeta describes metadata that lists must have.",
                "properties": [
                    "continue": ["type": "string"], "resourceVersion": ["type": "string"],
                    "remainingItemCount": ["type": "integer", "format": "int64"],
                    "selfLink": ["type": "string"],
                ],
            ],
        ]
        for resource in resources {
            schemas[OpenAPI.name(resource)] = definition(resource)
            guard resource.rules != .review else { continue }
            schemas[OpenAPI.name(resource) + "List"] = list(resource)
        }
        return .object(schemas)
    }

    private static let typeProperties: JSONObject = [
        "apiVersion": [
            "type": "string",
            "description": "APIVersion defines the versioned schema of this representation.",
        ],
        "kind": [
            "type": "string",
            "description": "Kind is the REST resource this object represents.",
        ],
    ]

    private func definition(_ resource: APIResource) -> JSON {
        var json = schema(resource.schema)
        var properties = json["properties"]?.objectValue ?? [:]
        properties.merge(OpenAPI.typeProperties)
        properties["metadata"] = reference(
            OpenAPI.metadataName, "Standard object's metadata.")
        json["type"] = "object"
        json["properties"] = .object(properties)
        json["x-kubernetes-group-version-kind"] = [OpenAPI.kind(resource)]
        return json
    }

    private func list(_ resource: APIResource) -> JSON {
        var properties = OpenAPI.typeProperties
        properties["metadata"] = reference(
            OpenAPI.listMetadataName, "Standard list metadata.")
        properties["items"] = [
            "type": "array", "items": reference(OpenAPI.name(resource)),
        ]
        return [
            "type": "object", "required": ["items"], "properties": .object(properties),
            "description": .string("\(resource.listKind) is a list of \(resource.kind)"),
            "x-kubernetes-group-version-kind": [
                [
                    "group": .string(resource.group), "version": .string(resource.version),
                    "kind": .string(resource.listKind),
                ]
            ],
        ]
    }

    private static func kind(_ resource: APIResource) -> JSON {
        [
            "group": .string(resource.group), "version": .string(resource.version),
            "kind": .string(resource.kind),
        ]
    }

    /// A schema in the dialect of the version.
    private func schema(_ schema: Schema) -> JSON {
        version == .v3 ? schema.json : OpenAPI.reduced(schema).json
    }

    /// A schema without what version 2 cannot say, loosened where it would say something else.
    ///
    /// Schemas are at most `SchemaLimits.maximumDepth` deep, which bounds the recursion.
    private static func reduced(_ schema: Schema) -> Schema {
        var reduced = schema
        reduced.allOf = []
        reduced.anyOf = []
        reduced.oneOf = []
        reduced.not = nil
        reduced.isNullable = false
        if schema.isIntOrString || schema.isNullable || schema.preservesUnknownFields {
            var loose = Schema()
            loose.description = schema.description
            loose.isIntOrString = schema.isIntOrString
            loose.preservesUnknownFields = schema.preservesUnknownFields
            return loose
        }
        reduced.properties = schema.properties.mapValues(OpenAPI.reduced)
        reduced.items = schema.items.map(OpenAPI.reduced)
        if case .schema(let element)? = schema.additionalProperties {
            reduced.additionalProperties = .schema(OpenAPI.reduced(element))
        }
        return reduced
    }
}

extension OpenAPI {
    fileprivate func paths(_ resources: [APIResource]) -> JSON {
        var paths: JSONObject = [:]
        for resource in resources {
            let root = resource.group.isEmpty ? "/api/v1" : "/apis/\(resource.groupVersion)"
            let scope = resource.isNamespaced ? "/namespaces/{namespace}" : ""
            let path = "\(root)\(scope)/\(resource.plural)"
            paths[path] = item(
                resource, [("get", "list"), ("post", "create"), ("delete", "deletecollection")],
                named: false)
            guard resource.rules != .review else { continue }
            let object: [(String, String)] = [
                ("get", "get"), ("put", "update"), ("patch", "patch"), ("delete", "delete"),
            ]
            paths["\(path)/{name}"] = item(resource, object, named: true)
            if resource.hasStatus {
                paths["\(path)/{name}/status"] = item(
                    resource, Array(object.prefix(3)), named: true)
            }
            if resource.isNamespaced {
                paths["\(root)/\(resource.plural)"] = item(
                    resource, [("get", "list")], named: false)
            }
        }
        return .object(paths)
    }

    private func item(
        _ resource: APIResource, _ methods: [(String, String)], named: Bool
    ) -> JSON {
        var item: JSONObject = [:]
        for (method, verb) in methods where resource.allows(verb) {
            item[method] = operation(resource, verb)
        }
        var parameters: [JSON] = [
            parameter("pretty", "query", "If 'true', then the output is pretty printed.")
        ]
        if named { parameters.append(parameter("name", "path", "name of the \(resource.kind)")) }
        if resource.isNamespaced {
            parameters.append(parameter("namespace", "path", "object name and auth scope"))
        }
        item["parameters"] = .array(parameters)
        return .object(item)
    }

    private func operation(_ resource: APIResource, _ verb: String) -> JSON {
        let actions = [
            "create": "post", "update": "put", "patch": "patch", "get": "get", "list": "list",
            "delete": "delete", "deletecollection": "deletecollection",
        ]
        var parameters: [JSON] = []
        if ["create", "update", "patch", "delete"].contains(verb) {
            parameters.append(
                parameter(
                    "dryRun", "query",
                    "When present, indicates that modifications should "
                        + "not be persisted."))
        }
        if ["create", "update", "patch"].contains(verb) {
            parameters.append(
                parameter("fieldManager", "query", "The name of the actor making these changes."))
            parameters.append(
                parameter("fieldValidation", "query", "What the server does with unknown fields."))
        }
        if verb == "patch" {
            parameters.append(
                parameter("force", "query", "Force is going to \"force\" Apply requests."))
        }
        let name = OpenAPI.name(resource) + (verb == "list" ? "List" : "")
        var answer: JSON = ["description": "OK"]
        if version == .v2 {
            answer["schema"] = reference(name)
        } else {
            answer["content"] = ["application/json": ["schema": reference(name)]]
        }
        let kind = resource.kind
        let group = resource.group.split(separator: ".").map(\.capitalizedFirst).joined()
        var json: JSON = [
            "operationId": .string(
                "\(verb)\(group)\(Substring(resource.version).capitalizedFirst)\(kind)"),
            "responses": ["200": answer],
            "x-kubernetes-action": .string(actions[verb] ?? verb),
            "x-kubernetes-group-version-kind": OpenAPI.kind(resource),
        ]
        if !parameters.isEmpty { json["parameters"] = .array(parameters) }
        return json
    }

    private func parameter(_ name: String, _ place: String, _ description: String) -> JSON {
        var json: JSON = [
            "name": .string(name), "in": .string(place), "description": .string(description),
        ]
        if place == "path" { json["required"] = true }
        if version == .v2 {
            json["type"] = "string"
        } else {
            json["schema"] = ["type": "string"]
        }
        return json
    }
}

extension Substring {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
