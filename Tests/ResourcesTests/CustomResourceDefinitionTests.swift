import Resources
import Schemas
import TestSupport
import Testing
import Values
import YAML

@Suite struct CustomResourceDefinitionTests {
    /// `make crds` writes them.
    @Test(arguments: ResourceDefinition.all)
    func `the file in crds is what the definition says`(definition: ResourceDefinition) throws {
        let text =
            "# Written by `make crds` from the definitions in Sources/Resources.\n"
            + YAMLWriter.text(of: definition.customResourceDefinition)
        #expect(
            try GeneratedFile.matches(
                "crds/\(definition.name).yaml", text, writtenWhen: "LLM_ORCHESTRATOR_WRITE_CRDS"))
        let documents = try YAMLStream.parse(text)
        #expect(documents.map(\.json) == [definition.customResourceDefinition])
    }

    @Test func `the folder crds holds the definitions and nothing else`() throws {
        let files = try Checkout.files(below: "crds", suffix: "")
        #expect(files == ResourceDefinition.all.map { "crds/\($0.name).yaml" }.sorted())
    }

    @Test(arguments: ResourceDefinition.all)
    func `a schema is structural by the rules of an API server`(
        definition: ResourceDefinition
    ) throws {
        #expect(try Schema(json: definition.schema.json) == definition.schema)
        var pending = [(definition.schema, definition.kind)]
        var count = 0
        while let (schema, place) = pending.popLast() {
            count += 1
            let isOpen = schema.preservesUnknownFields || schema.isIntOrString
            #expect(schema.type != nil || isOpen, "\(place) has no type")
            #expect(schema.defaultValue == nil, "\(place) has a default")
            #expect(
                schema.properties.isEmpty || schema.additionalProperties == nil,
                "\(place) has both properties and additionalProperties")
            #expect(!schema.hasUniqueItems, "\(place) has uniqueItems")
            #expect(
                schema.description?.isEmpty == false || place.hasSuffix(".metadata"),
                "\(place) is not described")
            #expect(schema.type != .array || schema.items != nil, "\(place) has no items")
            if schema.listType == .map {
                let required = Set(schema.items?.required ?? [])
                #expect(Set(schema.listMapKeys).isSubset(of: required), "\(place) has loose keys")
            }
            for name in schema.required {
                #expect(schema.properties[name] != nil, "\(place).\(name)")
            }
            for (name, child) in schema.properties { pending.append((child, "\(place).\(name)")) }
            if let items = schema.items { pending.append((items, "\(place)[]")) }
            if case .schema(let child)? = schema.additionalProperties {
                pending.append((child, "\(place).*"))
            }
        }
        #expect(count > 3)
    }

    @Test func `names, columns and subresources are those people type and see`() throws {
        let expected = [
            "Workflow wf workflows: Ready Tasks Last Run Phase Age",
            "Template wft templates: Ready Tasks Last Run Phase Age",
            "WorkflowRun wfr workflowruns: Phase Progress Workflow Reason Waiting Started Age",
            "RunCheckpoint rcp runcheckpoints: Run Purpose Shard Sequence Age",
            "WorkflowRepository wfrepo workflowrepositories: Ready Revision Status Age",
            "Approval apr approvals: Phase Run Task Approvals Deadline Age",
            "DeadLetter dl deadletters: Phase Queue Run Task Error Failed Age",
            "Provider prov providers: Ready Circuit Degraded Status Age",
        ]
        let found = ResourceDefinition.all.map { definition in
            let columns = definition.printerColumns.filter { $0.priority == 0 }.map(\.name)
            let names = definition.shortNames.joined(separator: ",")
            return "\(definition.kind) \(names) \(definition.plural): "
                + columns.joined(separator: " ")
        }
        #expect(found == expected)
        for json in ResourceDefinition.manifests() {
            let version = try #require(json["spec"]?["versions"]?[0])
            #expect(version["subresources"] == ["status": [:]])
            #expect(json["spec"]?["names"]?["categories"] == ["orchestrator"])
        }
    }
}
