import TestSupport
import Testing

/// Every command that reads manifests tells what is wrong with them in the same way.
@Suite struct DiagnosticOutputTests {
    private static let commands = [
        ["validate"], ["run", "--local"], ["graph"], ["export"], ["plan"],
    ]

    @Test(arguments: commands)
    func `what is wrong begins with its place, and is what validate tells`(
        command: [String]
    ) async throws {
        let cli = try OrchestratorCommand()
        let text = """
            name: bad
            steps:
              - {id: a, type: command, comand: echo, args: ["{{ who }}"]}
              - {id: b, type: nothing}

            """
        let file = try cli.file("bad.yaml", text)
        let expected = try await cli("validate", file)
        #expect(expected.code == 3)
        #expect(expected.error.hasPrefix("bad.yaml:"), "\(expected)")
        #expect(expected.error.contains("error[E0202]"))
        let result = try await cli.call(command + [file])
        #expect(result.code == 3, "\(result)")
        #expect(result.error == expected.error, "\(result)")
    }

    @Test(arguments: commands)
    func `a warning is told as validate tells it, and does not keep the command from its work`(
        command: [String]
    ) async throws {
        let cli = try OrchestratorCommand()
        let text = """
            name: doubtful
            inputs: {unused: {type: string, default: a}}
            steps:
              - {id: a, type: transform, value: 1}

            """
        let file = try cli.file("doubtful.yaml", text)
        let expected = try await cli("validate", file)
        #expect(expected.error.hasPrefix("doubtful.yaml:2:18: warning[W0001]"), "\(expected)")
        let result = try await cli.call(command + [file])
        #expect(result.code == 0, "\(result)")
        #expect(result.error.hasPrefix(expected.error), "\(result)")
    }

    @Test func `all files with mistakes are told by an export, not the first alone`() async throws {
        let cli = try OrchestratorCommand()
        let files = try ["one", "two"].map {
            try cli.file("\($0).yaml", "name: \($0)\nsteps: [{id: a, type: nothing}]\n")
        }
        let result = try await cli("export", files[0], files[1])
        #expect(result.code == 3)
        #expect(result.output.isEmpty)
        #expect(result.error.contains("one.yaml:2:") && result.error.contains("two.yaml:2:"))
    }
}
