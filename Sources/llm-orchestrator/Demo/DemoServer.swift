import HTTP
import Kubernetes
import POSIX

/// The server of the demonstration: this program in a process of its own.
struct DemoServer: Sendable {
    let kubeconfigPath: String
    let client: KubernetesClient
    let processID: Int32

    /// Starts the server on a free port and waits until it listens.
    ///
    /// It is given a session of its own, so that it can stay when the demonstration ends.
    static func start(dataDirectory: String) async throws(CommandFailure) -> DemoServer {
        let log = "\(dataDirectory).log"
        // The inner shell speaks when it has its own session, and stops holding the pipe when it
        // becomes the server: the outer one waits for that, so nothing that ends it ends the server.
        let inner =
            "echo $$; exec \"$0\" server --embedded --data-dir \"$1\" --listen 127.0.0.1:0 "
            + ">\"$2\" 2>&1 </dev/null"
        let configuration = ChildConfiguration(
            executable: "/bin/sh",
            arguments: [
                "-c", "echo $(setsid sh -c '\(inner)' \"$0\" \"$1\" \"$2\" &)",
                "/proc/\(Host.processID)/exe", dataDirectory, log,
            ], environment: Environment.all)
        let output: [UInt8]
        do throws(SpawnError) {
            output = try await ChildProcess.collect(configuration).output
        } catch {
            throw CommandFailure(.unreachable, "the server did not start: \(error.description)")
        }
        let text = String(decoding: output, as: UTF8.self)
        guard let identifier = Int32(text.prefix { $0.isNumber }) else {
            throw CommandFailure(.unreachable, "the server did not start; see \(log)")
        }
        let path = "\(dataDirectory)/kubeconfig"
        let client = try await connect(path, identifier, log)
        return DemoServer(kubeconfigPath: path, client: client, processID: identifier)
    }

    /// Ends the server.
    func stop() { _ = Signal.terminate.send(to: processID) }

    private static let startTimeout = Duration.seconds(30)

    private static func connect(
        _ kubeconfig: String, _ processID: Int32, _ log: String
    ) async throws(CommandFailure) -> KubernetesClient {
        let http = HTTPClient()
        let deadline = SystemClock.monotonic() + startTimeout
        while SystemClock.monotonic() < deadline {
            if FileSystem.exists(kubeconfig),
                let configuration = try? KubernetesConfiguration.load(kubeconfig: kubeconfig)
            {
                let client = KubernetesClient(configuration: configuration, http: http)
                if (try? await client.serverVersion()) != nil { return client }
            }
            guard FileSystem.exists("/proc/\(processID)") else { break }
            try? await Task.sleep(for: .milliseconds(20))
        }
        let text = (try? FileSystem.readText(log, maximumBytes: 4096)) ?? ""
        throw CommandFailure(.unreachable, "the server did not start: \(text)")
    }
}
