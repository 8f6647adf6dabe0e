import Console
import POSIX
import Values

/// `demo`: shows the whole loop on a real git repository, on this machine.
enum DemoCommand: Command {
    static let specification = CommandSpecification(
        "demo", "Shows the whole loop: a git repository, commits, runs, retries, a mistake.",
        options: [.flag("keep", nil, "leave the server and the repository there (or KEEP=1)")])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let keeps = arguments.has("keep") || Environment.variable("KEEP") == "1"
        let directory: String
        do throws(FileError) {
            directory = try FileSystem.makeTemporaryDirectory(prefix: "orchestrator-demo")
        } catch {
            throw CommandFailure(error)
        }
        let server: DemoServer
        do throws(CommandFailure) {
            server = try await DemoServer.start(dataDirectory: "\(directory)/data")
        } catch {
            try? FileSystem.remove(directory)
            throw error
        }
        let interruption = Interruption {
            server.stop()
            try? FileSystem.remove(directory)
            Host.exit(ExitCode.interrupted.rawValue)
        }
        let result = await interruption.watching { () -> Result<Void, CommandFailure>? in
            do throws(CommandFailure) {
                let repository = try await DemoRepository.create(in: "\(directory)/repository")
                try await DemoScenario(server: server, repository: repository).play()
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        if keeps, case .success? = result {
            explain(server, directory)
            return .success
        }
        server.stop()
        if case .failure(let failure)? = result {
            Output.note("what the server said is in \(directory)/data.log")
            throw failure
        }
        try? FileSystem.remove(directory)
        Output.line("")
        Output.line("The demo's server is stopped. To keep it and explore: make demo KEEP=1")
        explainShape(directory)
        return .success
    }

    private static func explain(_ server: DemoServer, _ directory: String) {
        let kubeconfig = server.kubeconfigPath
        Output.line("")
        Output.line("The server goes on (process \(server.processID)). Look around:")
        Output.line("  kubectl --kubeconfig \(kubeconfig) get orchestrator")
        Output.line("  kubectl --kubeconfig \(kubeconfig) describe workflowrepository demo")
        Output.line("  kubectl --kubeconfig \(kubeconfig) get workflowruns --watch")
        Output.line("  \(CommandLine.arguments[0]) list --kubeconfig \(kubeconfig)")
        Output.line("Commit to it: \(directory)/repository/workflows")
        Output.line("Stop it: kill \(server.processID); rm -r \(directory)")
    }

    private static func explainShape(_ directory: String) {
        Output.line("Against a server of your own:")
        Output.line("  .build/release/llm-orchestrator server --embedded --data-dir DIR")
        Output.line("  kubectl --kubeconfig DIR/kubeconfig get orchestrator")
        Output.line("  .build/release/llm-orchestrator list --kubeconfig DIR/kubeconfig")
    }
}
