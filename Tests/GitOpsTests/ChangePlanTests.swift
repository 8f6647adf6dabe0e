import Crypto
import Testing
import Values
import Workflows
import YAML

@testable import GitOps

/// What a commit would do, decided from two states alone.
@Suite struct ChangePlanTests {
    private func resource(
        _ name: String, kind: String = "Workflow", path: String? = nil, spec yaml: String
    ) throws -> DesiredResource {
        let spec = try #require(YAMLStream.parse(Array(yaml.utf8)).first).json
        let json: JSON = [
            "apiVersion": "orchestrator.llm/v1", "kind": .string(kind),
            "metadata": ["name": .string(name)], "spec": spec,
        ]
        return DesiredResource(
            kind: kind, name: name, path: path ?? "\(name).yaml", json: json, digest: json.digest)
    }

    private func present(_ resources: [DesiredResource]) -> [InventoryID: ChangePlan.Present] {
        Dictionary(
            resources.map { ($0.id, ChangePlan.Present(path: $0.path, json: $0.json)) },
            uniquingKeysWith: { a, _ in a })
    }

    private static let pipeline = """
        inputs: [{name: topic, type: string, default: news}]
        tasks:
          - {id: fetch, type: http, inputs: {url: "http://x"}}
          - {id: clean, type: transform, inputs: {v: "${{ tasks.fetch.outputs.body }}"}}
          - {id: send, type: http, inputs: {url: "http://y", body: "${{ tasks.clean.outputs.v }}"}}
          - {id: other, type: transform, inputs: {v: "${{ workflow.inputs.topic }}"}}
        """

