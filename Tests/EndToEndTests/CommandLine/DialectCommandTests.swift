import POSIX
import TestSupport
import Testing
import Values

/// Workflows in other dialects, on the command line.
@Suite struct DialectCommandTests {
    static let steps = """
        name: greet
        steps:
          - {id: say, type: command, command: echo, args: ["hello {{ WHO }}"], output: said}
          - {id: shout, type: transform, expression: said.upperAscii().trim()}
        outputs:
          loud: "{{ shout }}"

        """

    @Test
    func `a workflow of steps is run, its input taken from the environment when that is named`()
        async throws
    {
        let cli = try OrchestratorCommand(environment: ["WHO": "Ada", "OTHER": "x"])
        let file = try cli.file("greet.yaml", DialectCommandTests.steps)
        let result = try await cli("run", file, "--env", "WHO", "-o", "json")
        #expect(result.code == 0, "\(result)")
        let run = try JSON(parsing: result.output)
        #expect(run["status"]?["outputs"]?["loud"] == "HELLO ADA")
        let without = try await cli("run", file, "-o", "json")
        #expect(without.code == 3)
        #expect(without.error.contains("input \"WHO\" is required and not given"))
        let unknown = try await cli("run", file, "--env", "NOBODY")
        #expect(unknown.code == 2)
        #expect(unknown.error.contains("the environment has no NOBODY"))
    }

    @Test func `the canonical form is exported, and exported again as it is`() async throws {
        let cli = try OrchestratorCommand()
        let file = try cli.file("greet.yaml", DialectCommandTests.steps)
        let first = try await cli("export", "--canonical", file)
        #expect(first.code == 0, "\(first)")
        #expect(first.output.hasPrefix("apiVersion: orchestrator.llm/v1\nkind: Workflow\n"))
        let again = try await cli("export", "--canonical", "-", input: first.output)
        #expect(again.output == first.output)
        let json = try await cli("export", "--canonical", "-o", "json", file)
        #expect(try JSON(parsing: json.output)["metadata"]?["name"] == "greet")
        let bad = try cli.file("bad.yaml", "name: a\nsteps: [{id: a, type: nothing}]\n")
        #expect(try await cli("export", bad).code == 3)
    }

    @Test func `strict validation takes a warning for an error, at its place`() async throws {
        let cli = try OrchestratorCommand()
        let file = try cli.file("greet.yaml", DialectCommandTests.steps)
        let lax = try await cli("validate", file)
        #expect(lax.code == 0)
        #expect(lax.error.contains("greet.yaml:3:62: warning[W0601]"))
        let strict = try await cli("validate", "--strict", file)
        #expect(strict.code == 3)
        #expect(strict.error.contains("greet.yaml:3:62: error[W0601]"))
    }

    @Test func `templates of one file serve tasks of another`() async throws {
        let cli = try OrchestratorCommand()
        let template = """
            apiVersion: orchestrator.llm/v1
            kind: Template
            metadata: {name: one}
            spec: {tasks: [{id: a, type: transform, inputs: {x: 1}}]}

            """
        let user = """
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: two}
            spec: {tasks: [{id: b, templateRef: {name: one}}]}

            """
        let files = [try cli.file("t.yaml", template), try cli.file("u.yaml", user)]
        let result = try await cli("validate", "--strict", files[0], files[1])
        #expect(result.code == 0, "\(result)")
        let alone = try await cli("validate", files[1])
        #expect(alone.error.contains("W0603"))
    }
}
