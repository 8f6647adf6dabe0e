import HTTP
import Kubernetes
import POSIX
import TestSupport
import Values

/// The server as its users start it: a process of its own, on a data directory.
final class ServerProcess: Sendable {
    private let child: ChildProcess
    private let http: HTTPClient
    let kubeconfig: String

    private init(_ child: ChildProcess, _ http: HTTPClient, _ kubeconfig: String) {
        self.child = child
        self.http = http
        self.kubeconfig = kubeconfig
    }

    var processID: Int32 { child.processID }

    /// Starts a server, which may not listen yet.
    ///
    /// What it says is added to `<data>.log`.
    static func start(
        data: String, port: Int = 0, http: HTTPClient
    ) async throws -> ServerProcess {
        let call = Program(
            "/bin/sh",
            prefix: [
                "-c", "exec \"$0\" \"$@\" >>\(data).log 2>&1", Program.orchestrator, "server",
                "--embedded",
            ]
        ).call(["--data-dir", data, "--listen", "127.0.0.1:\(port)"])
        return ServerProcess(try await ChildProcess.spawn(call), http, "\(data)/kubeconfig")
    }

    /// A client for it, once it answers.
    func client() async throws -> KubernetesClient {
        try await awaited("the server to answer") {
            guard FileSystem.exists(kubeconfig),
                let configuration = try? KubernetesConfiguration.load(kubeconfig: kubeconfig)
            else { return nil }
            let client = KubernetesClient(configuration: configuration, http: http)
            return (try? await client.serverVersion()) == nil ? nil : client
        }
    }

    /// Ends it as a power cut would, and waits until it is gone.
    func kill() async {
        child.send(.kill)
        _ = await child.wait()
    }

    /// Asks it to end, as often as it is called.
    func terminate() { child.send(.terminate) }

    /// How it ended, once it has.
    func wait() async -> ExitStatus { await child.wait() }

    /// Asks it to end and gives how it did.
    func stop() async throws -> ExitStatus {
        child.send(.terminate)
        let child = child
        return await withTaskGroup(of: ExitStatus?.self) { group in
            group.addTask { await child.wait() }
            group.addTask {
                try? await WallTimer.sleep(for: Patience.usual)
                guard !Task.isCancelled else { return nil }
                child.send(.kill)
                return nil
            }
            var status: ExitStatus?
            while status == nil, let next = await group.next() { status = next }
            group.cancelAll()
            return status ?? .signalled(.kill)
        }
    }
}