    @Test func `objects are added, changed, removed and left, and runs follow`() throws {
        let old = try [
            resource("same", spec: Self.pipeline), resource("gone", spec: Self.pipeline),
            resource("edited", spec: Self.pipeline),
            resource("part", kind: "Template", spec: Self.pipeline),
        ]
        let new = try [
            resource("same", spec: Self.pipeline),
            resource(
                "edited", spec: Self.pipeline.replacing("http://x", with: "http://z")),
            resource("fresh", spec: Self.pipeline),
            resource(
                "asks", spec: Self.pipeline.replacing("default: news", with: "required: true")),
            resource("asleep", spec: "suspend: true\n" + Self.pipeline),
            resource("part", kind: "Template", spec: "description: new\n" + Self.pipeline),
        ]
        let plan = ChangePlan(from: present(old), to: new)
        #expect(
            plan.changes.map { "\($0.kind) \($0.id) \($0.runs)" } == [
                "changed Template/part none", "added Workflow/asks waiting([\"topic\"])",
                "added Workflow/asleep suspended", "changed Workflow/edited superseded",
                "added Workflow/fresh launched", "removed Workflow/gone cancelled",
            ])
        #expect(plan.unchanged == 1)
    }

    @Test func `a changed task makes those run again that depend on it, and no others`() throws {
        let old = try resource("a", spec: Self.pipeline)
        let new = try resource("a", spec: Self.pipeline.replacing("http://x", with: "http://z"))
        let change = try #require(ChangePlan(from: present([old]), to: [new]).changes.first)
        #expect(
            change.tasks.map { "\($0.task) \($0.kind) \($0.cause ?? "")" } == [
                "fetch changed ", "clean downstream fetch", "send downstream clean",
            ])
    }

    @Test func `another default changes the tasks that use it`() throws {
        let old = try resource("a", spec: Self.pipeline)
        let new = try resource("a", spec: Self.pipeline.replacing("news", with: "sport"))
        let change = try #require(ChangePlan(from: present([old]), to: [new]).changes.first)
        #expect(
            change.tasks.map { "\($0.task) \($0.cause ?? "")" } == ["other workflow.inputs.topic"])
    }

    @Test func `a limit or a name is a setting, after which no result is another`() throws {
        let old = try resource("a", spec: Self.pipeline)
        let new = try resource(
            "a",
            spec: Self.pipeline.replacing("id: fetch,", with: "id: fetch, timeout: 5s, name: Get,")
                + "\n  - {id: last, type: transform, dependsOn: [send]}")
        let change = try #require(ChangePlan(from: present([old]), to: [new]).changes.first)
        #expect(change.tasks.map { "\($0.task) \($0.kind)" } == ["fetch adjusted", "last added"])
        #expect(change.tasks.map(\.runsAgain) == [false, true])
    }

    @Test func `a file with mistakes leaves its objects as they are`() throws {
        let old = try resource("a", spec: Self.pipeline)
        var refused = RefusedSources()
        refused.add("a.yaml", isLegible: false)
        let plan = ChangePlan(from: present([old]), to: [], refused: refused)
        #expect(plan.changes.isEmpty && plan.unchanged == 1)
    }

    private func worst(_ yaml: String) throws -> WorstCase {
        let spec = try #require(YAMLStream.parse(Array(yaml.utf8)).first).json
        return WorstCase(try WorkflowCompiler.compile(spec: spec).get())
    }

    @Test func `the worst case counts retries, fallbacks, rounds and the longest case`() throws {
        let worst = try worst(
            """
            config: {retryPolicy: {maxAttempts: 2}}
            tasks:
              - {id: a, type: command, inputs: {command: ls}, fallback: [{type: http, inputs: {url: "http://x"}}]}
              - id: b
                type: loop
                retryPolicy: {maxAttempts: 3}
                items: [1, 2, 3, 4]
                tasks: [{id: x, type: command, inputs: {command: ls}, retryPolicy: {maxAttempts: 5}}]
              - id: c
                type: branch
                retryPolicy: {maxAttempts: 1}
                cases:
                  - {condition: run.name == 'a', tasks: [{id: p, type: command, inputs: {command: ls}}]}
                  - condition: run.name == 'b'
                    tasks:
                      - {id: q, type: command, inputs: {command: ls}}
                      - {id: r, type: command, inputs: {command: ls}}
            finally:
              - {id: z, type: command, inputs: {command: ls}, retryPolicy: {maxAttempts: 7}}
            """)
        // a: 2 + 1; b: 3 × 4 × 5; c: the second case, 2 × 2; finally: 7.
        #expect(worst.attempts == 3 + 60 + 4 + 7)
        #expect(worst.parts.isEmpty)
    }

    @Test func `what is known at run time only is told for each element`() throws {
        let worst = try worst(
            """
            inputs: [{name: list, type: array}]
            tasks:
              - id: m
                type: map
                items: ${{ workflow.inputs.list }}
                tasks: [{id: x, type: command, inputs: {command: ls}, retryPolicy: {maxAttempts: 4}}]
            """)
        #expect(worst.attempts == 0)
        #expect(worst.parts == [WorstCase.Part(task: "m", attempts: 4, cost: 0)])
    }

    @Test func `models of known price and bound have a worst cost, and the others are named`()
        throws
    {
        let worst = try worst(
            """
            tasks:
              - id: a
                type: llm
                inputs: {model: anthropic/claude-sonnet-4-5, prompt: abcd, max_tokens: 1000}
                retryPolicy: {maxAttempts: 2}
              - {id: b, type: llm, inputs: {model: gpt-4.1, prompt: "${{ run.name }}", max_tokens: 10}}
              - {id: c, type: llm, inputs: {model: nobody-knows, prompt: x, max_tokens: 10}}
            """)
        #expect(abs(worst.cost - 2 * (1000 * 15 + 4 * 3) / 1_000_000) < 1e-9)
        #expect(worst.unpriced == ["b", "c"])
    }

    @Test func `loops in loops come to more than anybody counts, and no further`() throws {
        var yaml = "{id: x, type: command, inputs: {command: ls}}"
        for level in 0..<6 {
            yaml = "{id: l\(level), type: loop, items: 100000, tasks: [\(yaml)]}"
        }
        #expect(try worst("tasks: [\(yaml)]").attempts == WorstCase.maximum)
    }
}
