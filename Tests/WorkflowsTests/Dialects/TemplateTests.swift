import Testing
import Values
import Workflows

@Suite struct TemplateTests {
    static let template = """
        apiVersion: orchestrator.llm/v1
        kind: Template
        metadata: {name: greet}
        spec:
          version: "1.0"
          inputs:
            - {name: who, type: string, required: true}
            - {name: greeting, default: Hello}
          tasks:
            - id: say
              type: transform
              inputs: {text: "${{ workflow.inputs.greeting }}, ${{ workflow.inputs.who }}!"}
          outputs:
            text: ${{ tasks.say.outputs.text }}
        """

    static func workflow(_ task: String) -> String {
        """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata: {name: a}
        spec:
          inputs: [{name: city, type: string, default: Oslo}]
          tasks:
            - \(task)
            - {id: shout, type: transform, inputs: {text: "${{ tasks.hi.outputs.text + '!' }}", c: "${{ workflow.inputs.city }}"}}
        """
    }

    static let reference =
        "{id: hi, templateRef: {name: greet, version: \"1.0\"}, inputs: {who: x}}"

    @Test func `a task that refers to a template becomes a group of its tasks`() throws {
        let text =
            TemplateTests.template + "\n---\n"
            + TemplateTests.workflow(
                "{id: hi, templateRef: {name: greet}, inputs: {who: \"${{ workflow.inputs.city }}\"}}"
            )
        let file = ManifestFile(text, path: "f.yaml")
        #expect(file.rendered() == "")
        let spec = try #require(file.resources.last).json["spec"]
        let group = try #require(spec?["tasks"]?[0])
        #expect(group["type"] == "parallel")
        #expect(
            group["tasks"]?[0]?["inputs"]?["text"]
                == "${{ \"Hello\" }}, ${{ workflow.inputs.city }}!")
        #expect(group["tasks"]?[1]?["inputs"]?["text"] == "${{ tasks.say.outputs.text }}")
        #expect(
            spec?["tasks"]?[1]?["inputs"]?["text"] == "${{ tasks.hi.outputs.outputs.text + '!' }}")
    }

    @Test func `a template may come from another file`() {
        let other = ManifestFile(TemplateTests.template, path: "t.yaml")
        let text = TemplateTests.workflow(TemplateTests.reference)
        let file = ManifestFile(
            text, path: "f.yaml", definitions: DefinitionCatalogue(other.definitions))
        #expect(file.usesDefinitions)
        #expect(file.rendered() == "")
        #expect(file.resources.first?.plan != nil)
    }

    @Test func `one that is not known here is a child run, with a warning`() {
        let text = TemplateTests.workflow(TemplateTests.reference)
        let file = ManifestFile(text, path: "f.yaml")
        #expect(file.diagnostics.all.map(\.code.rawValue) == ["W0603"])
        let task = file.resources.first?.json["spec"]?["tasks"]?[0]
        #expect(task?["type"] == "workflow")
        #expect(task?["workflow"] == ["kind": "Template", "name": "greet"])
    }

    @Test(arguments: [
        ("{id: hi, templateRef: {name: greet, version: \"2.0\"}, inputs: {who: x}}", "22:52:E0606"),
        ("{id: hi, templateRef: {name: greet}, inputs: {whom: x, who: y}}", "22:53:E0608"),
        ("{id: hi, templateRef: {name: greet}, inputs: {greeting: x}}", "22:52:E0608"),
        ("{id: hi, templateRef: {name: greet}, inputs: {who: 1}}", "22:58:E0608"),
    ])
    func `what is wrong with a reference is told in its place`(task: String, expected: String) {
        let text = TemplateTests.template + "\n---\n" + TemplateTests.workflow(task)
        #expect(BadManifest.found(in: text).contains(expected))
    }

    @Test func `templates that refer to each other in a circle are told`() {
        func template(_ name: String, to other: String) -> String {
            """
            apiVersion: orchestrator.llm/v1
            kind: Template
            metadata: {name: \(name)}
            spec:
              tasks:
                - {id: t\(name), templateRef: {name: \(other)}}

            """
        }
        let text = template("a", to: "b") + "---\n" + template("b", to: "a")
        let file = ManifestFile(text, path: "f.yaml")
        #expect(file.diagnostics.all.contains { $0.code == .templateCycle })
    }
}
