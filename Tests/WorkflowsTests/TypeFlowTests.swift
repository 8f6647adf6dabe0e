import Testing
import Values
import Workflows

/// What is known of values on their way through a workflow, and what is not told for it.
@Suite struct TypeFlowTests {
    private static let child = """
        name: score-text
        inputs:
          text: {type: string, required: true}
        steps:
          - {id: rate, type: transform, value: "{{ input.text }}", output: rated}
        outputs: {label: rated}
        """

    private static func parent(_ expression: String) -> String {
        """
        name: parent
        steps:
          - {id: score, type: workflow, workflow: score-text, inputs: {text: hello}}
          - {id: tell, type: transform, expression: 'score.label\(expression)'}
        """
    }

    private static func codes(_ file: ManifestFile) -> [String] {
        file.diagnostics.all.map(\.code.rawValue)
    }

    @Test func `a child of another file is known, in any form`() {
        let child = ManifestFile(TypeFlowTests.child, path: "child.yaml")
        let known = DefinitionCatalogue(child.definitions)
        let wrong = TypeFlowTests.parent("s.size()")
        let alone = ManifestFile(wrong, path: "parent.yaml")
        #expect(alone.usesDefinitions)
        #expect(alone.rendered() == "")
        let beside = ManifestFile(wrong, path: "parent.yaml", definitions: known)
        #expect(TypeFlowTests.codes(beside) == ["E0304"])
        let right = ManifestFile(
            TypeFlowTests.parent(".size()"), path: "parent.yaml", definitions: known)
        #expect(right.rendered() == "")
    }

    @Test func `a child that is itself wrong, and one that runs its parent, say nothing`() {
        let text = """
            name: first
            steps:
              - {id: call, type: workflow, workflow: second, inputs: {anything: 1}}
              - {id: show, type: transform, expression: call.whatever}
            ---
            name: second
            inputs: {anything: {type: integer}}
            steps:
              - {id: call, type: workflow, workflow: first}
              - {id: fail, type: transform, expression: "input.anything + call.whatever +"}
            """
        let file = ManifestFile(text, path: "circle.yaml")
        #expect(file.diagnostics.errors.map(\.code.rawValue) == ["E0301"])
    }

    @Test func `types made of types before them stay small`() {
        for step in ["[%]", "{\"a\": %, \"b\": %}", "% == % ? [%] : {\"x\": %}"] {
            var tasks = ["    - {id: t0, type: transform, inputs: {x: 1}}"]
            for index in 1..<600 {
                let expression = step.replacing("%", with: "tasks.t\(index - 1).outputs.x")
                tasks.append(
                    "    - {id: t\(index), type: transform, inputs: {x: '${{ \(expression) }}'}}")
            }
            let text = """
                apiVersion: orchestrator.llm/v1
                kind: Workflow
                metadata: {name: chain}
                spec:
                  tasks:
                \(tasks.joined(separator: "\n"))
                """
            #expect(!ManifestFile(text, path: "chain.yaml").diagnostics.hasErrors)
        }
    }

    @Test func `loops in loops that look back are gone through in bounded time`() {
        var text = "  - {id: leaf, type: transform, inputs: {x: \"${{ previous }}\"}}"
        for depth in (0..<7).reversed() {
            let indented = text.split(separator: "\n").map { "    \($0)" }
            text = """
                  - id: loop\(depth)
                    type: loop
                    items: 3
                    result: "${{ previous == null ? index : previous }}"
                    tasks:
                \(indented.joined(separator: "\n"))
                """
        }
        let manifest = """
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: deep}
            spec:
              tasks:
            \(text.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
            """
        let file = ManifestFile(manifest, path: "deep.yaml")
        #expect(file.rendered() == "")
        #expect(file.resources.first?.plan?.scopes.count == 8)
    }

    @Test func `what may be null, a number or something else is no error`() {
        let text = """
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: good}
            spec:
              tasks:
                - id: walk
                  type: loop
                  items: [1, 2]
                  while: previous == null || previous < 10
                  result: ${{ tasks.step.outputs.next }}
                  tasks:
                    - id: step
                      type: transform
                      inputs: {next: "${{ previous == null ? item : previous + item }}"}
                - id: sum
                  type: map
                  items: [1.5, 2]
                  result: ${{ item }}
                  aggregate: {mode: reduce, initial: 0, value: "${{ double(accumulator) + double(result) }}"}
                  tasks: [{id: none, type: transform}]
                - id: gather
                  type: map
                  items: [a, b]
                  result: ${{ item }}
                  aggregate: {mode: reduce, initial: [], value: "${{ accumulator + [result] }}"}
                  tasks: [{id: nothing, type: transform}]
                - id: call
                  type: http
                  inputs: {url: "https://a.example.com"}
                  fallback: [{value: {body: 5}}]
                - id: use
                  type: transform
                  inputs:
                    body: ${{ tasks.call.outputs.body + 1 }}
                    first: ${{ tasks.gather.outputs.results[0] == "a" }}
                    total: ${{ tasks.sum.outputs.results + 1 }}
            """
        #expect(ManifestFile(text, path: "good.yaml").rendered() == "")
    }
}
