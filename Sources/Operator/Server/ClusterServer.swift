import Executors
import GitOps
import HTTP
public import Kubernetes
public import Observability
import POSIX
import Synchronization
public import Values

/// The operator of a cluster that is reached from here, with health and metrics over HTTP.
///
/// Several may run: one at a time holds the lease and works, the others wait. The lease only saves
/// work; what keeps two from doing harm is that every write is conditional (law 29).
public final class ClusterServer: Sendable {
    /// Which cluster, and where to listen.
    public struct Configuration: Sendable {
        /// The kubeconfig; nil takes the Pod's own, else kubectl's.
        public var kubeconfig: String?
        /// The namespace to work in; nil means all.
        public var namespace: String?
        /// The directory for clones and logs.
        public var dataDirectory: String
        /// The address to listen on.
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
        /// How long the periods of the election are.
        public var timing: LeaseElection.Timing
        /// How much may be under way at once, and how it is shared.
        public var admission = AdmissionConfiguration()
        /// Keeps the lines of the audit trail, in their order; nil means nobody.
        public var audit: (@Sendable ([JSON]) -> Void)?

        /// Makes a configuration.
        public init(
            kubeconfig: String?, namespace: String? = nil, dataDirectory: String,
            host: String = "127.0.0.1", port: UInt16 = 0, logger: Logger = .silent,
            redactor: Redactor = Redactor(),
            timing: LeaseElection.Timing = ClusterServer.leaseTiming
        ) {
            self.kubeconfig = kubeconfig
            self.namespace = namespace
            self.dataDirectory = dataDirectory
            self.host = host
            self.port = port
            self.logger = logger
            self.redactor = redactor
            self.timing = timing
        }
    }

    private let client: KubernetesClient
    private let configuration: Operator.Configuration
    private let elector: LeaderElector
    private let route: Route
    private let server: HTTPServer
    private let http: HTTPClient
    private let logger: Logger

    /// Connects to the cluster and checks that it has our kinds; the operator starts with ``run()``.
    ///
    /// - Throws: ``ServerStartError`` in one sentence that says what to do.
    public init(_ configuration: Configuration) async throws(ServerStartError) {
        let http = HTTPClient()
        let route = Route()
        let isInCluster = configuration.kubeconfig == nil && Environment.isInPod
        do throws(KubernetesError) {
            let pod = isInCluster ? try KubernetesConfiguration.inCluster() : nil
            let target: KubernetesConfiguration
            if let pod {
                target = pod
            } else {
                target = try KubernetesConfiguration.load(kubeconfig: configuration.kubeconfig)
            }
            let client = KubernetesClient(configuration: target, http: http)
            try await ClusterServer.check(client)
            // On a cluster the operator starts no child process: tasks there are Pods.
            let commands = isInCluster ? nil : CommandExecutor()
            self.client = client
            var settings = Operator.Configuration(
                namespace: configuration.namespace,
                dataDirectory: configuration.dataDirectory,
                http: http,
                executors: .builtIn(http: http, commands: commands),
                readsLocalDirectories: !isInCluster,
                redactor: configuration.redactor, logger: configuration.logger,
                instance: Host.name)
            settings.retention = configuration.retention
            settings.alertChannels = configuration.alertChannels
            settings.environment = configuration.environment
            settings.admission = configuration.admission
            settings.audit = configuration.audit
            self.configuration = settings
            elector = LeaderElector(
                client: client,
                lease: ObjectKey(
                    namespace: configuration.namespace ?? client.configuration.namespace,
                    name: "llm-orchestrator"),
                identity: "\(Host.name)_\(Hexadecimal.encode(RandomBytes.make(4)))",
                timing: configuration.timing)
        } catch {
            throw ServerStartError(error.description)
        }
        do throws(HTTPServerError) {
            server = try HTTPServer(
                configuration: HTTPServerConfiguration(
                    host: configuration.host, port: configuration.port)
            ) { request in await route.respond(to: request) }
        } catch {
            throw ServerStartError(error.description)
        }
        self.http = http
        self.route = route
        logger = configuration.logger
        route.set(.standby)
    }

    /// The timing of the lease: another replica has everything moving within 10 s of a kill.
    ///
    /// Shorter than the usual 15 s. A lease that is lost in a hiccup of the API costs a restart of the
    /// caches and no more: what keeps two holders from doing harm is that every write is conditional.
    public static let leaseTiming = LeaseElection.Timing(
        leaseDuration: .seconds(8), renewDeadline: .seconds(5), retryPeriod: .seconds(1))

    private static func check(_ client: KubernetesClient) async throws(KubernetesError) {
        let needed: [ResourceType] = [
            .workflows, .templates, .workflowRuns, .workflowRepositories, .approvals, .deadLetters,
            .providers, .runCheckpoints,
        ]
        let missing = try await client.missing(of: needed)
        guard missing.isEmpty else {
            throw KubernetesError(
                .configuration,
                "the cluster does not have \(missing.map(\.description).joined(separator: ", ")); "
                    + "install them with: llm-orchestrator install")
        }
    }

    /// The port that health and metrics are served on.
    public var port: UInt16 { server.port }

    /// Works while this process holds the lease, until the task is cancelled.
    ///
    /// Each term has an operator of its own: one that was stopped starts nothing again, and what a
    /// lost term left in its caches must not reach the next.
    ///
    /// - Throws: ``KubernetesError`` where an operator ended by itself. The lease is given back by
    ///   then, so that another replica goes on, and whoever started this process starts it again.
    public func run() async throws(KubernetesError) {
        let failure = Mutex<KubernetesError?>(nil)
        await elector.run { [client, configuration, route, logger] term in
            logger.info("leading", ["term": .integer(term)])
            let current = Operator(client: client, configuration: configuration)
            route.set(OperatorEndpoints(current, token: nil))
            do throws(KubernetesError) {
                try await current.run()
            } catch {
                failure.withLock { $0 = error }
            }
            route.set(.standby)
            logger.info("not leading", ["term": .integer(term)])
        }
        await server.shutdown()
        await http.shutdown()
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}

extension Environment {
    /// Whether this process runs in a Pod.
    fileprivate static var isInPod: Bool { variable("KUBERNETES_SERVICE_HOST") != nil }
}
