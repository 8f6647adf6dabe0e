import Kubernetes
import POSIX
import TestSupport
import Testing
import Values
import YAML

/// The program as people call it, in a home of its own.
struct OrchestratorCommand: Sendable {
    let directory: TemporaryDirectory
    private let program: Program

    init(environment: [String: String] = [:]) throws {
        directory = try TemporaryDirectory()
        var all = ["HOME": directory.path, "LANG": "C.UTF-8"]
        all.merge(environment) { _, new in new }
        program = Program(Program.orchestrator, environment: all, directory: directory.path)
    }

    /// Calls it.
    func callAsFunction(_ arguments: String..., input: String = "") async throws -> Program.Result {
        try await program.run(arguments, input: input)
    }

    /// Calls it with these arguments.
    func call(_ arguments: [String], input: String = "") async throws -> Program.Result {
        try await program.run(arguments, input: input)
    }

    /// Writes a file beside.
    func file(_ name: String, _ text: String) throws -> String {
        try FileSystem.write(text, to: directory.file(name))
        return name
    }
}

extension Program.Result {
    /// Expects a failure told in one sentence on standard error, without a trace or colours.
    func expectFailure(
        _ code: Int32, says texts: String..., at place: SourceLocation = #_sourceLocation
    ) {
        #expect(self.code == code, "\(self)", sourceLocation: place)
        #expect(output.isEmpty, "\(self)", sourceLocation: place)
        #expect(error.hasPrefix("error: "), "\(self)", sourceLocation: place)
        for text in texts { #expect(error.contains(text), "\(self)", sourceLocation: place) }
        for trace in ["\u{1B}", "Fatal", "Thread ", ".swift", "Crash"] {
            #expect(!error.contains(trace), "\(self)", sourceLocation: place)
        }
    }
}

extension OrchestratorCommand {
    /// The value of a YAML text.
    static func json(_ yaml: String) throws -> JSON {
        try #require(YAMLStream.parse(Array(yaml.utf8)).first).json
    }

    /// The object of a YAML text, for the namespace that kubeconfigs name.
    static func object(_ yaml: String) throws -> KubernetesObject {
        KubernetesObject(try json(yaml))
    }
}
