import POSIX
import TestSupport
import Testing
import Values

/// `run`, `validate` and `graph`, which need no server.
@Suite struct RunCommandTests {
    static let greet = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata: {name: greet}
        spec:
          inputs:
            - {name: who, type: string, default: world}
            - {name: times, type: integer, default: 1}
          tasks:
            - id: say
              type: command
              inputs: {command: [echo, "hello ${{ workflow.inputs.who }}"]}
            - id: count
              type: transform
              dependsOn: [say]
              inputs: {value: "${{ workflow.inputs.times * 2 }}"}
          outputs:
            said: ${{ tasks.say.outputs.stdout }}
            twice: ${{ tasks.count.outputs.value }}

        """

    @Test func `a run prints exactly its object, and nothing else there`() async throws {
        let cli = try OrchestratorCommand()
        let file = try cli.file("greet.yaml", RunCommandTests.greet)
        let result = try await cli("run", file, "--set", "who=Ada", "-o", "json")
        #expect(result.code == 0, "\(result)")
        let run = try JSON(parsing: result.output)
        #expect(run["kind"] == "WorkflowRun")
        #expect(run["status"]?["phase"] == "Completed")
        #expect(run["status"]?["tasks"]?["say"]?["phase"] == "Completed")
        #expect(run["status"]?["outputs"]?["twice"] == 2)
        #expect(
            run["status"]?["outputs"]?["said"]?.stringValue?.hasPrefix("hello Ada") == true)
        #expect(try FileSystem.list(cli.directory.path) == ["greet.yaml"])
    }

    @Test func `inputs come from options, later kinds over earlier ones`() async throws {
        let cli = try OrchestratorCommand()
        let file = try cli.file("greet.yaml", RunCommandTests.greet)
        let inputs = try cli.file("inputs.yaml", "who: file\ntimes: 3\n")
        let result = try await cli(
            "run", file, "--input-file", inputs, "--input", #"{"who": "json", "times": 4}"#,
            "--set", "times=5", "-o", "json")
        let outputs = try JSON(parsing: result.output)["status"]?["outputs"]
        #expect(outputs?["twice"] == 10)
        #expect(outputs?["said"]?.stringValue?.hasPrefix("hello json") == true)
        try await cli("run", file, "--set", "times=many").expectFailure(3, says: "times")
        try await cli("run", file, "--set", "tmes=2").expectFailure(3, says: "tmes", "times")
        try await cli("run", file, "--input", "[]").expectFailure(2, says: "--input")
        try await cli("run", file, "--set", "times").expectFailure(2, says: "NAME=VALUE")
        try await cli("run", file, "--input-file", "none").expectFailure(4, says: "none")
    }

    @Test func `a run that fails ends with 1, and says why`() async throws {
        let cli = try OrchestratorCommand()
        let file = try cli.file(
            "bad.yaml",
            Manifest.workflow("bad", ["tasks": [Manifest.command("broken", "exit 7")]]))
        let json = try await cli("run", file, "-o", "json")
        #expect(json.code == 1)
        #expect(try JSON(parsing: json.output)["status"]?["phase"] == "Failed")
        let tree = try await cli("run", file)
        #expect(tree.code == 1)
        #expect(tree.output.contains("broken"))
    }

    @Test func `piped output has no escapes, and NO_COLOR is obeyed`() async throws {
        let cli = try OrchestratorCommand()
        let file = try cli.file("greet.yaml", RunCommandTests.greet)
        let piped = try await cli("run", file)
        #expect(piped.code == 0)
        #expect(!(piped.output + piped.error).contains("\u{1B}"))
        #expect(piped.output.contains("said: hello world"))
        // A terminal of its own: util-linux' script gives one.
        let call = "\(Program.orchestrator) run \(cli.directory.path)/\(file)"
        for (variables, isPlain) in [(["NO_COLOR": "1"], true), ([:], false)] {
            let all = ["TERM": "xterm", "HOME": cli.directory.path].merging(variables) { $1 }
            let shown = try await Program("script", environment: all).run(
                "--quiet", "--return", "--command", call, "/dev/null")
            #expect(shown.code == 0, "\(shown)")
            // Moving the cursor is no colour.
            let isColoured = shown.output.contains(/\u{1B}\[[0-9;]*m/)
            #expect(isColoured != isPlain, "\(shown)")
        }
    }

    @Test func `a manifest that is not valid ends with 3 and every place`() async throws {
        let cli = try OrchestratorCommand()
        let file = try cli.file(
            "bad.yaml",
            """
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: bad}
            spec:
              tasks:
                - {id: a, type: comand}
                - {id: b, type: transform, dependsOn: [c]}

            """)
        for command in ["run", "graph"] {
            let result = try await cli(command, file)
            #expect(result.code == 3 && result.output.isEmpty, "\(result)")
            #expect(result.error.hasPrefix("bad.yaml:6:21: error[E0202]"), "\(result)")
            #expect(result.error.contains("\nbad.yaml:7:44: error[E0203]"), "\(result)")
        }
        let text = try await cli("validate", file)
        #expect(text.code == 3)
        #expect(text.error.contains("bad.yaml:6:21: error[E0202]"))
        #expect(text.output == "1 file, 1 resource, 2 errors, 0 warnings\n")
        let json = try await cli("validate", file, "-o", "json")
        #expect(json.code == 3)
        let report = try JSON(parsing: json.output)[0]
        #expect(report?["uri"]?.stringValue == "file://\(cli.directory.path)/bad.yaml")
        #expect(report?["diagnostics"]?[0]?["range"]?["start"] == ["line": 5, "character": 20])
        let sarif = try await cli("validate", file, "-o", "sarif")
        #expect(sarif.code == 3)
        #expect(
            try JSON(parsing: sarif.output)["runs"]?[0]?["results"]?[0]?["ruleId"] == "E0202")
    }

    @Test func `validate and graph tell of what is good`() async throws {
        let cli = try OrchestratorCommand()
        let file = try cli.file("greet.yaml", RunCommandTests.greet)
        let valid = try await cli("validate", file)
        #expect(valid.code == 0)
        #expect(valid.output == "1 file, 1 resource, 0 errors, 0 warnings\n")
        let input = try await cli("validate", "-", input: RunCommandTests.greet)
        #expect(input.code == 0, "\(input)")
        let tree = try await cli("graph", file)
        #expect(tree.code == 0)
        #expect(tree.output.contains("say") && tree.output.contains("count"))
        #expect(try await cli("graph", file, "-o", "dot").output.hasPrefix("digraph"))
        #expect(try await cli("graph", file, "-o", "mermaid").output.contains("n0 --> n1"))
    }

    @Test func `wrong calls end with 2, and what is not there with 4`() async throws {
        let cli = try OrchestratorCommand()
        try await cli("rnu").expectFailure(2, says: "did you mean run?")
        try await cli("run").expectFailure(2, says: "FILE")
        try await cli("run", "a.yaml", "--outptu", "json").expectFailure(2, says: "--output")
        try await cli("run", "a.yaml", "-o", "xml").expectFailure(2, says: "xml", "json")
        try await cli("run", "none.yaml").expectFailure(4, says: "none.yaml")
        try await cli("validate", "none.yaml").expectFailure(4, says: "none.yaml")
        #expect(try await cli("--help").code == 0)
        #expect(try await cli().code == 2)
        #expect(try await cli("run", "--help").output.contains("--input-file"))
        #expect(try await cli("--version").code == 0)
    }

    @Test func `a run without a server has the other definitions of its file`() async throws {
        let cli = try OrchestratorCommand()
        let head = "apiVersion: orchestrator.llm/v1\nkind: "
        let grade = "tasks: [{id: a, type: transform, inputs: {x: 7}}], outputs: {x: 7}"
        let caller = """
            {tasks: [{id: one, type: workflow, workflow: {kind: Template, name: grade}},
            {id: two, type: workflow, workflow: {name: later}}],
            outputs: {x: "${{ tasks.one.outputs.x + tasks.two.outputs.x }}"}}
            """
        let file = try cli.file(
            "three.yaml",
            """
            \(head)Template
            metadata: {name: grade}
            spec: {\(grade)}
            ---
            \(head)Workflow
            metadata: {name: caller}
            spec: \(caller.split(separator: "\n").joined(separator: " "))
            ---
            \(head)Workflow
            metadata: {name: later}
            spec: {\(grade)}

            """)
        let result = try await cli("run", "--local", file, "--name", "caller", "-o", "json")
        #expect(result.code == 0, "\(result)")
        #expect(try JSON(parsing: result.output)["status"]?["outputs"]?["x"] == 14)
    }

    @Test func `of a workflow and the templates beside it, the workflow is run`() async throws {
        let cli = try OrchestratorCommand()
        let spec = "spec: {tasks: [{id: a, type: transform}]}\n"
        let head = "apiVersion: orchestrator.llm/v1\nkind: "
        let file = try cli.file(
            "two.yaml",
            "\(head)Template\nmetadata: {name: b}\n\(spec)---\n"
                + "\(head)Workflow\nmetadata: {name: c}\n\(spec)")
        let result = try await cli("run", "--local", file, "-o", "json")
        #expect(result.code == 0, "\(result)")
        let run = try JSON(parsing: result.output)
        #expect(run["spec"]?["workflowRef"] == ["kind": "Workflow", "name": "c"])
    }
}
