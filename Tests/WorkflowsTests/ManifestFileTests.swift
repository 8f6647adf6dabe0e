import TestSupport
import Testing
import Values
import Workflows

@Suite struct ManifestFileTests {
    @Test(arguments: [
        "minimal.yaml", "every-field.yaml", "containers.yaml", "several.yaml", "flow.json",
    ])
    func `a good manifest has nothing wrong with it`(name: String) throws {
        let file = try Fixture.file(name)
        #expect(file.rendered() == "")
        #expect(file.isUsable)
        #expect(!file.resources.isEmpty)
    }

    @Test func `resources keep their order, names and plans`() throws {
        let file = try Fixture.file("several.yaml")
        #expect(
            file.resources.map { "\($0.index) \($0.position.line) \($0.kind)/\($0.name)" } == [
                "0 3 Template/part", "2 17 WorkflowRun/part-1", "3 27 WorkflowRun/inline",
                "4 40 WorkflowRepository/flows",
            ])
        #expect(file.resources.map { $0.plan != nil } == [true, false, false, false])
        #expect(try Fixture.file("every-field.yaml").resources[0].namespace == "data")
    }

    @Test func `a diagnostic shows the line, a caret and what to do`() {
        let file = ManifestFile(
            """
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: etl}
            spec:
              tasks:
                - {id: extract, type: transform}
                - id: load
                  type: transform
                  dependsOn: [extrat]
                  typ: 3
                  inputs:
                    x: "é ${{ tasks.extract.outputs.rows + }}"
            """, path: "flows/etl.yaml")
        #expect(
            file.rendered() == #"""
                flows/etl.yaml:9:19: error[E0203]: task "load" depends on "extrat", which does not exist
                 9 |       dependsOn: [extrat]
                   |                   ^~~~~~
                help: did you mean "extract"?

                flows/etl.yaml:10:7: error[E0101]: unknown field "typ"
                 10 |       typ: 3
                    |       ^~~
                help: "type" is there already

                flows/etl.yaml:12:48: error[E0301]: expected a value, found the end
                 12 |         x: "é ${{ tasks.extract.outputs.rows + }}"
                    |                                                ^
                """#)
    }

    @Test func `a long line is cut around its caret, and nothing in it steers a terminal`() {
        let padding = String(repeating: "x", count: 500)
        let file = ManifestFile(
            "a: \"\u{9B}\(padding)\"\nkind: [\(padding)\n", path: "f.yaml")
        for line in file.rendered().split(separator: "\n") where line.contains(" | ") {
            #expect(line.count < 140)
        }
        #expect(!file.rendered().unicodeScalars.contains("\u{9B}"))
    }

    @Test func `a cycle is printed as a path`() {
        let file = ManifestFile(
            """
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: f}
            spec:
              tasks:
                - {id: a, type: transform, dependsOn: [b]}
                - {id: b, type: transform, dependsOn: [c]}
                - {id: c, type: transform, dependsOn: [a]}
            """, path: "f.yaml")
        #expect(file.diagnostics.all[0].message.hasSuffix("a → b → c → a"))
    }
}

/// Good manifests, kept as files.
enum Fixture {
    static func text(_ name: String) throws -> String {
        try Checkout.text("Tests/WorkflowsTests/Fixtures/\(name)")
    }

    static func file(_ name: String) throws -> ManifestFile {
        ManifestFile(try text(name), path: name)
    }
}
