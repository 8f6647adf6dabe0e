import Resources
import Schemas
public import Values

/// The JSON Schemas of what manifests may hold, for editors and other programs: draft 2020-12, made
/// of the definitions that the CRDs are made of.
///
/// What a schema can say is what ``ManifestFile`` checks first. References between tasks, expressions
/// and the like are checked by the program alone.
public struct ManifestSchema: Sendable {
    /// What the URN of each schema starts with.
    public static let namespace = "urn:\(APIGroup.name):\(APIGroup.version):"
    /// A text with an expression in it, which may stand for any value.
    private static let expression = "\\$\\{\\{"

    private let taskTypes: TaskTypes

    /// Makes the schemas for manifests that may use these types of tasks.
    public init(taskTypes: TaskTypes = .builtIn) { self.taskTypes = taskTypes }

    /// What there is a schema of: the kinds, then the forms without a kind, sorted.
    public static var names: [String] {
        (ResourceCheck.kinds + KubernetesFormSchema.kinds.keys).sorted()
            + DialectSchemas.all.keys.sorted()
    }

    /// The schema of one kind or form, whole in itself; nil where there is none of that name.
    public func schema(of name: String) -> JSON? {
        guard ManifestSchema.names.contains(name) else { return nil }
        return document(name, title: title(of: name), ["$ref": reference(to: name)], names: [name])
    }

    /// The schema of a document of any kind or form.
    public var all: JSON {
        let choices = ManifestSchema.names.map { name -> JSON in ["$ref": reference(to: name)] }
        return document(
            "manifest", title: "A manifest of any kind", ["oneOf": .array(choices)],
            names: ManifestSchema.names)
    }

    // MARK: Documents

    private func title(of name: String) -> String {
        ResourceDefinition.named(name)?.schema.description
            ?? DialectSchemas.all[name]?.description ?? name
    }

    private func reference(to name: String) -> JSON { .string("#/$defs/\(name)") }

    private func document(
        _ id: String, title: String, _ body: JSON, names: [String]
    ) -> JSON {
        var json = body
        json["$schema"] = .string(Schema.jsonSchemaDialect)
        json["$id"] = .string(ManifestSchema.namespace + id)
        json["title"] = .string(title)
        var definitions: JSONObject = [:]
        var holdsSpec = false
        for name in names {
            if let form = DialectSchemas.all[name] {
                definitions[name] = form.jsonSchema()
            } else if let field = KubernetesFormSchema.kinds[name] {
                definitions[name] = KubernetesFormSchema.started(
                    resource(.workflow), kind: name, by: field)
                holdsSpec = true
            } else if let definition = ResourceDefinition.named(name) {
                definitions[name] = resource(definition)
                holdsSpec = holdsSpec || definition.schema.holds(WorkflowSpecSchema.schema)
            }
        }
        if holdsSpec { definitions.merge(specDefinitions) }
        json["$defs"] = .object(definitions)
        return json
    }

    // MARK: Kinds

    private func resource(_ definition: ResourceDefinition) -> JSON {
        var schema = definition.schema
        // Nobody writes a status by hand.
        schema.properties["status"] = nil
        schema.properties["metadata"] = ManifestSchema.metadata
        schema.required = ["apiVersion", "kind", "metadata"] + schema.required
        let options = JSONSchemaOptions(references: [
            WorkflowSpecSchema.schema: "#/$defs/WorkflowSpec"
        ])
        var json = schema.jsonSchema(options)
        json[["properties", "apiVersion"]] = ["const": .string(definition.apiVersion)]
        json[["properties", "kind"]] = ["const": .string(definition.kind)]
        return json
    }

    private static let metadata: Schema = {
        var schema = Schema.object(
            "What Kubernetes knows the object by.", required: ["name"],
            [
                "name": .string(
                    "The name, unique among the objects of the kind in their namespace.",
                    pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", maximumLength: 253),
                "namespace": .string(
                    "The namespace; that of the context where absent.",
                    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", maximumLength: 63),
                "labels": .map("Names for selecting.", of: .string("A value.", maximumLength: 63)),
                "annotations": .map("Notes for programs.", of: .string("A note.")),
            ])
        schema.additionalProperties = .any
        return schema
    }()

    // MARK: Definitions

    /// The definition of a workflow, a task, and what each type of task takes.
    private var specDefinitions: JSONObject {
        let task = WorkflowSpecSchema.schema.properties["tasks"]?.items ?? Schema()
        let options = JSONSchemaOptions(references: [task: "#/$defs/Task"])
        var definitions: JSONObject = [
            "WorkflowSpec": KubernetesFormSchema.spec(
                withNestedTasks(WorkflowSpecSchema.schema.jsonSchema(options))),
            "Task": KubernetesFormSchema.task(withInputs(withNestedTasks(task.jsonSchema()))),
        ]
        for (kind, field) in KubernetesFormSchema.kinds {
            definitions["\(kind)Spec"] = definitions["WorkflowSpec"].map {
                KubernetesFormSchema.spec($0, startedBy: field)
            }
        }
        for name in taskTypes.names {
            guard let type = taskTypes[name] else { continue }
            definitions["\(name).inputs"] = type.inputs.jsonSchema(
                JSONSchemaOptions(placeholder: ManifestSchema.expression))
        }
        return definitions
    }

    /// The lists of tasks inside tasks, which a CRD cannot describe as its schemas do not recur.
    private func withNestedTasks(_ json: JSON) -> JSON {
        var json = json
        let places: [JSONPath] = [
            ["properties", "tasks"], ["properties", "default"], ["properties", "finally"],
            ["properties", "cases", "items", "properties", "tasks"],
        ]
        for place in places {
            guard json[place]?["type"] == "array" else { continue }
            json[place.key("items")] = ["$ref": "#/$defs/Task"]
        }
        return json
    }

    /// The types by name, and for each the inputs it takes.
    private func withInputs(_ task: JSON) -> JSON {
        var json = task
        json[["properties", "type", "enum"]] = .array(taskTypes.names.map(JSON.string))
        json["allOf"] = .array(
            taskTypes.names.map { name in
                var then: JSON = [
                    "properties": ["inputs": ["$ref": .string("#/$defs/\(name).inputs")]]
                ]
                if taskTypes[name]?.inputs.required.isEmpty == false {
                    then["required"] = ["inputs"]
                }
                return [
                    "if": ["properties": ["type": ["const": .string(name)]], "required": ["type"]],
                    "then": then,
                ]
            })
        return json
    }
}

extension Schema {
    /// Whether one of the members that the schema describes, at any depth, is this.
    fileprivate func holds(_ wanted: Schema) -> Bool {
        var pending = [self]
        while let schema = pending.popLast() {
            if schema == wanted { return true }
            pending += schema.properties.values
        }
        return false
    }
}
