import Testing
import Workflows

/// What is wrong in a dialect is told where it stands in the file.
@Suite struct DialectPositionTests {
    @Test func `a document in no dialect says what it has and what is expected`() {
        let file = ManifestFile("stages:\n  - a\njobs: {}\n", path: "f.yaml")
        #expect(BadManifest.found(in: "stages:\n  - a\njobs: {}\n") == ["1:1:E0601"])
        #expect(file.rendered().contains("it has jobs, stages"))
        #expect(file.rendered().contains("name and steps"))
    }

    @Test func `an expression that cannot be read is told at its own column`() {
        let text = """
            name: a
            steps:
              - id: one
                type: transform
                value: "text/{{ input.b + }}"
            """
        #expect(BadManifest.found(in: text) == ["5:30:E0301"])
    }

    @Test func `a place behind a name that was replaced is still exact`() {
        let text = """
            id: a
            variables: {host: x}
            tasks:
              - id: one
                type: {type: Http, url: "http://${host}/${{ tasks.two.outputs.x }}"}
            """
        #expect(BadManifest.found(in: text) == ["5:49:E0303"])
    }

    @Test func `a misspelt field of a type is told at its name`() {
        let steps = """
            name: a
            steps:
              - id: one
                type: http
                url: http://x
                metod: GET
            """
        #expect(BadManifest.found(in: steps) == ["6:5:E0101"])
        let engine = """
            id: a
            tasks:
              - id: one
                type:
                  type: Http
                  url: http://x
                  metod: GET
            """
        #expect(BadManifest.found(in: engine) == ["7:7:E0101"])
    }

    @Test func `a misspelt setting is told with the one that was meant`() {
        let text = """
            id: a
            config: {max_paralel_tasks: 3}
            tasks:
              - id: one
                type: {type: Http, url: http://x}
                retry_policy: {max_atempts: 3}
            """
        let file = ManifestFile(text, path: "f.yaml")
        #expect(BadManifest.found(in: text) == ["2:10:E0101", "6:20:E0101"])
        #expect(
            file.diagnostics.all.map(\.suggestion) == [
                "did you mean \"max_parallel_tasks\"?", "did you mean \"max_attempts\"?",
            ])
    }

    @Test func `an undeclared name is a required input, with a warning at the name`() {
        let text = """
            name: a
            steps:
              - id: one
                type: transform
                value: "{{ input.a }} and {{ b }}"
            """
        #expect(BadManifest.found(in: text) == ["5:34:W0601"])
        let file = ManifestFile(text, path: "f.yaml")
        let inputs = file.resources.first?.plan?.definition.inputs ?? []
        #expect(inputs.map(\.name) == ["a", "b"])
        #expect(inputs.map(\.isRequired) == [true, true])
    }

    @Test func `a name that an API server does not take is corrected, and the file says so`() {
        let text = "name: My Flow\nsteps: [{id: a, type: transform, value: 1}]\n"
        #expect(BadManifest.found(in: text) == ["1:7:W0602"])
        #expect(ManifestFile(text, path: "f.yaml").resources.map(\.name) == ["my-flow"])
    }

    @Test func `a duration that is none is told where it stands`() {
        let text = """
            name: a
            timeout: soon
            steps: [{id: a, type: transform, value: 1, timeout: later}]
            """
        #expect(BadManifest.found(in: text) == ["2:10:E0206", "3:53:E0206"])
    }

    @Test func `the condition of a branch is told in its own place`() {
        let text = """
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: a}
            spec:
              tasks: [{id: a, type: transform, inputs: {x: 1}}]
              branches:
                - condition: ${{ tasks.b.outputs.x > 1 }}
                  tasks:
                    - {id: c, type: transform, condition: "tasks.a.outputs.y"}
            """
        #expect(BadManifest.found(in: text) == ["7:22:E0303", "9:48:E0304"])
    }

    @Test func `the order of steps is told at the step where its dependency is wrong`() {
        let text = """
            name: a
            steps:
              - {id: one, type: transform, value: 1}
              - {id: one, type: transform, value: 2}
            """
        #expect(BadManifest.found(in: text).contains("4:10:E0201"))
    }
}
