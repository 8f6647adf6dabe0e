import TestSupport
import Testing
import Values
import Workflows
import YAML

/// The published JSON Schemas agree with what the program accepts.
@Suite struct ManifestSchemaTests {
    private let schemas = ManifestSchema()

    private func problems(of yaml: String) throws -> [String] {
        let document = try #require(YAMLStream.parse(Array(yaml.utf8)).first).json
        return DraftValidator(root: schemas.all).problems(of: document)
    }

    @Test func `every example manifest satisfies the schema of all, and that of its kind`() throws {
        var count = 0
        let paths =
            try Checkout.files(below: "manifests/examples", suffix: ".yaml")
            + Checkout.files(below: "Tests/WorkflowsTests/Fixtures", suffix: "-field.yaml")
        for path in paths {
            for document in try YAMLStream.parse(Array(try Checkout.text(path).utf8)) {
                let json = document.json
                #expect(DraftValidator(root: schemas.all).problems(of: json).isEmpty, "\(path)")
                let kind = try #require(json["kind"]?.stringValue)
                let schema = try #require(schemas.schema(of: kind))
                #expect(DraftValidator(root: schema).problems(of: json).isEmpty, "\(path)")
                count += 1
            }
        }
        #expect(count >= 8)
    }

    @Test(
        arguments: [
            "{id: a, type: http, inputs: {url: 'http://x', maximumBytes: '${{ run.name }}'}}",
            "{id: a, type: transform, inputs: {anything: [1]}, timeout: 3}",
        ])
    func `an expression stands for any value of a task's inputs`(task: String) throws {
        #expect(try problems(of: manifest(task)).isEmpty)
    }

    @Test(
        arguments: [
            "{id: a, type: http}", "{id: a, type: http, inputs: {urll: 'http://x'}}",
            "{id: a, type: htpt}", "{id: a, type: transform, dependOn: []}", "{type: transform}",
            "{id: a, type: http, inputs: {url: 'http://x', maximumBytes: many}}",
            "{id: a, type: transform, timeout: []}",
        ])
    func `a mistake that an editor can see is seen`(task: String) throws {
        #expect(try !problems(of: manifest(task)).isEmpty)
    }

    @Test func `a document without a kind is one of the other forms`() throws {
        #expect(try problems(of: "name: a\nsteps: [{id: a, type: llm, prompt: x}]").isEmpty)
        #expect(try problems(of: "name: a\nsteps: [{id: a, step_type: benchmark}]").isEmpty)
        #expect(try problems(of: "id: a\ntasks: [{id: a, type: {type: Command}}]").isEmpty)
        #expect(try !problems(of: "id: a\ntasks: [{id: a, type: {type: Comand}}]").isEmpty)
        #expect(try !problems(of: "kind: Workflow\n").isEmpty)
    }

    @Test func `the documents' own examples satisfy the schema of all, in every form`() throws {
        let paths = try Checkout.files(
            below: "Tests/WorkflowsTests/Fixtures/Examples", suffix: ".yaml")
        #expect(paths.count >= 5)
        for path in paths { #expect(try problems(of: Checkout.text(path)).isEmpty, "\(path)") }
    }

    @Test func `kinds that are started by something need it`() throws {
        let task = "{id: a, templateRef: {name: part, version: 1.2}}"
        let cron = manifest(task).replacing("kind: Workflow", with: "kind: CronWorkflow")
        #expect(try problems(of: manifest(task)).isEmpty)
        #expect(try !problems(of: cron).isEmpty)
        #expect(
            try problems(of: cron.replacing("spec: {", with: "spec: {schedule: '@daily', ")).isEmpty
        )
    }

    @Test func `every reference of a schema leads somewhere in it`() throws {
        for name in ManifestSchema.names {
            let schema = try #require(schemas.schema(of: name))
            #expect(schema["$id"]?.stringValue == ManifestSchema.namespace + name)
            var pending = [schema]
            while let next = pending.popLast() {
                if let reference = next["$ref"]?.stringValue {
                    let target = reference.split(separator: "/").last.map(String.init) ?? ""
                    #expect(schema["$defs"]?[target] != nil, "\(name): \(reference)")
                }
                pending += next.objectValue?.values ?? next.arrayValue ?? []
            }
        }
        #expect(schemas.schema(of: "RunCheckpoint") == nil)
    }

    private func manifest(_ task: String) -> String {
        "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata: {name: a}\n"
            + "spec: {tasks: [\(task)]}\n"
    }
}
