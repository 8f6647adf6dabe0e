import ControlPlane
import Crypto
import Executors
import HTTP
public import Kubernetes
public import Observability
import POSIX
import Resources
public import Values

/// A control plane, the operator and their HTTP server in one process, on one loopback address.
///
/// The operator talks to the plane as it would to a cluster: through the client, over HTTP.
public final class EmbeddedServer: Sendable {
    /// Where and how the server lives.
    public struct Configuration: Sendable {
        /// The directory that holds the database, the token, the kubeconfig, clones and logs.
        public var dataDirectory: String
        /// Whether objects survive the process.
        public var isDurable: Bool
        /// The address to listen on; a loopback address.
        public var host: String
        /// The port; 0 takes a free one.
        public var port: UInt16
        /// Where log lines go.
        public var logger: Logger
        /// Takes secrets out of what is written.
        public var redactor: Redactor
        /// How long ended runs are kept, where their workflows do not say.
        public var retention = RetentionPolicy.none
        /// The URLs that alerts are sent to, by the names of their channels.
        public var alertChannels: [String: String] = [:]
        /// The variables of the environment that required inputs may take their values from.
        public var environment: [String: String] = [:]
        /// How much may be under way at once, and how it is shared.
        public var admission = AdmissionConfiguration()
        /// Keeps the lines of the audit trail, in their order; nil means nobody.
        public var audit: (@Sendable ([JSON]) -> Void)?
        /// Where time comes from.
        public var time = TimeSource.system

        /// Makes a configuration.
        public init(
            dataDirectory: String, isDurable: Bool = true, host: String = "127.0.0.1",
            port: UInt16 = 0, logger: Logger = .silent, redactor: Redactor = Redactor()
        ) {
            self.dataDirectory = dataDirectory
            self.isDurable = isDurable
            self.host = host
            self.port = port
            self.logger = logger
            self.redactor = redactor
        }
    }

    /// The file that kubectl is pointed at.
    public let kubeconfigPath: String
    /// The URL of the API.
    public let url: String
    /// A client of the plane.
    public let client: KubernetesClient
    /// The operator, which ``run()`` runs.
    public let `operator`: Operator

    private let plane: ControlPlane
    private let server: HTTPServer
    private let http: HTTPClient

    /// Starts the plane and its server; the operator starts with ``run()``.
    ///
    /// - Throws: ``ServerStartError`` in one sentence that says what to do.
    public init(_ configuration: Configuration) async throws(ServerStartError) {
        let directory = configuration.dataDirectory
        let token = try EmbeddedServer.token(in: directory)
        configuration.redactor.add(token)
        let http = HTTPClient()
        let route = Route()
        // The port first: a taken one is told before anything is opened.
        do throws(HTTPServerError) {
            server = try HTTPServer(
                configuration: HTTPServerConfiguration(
                    host: configuration.host, port: configuration.port)
            ) { request in await route.respond(to: request) }
        } catch {
            throw ServerStartError(error.description)
        }
        do throws(ControlPlaneError) {
            plane = try await EmbeddedServer.plane(
                configuration.isDurable ? directory : nil, token: token)
        } catch {
            await server.shutdown()
            throw ServerStartError(error.description)
        }
        // The plane has the lock of the directory, so what bears its mark is nobody's any more: what
        // an earlier life of this server started must not run beside the next attempt.
        let instance = String(Digest(of: token).hexadecimal.prefix(32))
        let orphans = OrphanedProcesses.end(marked: CommandExecutor.instanceVariable, instance)
        let scratch = try ScratchDirectory.empty(in: directory, logger: configuration.logger)
        if orphans > 0 {
            configuration.logger.warning(
                "ended what a killed server left behind", ["processes": .integer(Int64(orphans))])
        }
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        url = "http://\(host):\(server.port)"
        kubeconfigPath = "\(directory)/kubeconfig"
        let kubeconfig = ControlPlane.kubeconfig(serverURL: url, token: token)
        client = try EmbeddedServer.client(kubeconfig, at: kubeconfigPath, http: http)
        var settings = Operator.Configuration(
            dataDirectory: directory, http: http,
            executors: .builtIn(
                http: http,
                commands: CommandExecutor(instance: instance, scratchDirectory: scratch)),
            redactor: configuration.redactor, logger: configuration.logger, instance: Host.name)
        settings.retention = configuration.retention
        settings.alertChannels = configuration.alertChannels
        settings.environment = configuration.environment
        settings.admission = configuration.admission
        settings.audit = configuration.audit
        settings.time = configuration.time
        `operator` = Operator(client: client, configuration: settings)
        self.http = http
        route.set(OperatorEndpoints(`operator`, token: token), plane: plane)
    }

    private static func plane(
        _ directory: String?, token: String
    ) async throws(ControlPlaneError) -> ControlPlane {
        var settings = ControlPlaneConfiguration(dataDirectory: directory, token: token)
        settings.review = { WriteReview.warnings(kind: $0, $1) }
        let plane = try await ControlPlane(configuration: settings)
        do throws(ControlPlaneError) {
            try await plane.install(
                customResourceDefinitions: ResourceDefinition.all.map(\.customResourceDefinition))
            return plane
        } catch {
            await plane.shutdown()
            throw error
        }
    }

    /// Runs the operator until the task is cancelled, then stops the server.
    ///
    /// - Throws: ``KubernetesError`` where the operator ended by itself; the server is stopped.
    public func run() async throws(KubernetesError) {
        let failure = await failure()
        await server.shutdown()
        await plane.shutdown()
        await http.shutdown()
        if let failure { throw failure }
    }

    private func failure() async -> KubernetesError? {
        do {
            try await `operator`.run()
            return nil
        } catch {
            return error
        }
    }

    private static func client(
        _ kubeconfig: String, at path: String, http: HTTPClient
    ) throws(ServerStartError) -> KubernetesClient {
        do throws(FileError) {
            try FileSystem.write(Array(kubeconfig.utf8), to: path, permissions: 0o600)
        } catch {
            throw ServerStartError(error.description)
        }
        do throws(KubernetesError) {
            return KubernetesClient(
                configuration: try KubernetesConfiguration.load(kubeconfig: path), http: http)
        } catch {
            throw ServerStartError(error.description)
        }
    }

    /// The token that outlives the process, so that a kubeconfig somebody copied keeps working.
    private static func token(in directory: String) throws(ServerStartError) -> String {
        let path = "\(directory)/token"
        do throws(FileError) {
            try FileSystem.createDirectory(directory, permissions: 0o700)
            if FileSystem.exists(path) {
                let text = String(
                    decoding: try FileSystem.read(path, maximumBytes: 1024), as: UTF8.self)
                let token = text.prefix { !$0.isWhitespace }
                if token.utf8.count >= 32 { return String(token) }
            }
            let token = Hexadecimal.encode(RandomBytes.make(32))
            try FileSystem.write(Array(token.utf8), to: path, permissions: 0o600)
            return token
        } catch {
            throw ServerStartError(
                "the data directory \(directory) cannot be used: \(error.description). "
                    + "Choose another with --data-dir")
        }
    }
}

/// Why a server did not start: one sentence for the person who started it.
public struct ServerStartError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What happened and what to do.
    public let description: String

    /// Makes an error from its sentence.
    public init(_ description: String) { self.description = description }
}
