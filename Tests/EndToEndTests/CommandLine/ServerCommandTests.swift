import GitOps
import HTTP
import Kubernetes
import POSIX
import TestSupport
import Testing
import Values

/// `server --embedded` as a process, and the commands that talk to it.
@Suite struct ServerCommandTests {
    /// Plays with a server of one's own; it is stopped at the end, and must end well.
    static func withServer(
        _ body: (OrchestratorCommand, ServerProcess) async throws -> Void
    ) async throws {
        let cli = try OrchestratorCommand()
        let http = HTTPClient()
        let result: Result<Void, any Error>
        do {
            let server = try await ServerProcess.start(
                data: cli.directory.file("data"), http: http)
            _ = try await server.client()
            try await body(cli, server)
            #expect(try await server.stop() == .exited(0))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await http.shutdown()
        try result.get()
    }

    private static let nested = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata: {name: nested}
        spec:
          tasks:
            - id: long
              type: command
              inputs: {command: [sh, -c, "yes 0123456789abcde | head -c 1600000"]}
            - id: each
              type: map
              items: [1, 2]
              tasks:
                - id: say
                  type: command
                  inputs: {command: [echo, "item ${{ item }}"]}
          finally:
            - id: last
              type: command
              inputs: {command: [echo, done]}

        """

    @Test func `logs are whole, however long, and of tasks wherever they are`() async throws {
        try await ServerCommandTests.withServer { cli, server in
            let config = ["--kubeconfig", server.kubeconfig]
            let file = try cli.file("nested.yaml", ServerCommandTests.nested)
            let run = try await cli.call(["run", file, "-o", "name"] + config)
            let name = try #require(run.lines.first?.split(separator: "/").last.map(String.init))
            let long = try await cli.call(["logs", name, "long"] + config)
            #expect(long.code == 0)
            #expect(long.output.utf8.count == 1_600_000)
            #expect(long.lines.count == 100_000)
            let one = try await cli.call(["logs", name, "each[1].say"] + config)
            #expect(one.output == "item 2\n", "\(one)")
            let all = try await cli.call(["logs", name] + config)
            let others = all.lines.filter { !$0.hasPrefix("[long]") }
            #expect(
                Set(others) == [
                    "[each[0].say] item 1", "[each[1].say] item 2", "[finally.last] done",
                ])
            #expect(all.lines.count == 100_003)
        }
    }

    @Test func `runs are started, listed, shown, followed and steered`() async throws {
        try await ServerCommandTests.withServer { cli, server in
            let config = ["--kubeconfig", server.kubeconfig]
            let file = try cli.file("greet.yaml", RunCommandTests.greet)
            let run = try await cli.call(["run", file, "--set", "times=4", "-o", "name"] + config)
            #expect(run.code == 0, "\(run)")
            let name = try #require(run.lines.first?.split(separator: "/").last.map(String.init))
            let list = try await cli.call(["list"] + config)
            #expect(list.lines.contains { $0.hasPrefix(name) && $0.contains("Completed") })
            let objects = try JSON(
                parsing: try await cli.call(["list", "-o", "json"] + config).output)
            #expect(objects["items"]?[0]?["status"]?["outputs"]?["twice"] == 8)
            let status = try await cli.call(["status", name] + config)
            #expect(status.code == 0 && status.output.contains("say"), "\(status)")
            #expect(!status.output.contains("\u{1B}"))
            let logs = try await cli.call(["logs", name, "say"] + config)
            #expect(logs.output == "hello world\n", "\(logs)")
            let watch = try await cli.call(["watch", name] + config)
            #expect(watch.code == 0, "\(watch)")
            let graph = try await cli.call(["graph", name, "-o", "dot"] + config)
            #expect(graph.code == 0 && graph.output.contains("say"), "\(graph)")
            try await cli.call(["status", "none"] + config).expectFailure(4, says: "none")
            try await cli.call(["logs", name, "none"] + config).expectFailure(4, says: "say")
            try await cli.call(["logs", name, "say", "--attempt", "99"] + config)
                .expectFailure(4, says: "has no attempt 99; there is attempt 1")
            for verb in ["pause", "resume", "cancel", "rollback"] {
                try await cli.call([verb, name] + config)
                    .expectFailure(1, says: "the run \(name) has ended (Completed)")
            }
            try await cli.call(["list", "-l", "a in (b"] + config)
                .expectFailure(2, says: "--selector \"a in (b\"")
            try await cli.call(["cancel", "none"] + config).expectFailure(4, says: "none")
        }
    }

    @Test func `a run is paused, resumed and cancelled`() async throws {
        try await ServerCommandTests.withServer { cli, server in
            let config = ["--kubeconfig", server.kubeconfig]
            let gate = Gate(path: cli.directory.file("gate"))
            let manifest = """
                apiVersion: orchestrator.llm/v1
                kind: WorkflowRun
                metadata: {name: NAME}
                spec:
                  workflowSpec:
                    tasks:
                      - {id: one, type: command, inputs: {shell: true, command: "\(gate.wait)"}}
                """
            let client = try await server.client()
            for name in ["steered", "stopped"] {
                let json = try OrchestratorCommand.object(
                    manifest.replacing("NAME", with: name))
                _ = try await client.create(.workflowRuns, json)
            }
            try await awaited("the task to run") {
                try await cli.call(["status", "steered"] + config).output.contains("Running")
            }
            #expect(try await cli.call(["pause", "steered"] + config).code == 0)
            try await awaited("the run to pause") {
                try await cli.call(["list"] + config).lines.contains {
                    $0.hasPrefix("steered") && $0.contains("Paused")
                }
            }
            #expect(try await cli.call(["resume", "steered"] + config).code == 0)
            #expect(try await cli.call(["cancel", "stopped"] + config).code == 0)
            let cancelled = try await cli.call(["watch", "stopped"] + config)
            #expect(cancelled.code == 1, "\(cancelled)")
            try gate.open()
            #expect(try await cli.call(["watch", "steered"] + config).code == 0)
        }
    }

    @Test func `SIGTERM ends the server well and leaves no process`() async throws {
        let task = try await {
            () -> Int32 in
            var task: Int32 = 0
            try await ServerCommandTests.withServer { cli, server in
                let file = cli.directory.file("task")
                let json = try OrchestratorCommand.object(
                    """
                    apiVersion: orchestrator.llm/v1
                    kind: WorkflowRun
                    metadata: {name: long}
                    spec:
                      workflowSpec:
                        tasks:
                          - id: one
                            type: command
                            inputs: {shell: true, command: "echo $$ > \(file); exec sleep 600"}
                    """)
                _ = try await server.client().create(.workflowRuns, json)
                task = try await awaited("the task to run") {
                    (try? FileSystem.readText(file, maximumBytes: 64)).flatMap {
                        Int32($0.prefix { $0.isNumber })
                    }
                }
                #expect(FileSystem.exists("/proc/\(task)"))
            }
            return task
        }()
        // The server has ended, and with it what it had started; who collects it may take a moment.
        try await awaited("the task's process to go") { !FileSystem.exists("/proc/\(task)") }
    }

    @Test func `law 30: a second signal ends the server at once`() async throws {
        let cli = try OrchestratorCommand()
        let http = HTTPClient()
        let file = cli.directory.file("task")
        let data = cli.directory.file("data")
        let server = try await ServerProcess.start(data: data, http: http)
        let json = try OrchestratorCommand.object(
            """
            apiVersion: orchestrator.llm/v1
            kind: WorkflowRun
            metadata: {name: deaf}
            spec:
              workflowSpec:
                tasks:
                  - id: one
                    type: command
                    inputs:
                      shell: true
                      command: "trap '' TERM; echo $$ > \(file); read x < \(file).never"
            """)
        // A task that hears no signal keeps an orderly stop waiting.
        _ = try await Program("/bin/sh").run("-c", "mkfifo \(file).never")
        _ = try await server.client().create(.workflowRuns, json)
        let task = try await awaited("the task to run") {
            (try? FileSystem.readText(file, maximumBytes: 64)).flatMap {
                Int32($0.prefix { $0.isNumber })
            }
        }
        server.terminate()
        try await awaited("the server to say that it stops") {
            (try? FileSystem.readText("\(data).log", maximumBytes: 1 << 20))?.contains("stopping")
                == true
        }
        #expect(FileSystem.exists("/proc/\(task)"))
        server.terminate()
        #expect(await server.wait() == .exited(130))
        _ = try await Program("/bin/sh").run("-c", "kill -9 \(task)")
        try await awaited("the task's process to go") { !FileSystem.exists("/proc/\(task)") }
        await http.shutdown()
    }

    @Test func `a data directory has one server, and a port too`() async throws {
        try await ServerCommandTests.withServer { cli, server in
            let data = cli.directory.file("data")
            try await cli("server", "--embedded", "--data-dir", data, "--listen", "127.0.0.1:0")
                .expectFailure(5, says: "another", data)
            let client = try await server.client()
            let port = client.configuration.server.split(separator: ":").last.map(String.init) ?? ""
            try await cli(
                "server", "--embedded", "--data-dir", cli.directory.file("other"), "--listen",
                "127.0.0.1:\(port)"
            ).expectFailure(5, says: port)
            // The first one goes on, under the kubeconfig it had.
            _ = try await server.client().serverVersion()
        }
    }

    @Test func `a data directory that cannot be used is told`() async throws {
        let cli = try OrchestratorCommand()
        let file = try cli.file("file", "")
        for directory in ["\(cli.directory.path)/\(file)/data", "/proc/none"] {
            try await cli(
                "server", "--embedded", "--data-dir", directory, "--listen", "127.0.0.1:0"
            ).expectFailure(5, says: directory, "--data-dir")
        }
        try await cli("server", "--embedded", "--listen", "0.0.0.0:0")
            .expectFailure(2, says: "loopback")
        try await cli("server", "--embedded", "--listen", "nowhere")
            .expectFailure(2, says: "HOST:PORT")
    }

    @Test func `a server that is not there, or refuses us, is told`() async throws {
        try await ServerCommandTests.withServer { cli, server in
            let text = try FileSystem.readText(server.kubeconfig, maximumBytes: 65_536)
            let config = try JSON(parsing: OrchestratorCommand.json(text).text)
            let token = config["users"]?[0]?["user"]
            let secret = token?["token"]?.stringValue ?? token?["password"]?.stringValue ?? ""
            let wrong = try cli.file("wrong", text.replacing(secret, with: "wrong"))
            try await cli("list", "--kubeconfig", wrong).expectFailure(5, says: "token")
            let address = try await server.client().configuration.server
            let nobody = try cli.file(
                "nobody", text.replacing(address, with: "http://127.0.0.1:1"))
            for command in ["list", "install"] {
                try await cli(command, "--kubeconfig", nobody)
                    .expectFailure(5, says: "is the server running?")
            }
            // One that answers needs no second one beside it.
            try await Receiver.with(answering: Array(repeating: 503, count: 100)) { starting in
                let early = try cli.file("early", text.replacing(address, with: starting.url("")))
                try await cli("list", "--kubeconfig", early)
                    .expectFailure(5, says: "the server is starting, or has too much to do")
            }
            try await cli("server", "--kubeconfig", nobody, "--listen", "127.0.0.1:0")
                .expectFailure(5, says: "127.0.0.1:1")
            try await cli("list", "--kubeconfig", "none").expectFailure(2, says: "none")
        }
    }
}
