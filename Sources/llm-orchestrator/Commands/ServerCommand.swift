import Console
import Executors
import GitOps
import HTTP
import Kubernetes
import Observability
import Operator
import POSIX
import Values

/// `server`: runs the operator, with an embedded control plane or against a cluster.
enum ServerCommand: Command {
    static let specification = CommandSpecification(
        "server", "Runs the operator: with its own control plane, or against a cluster.",
        options: [
            .flag("embedded", nil, "host the control plane in this process"),
            .value("data-dir", nil, "DIR", "where the server keeps its data"),
            .value(
                "listen", nil, "HOST:PORT",
                "where to listen; 127.0.0.1:7480 where absent, port 0 takes a free one"),
            .value("kubeconfig", nil, "FILE", "the cluster; else the Pod's own, else $KUBECONFIG"),
            .value("namespace", "n", "NAME", "work in one namespace only"),
            .value(
                "allow-env", nil, "NAME", repeats: true,
                "a variable of the environment that a required input of that name takes"),
            .value(
                "log-level", nil, "LEVEL", choices: LogLevel.allCases.map(\.rawValue),
                "the least level that is logged; info where absent"),
            .value(
                "log-format", nil, "FORMAT", choices: ["text", "json"], "how lines are written"),
        ] + ServerPolicies.options + AdmissionOptions.options + AuditOptions.options,
        examples: [
            ("server --embedded", "a control plane and operator on this machine"),
            ("server --kubeconfig ~/.kube/config", "operate a cluster from here"),
        ])

    /// Where servers listen unless they are told otherwise.
    static let defaultAddress = "127.0.0.1:7480"

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let redactor = Redactor()
        let logger = makeLogger(arguments, redactor)
        let (host, port) = try address(arguments.value("listen") ?? defaultAddress)
        let directory = arguments.value("data-dir") ?? Connection.defaultDataDirectory
        let policies = try ServerPolicies(arguments)
        guard arguments.has("embedded") else {
            let service = try await clusterService(
                arguments, policies, directory, host, port, logger, redactor)
            return try await untilSignalled(logger) { () throws(KubernetesError) in
                try await service.run()
            }
        }
        for option in ["kubeconfig", "namespace"] where arguments.has(option) {
            throw CommandFailure(
                .usage,
                "--embedded has a control plane of its own, with all its namespaces;"
                    + " --\(option) is for a cluster: leave one of the two away")
        }
        guard host == "127.0.0.1" || host == "::1" || host == "localhost" else {
            throw CommandFailure(
                .usage, "the embedded control plane listens on loopback only, not on \(host)")
        }
        let server: EmbeddedServer
        var configuration = EmbeddedServer.Configuration(
            dataDirectory: directory, host: host == "localhost" ? "127.0.0.1" : host, port: port,
            logger: logger, redactor: redactor)
        configuration.environment = allowedEnvironment(arguments)
        configuration.audit = try AuditOptions.keeper(arguments, directory, logger)
        do throws(ServerStartError) {
            configuration.retention = policies.retention
            configuration.alertChannels = policies.alertChannels
            configuration.admission = policies.admission
            server = try await EmbeddedServer(configuration)
        } catch {
            throw CommandFailure(.unreachable, error.description)
        }
        Output.line("listening on \(server.url)")
        Output.line("kubectl --kubeconfig \(server.kubeconfigPath) get workflows,workflowruns")
        return try await untilSignalled(logger) { () throws(KubernetesError) in
            try await server.run()
        }
    }

    private static func clusterService(
        _ arguments: ParsedArguments, _ policies: ServerPolicies, _ directory: String,
        _ host: String, _ port: UInt16, _ logger: Logger, _ redactor: Redactor
    ) async throws(CommandFailure) -> ClusterServer {
        var configuration = ClusterServer.Configuration(
            kubeconfig: arguments.value("kubeconfig"), namespace: arguments.value("namespace"),
            dataDirectory: directory, host: host, port: port, logger: logger, redactor: redactor)
        configuration.retention = policies.retention
        configuration.alertChannels = policies.alertChannels
        configuration.environment = allowedEnvironment(arguments)
        configuration.admission = policies.admission
        configuration.audit = try AuditOptions.keeper(arguments, directory, logger)
        do throws(ServerStartError) {
            return try await ClusterServer(configuration)
        } catch {
            throw CommandFailure(.unreachable, error.description)
        }
    }

    /// The variables that inputs may take their values from: those that are named, and no other.
    private static func allowedEnvironment(_ arguments: ParsedArguments) -> [String: String] {
        let names = arguments.values("allow-env")
        return Dictionary(
            names.compactMap { name in Environment.variable(name).map { (name, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Runs a service until it ends or the first SIGINT or SIGTERM; a second one ends the process.
    private static func untilSignalled(
        _ logger: Logger, _ service: @escaping @Sendable () async throws(KubernetesError) -> Void
    ) async throws(CommandFailure) -> ExitCode {
        let (first, told) = AsyncStream.makeStream(of: Void.self)
        // From here on no signal is lost, however soon a second one follows the first.
        let signals = try? Signals.stream(of: [.interrupt, .terminate])
        let failure = await withTaskGroup(of: Void.self) { group -> KubernetesError? in
            group.addTask {
                guard let signals else { return }
                var isStopping = false
                for await _ in signals {
                    if isStopping { Host.exit(ExitCode.interrupted.rawValue) }
                    isStopping = true
                    told.yield()
                }
            }
            let failure = await end(of: service, orFirst: first, logger)
            group.cancelAll()
            return failure
        }
        if let failure { throw CommandFailure(failure) }
        return .success
    }

    private enum Event {
        case serviceEnded(KubernetesError?)
        case signalled
    }

    /// How a service ended, which is cancelled at the first signal.
    private static func end(
        of service: @escaping @Sendable () async throws(KubernetesError) -> Void,
        orFirst signal: AsyncStream<Void>, _ logger: Logger
    ) async -> KubernetesError? {
        await withTaskGroup(of: Event.self) { group -> KubernetesError? in
            group.addTask {
                do throws(KubernetesError) {
                    try await service()
                    return .serviceEnded(nil)
                } catch {
                    return .serviceEnded(error)
                }
            }
            group.addTask {
                for await _ in signal { break }
                return .signalled
            }
            for await event in group {
                if case .serviceEnded(let failure) = event {
                    group.cancelAll()
                    return failure
                }
                logger.info("stopping")
                group.cancelAll()
            }
            return nil
        }
    }

    static func address(_ text: String) throws(CommandFailure) -> (String, UInt16) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else {
            throw CommandFailure(.usage, "--listen takes HOST:PORT such as 127.0.0.1:7480")
        }
        let host = text[..<colon].filter { $0 != "[" && $0 != "]" }
        return (host.isEmpty ? "127.0.0.1" : String(host), port)
    }

    private static func makeLogger(_ arguments: ParsedArguments, _ redactor: Redactor) -> Logger {
        let level = arguments.value("log-level").flatMap { LogLevel(rawValue: $0) } ?? .info
        let isJSON = arguments.value("log-format") == "json" || !Terminal.isTerminal(.error)
        return Observability.Logger(minimum: level, redactor: redactor) { record in
            let now = SystemClock.now()
            let line =
                isJSON
                ? record.json(at: now).text
                : "\(now.secondsText) \(record.level.rawValue.uppercased()) \(record.text)"
            Output.note(line)
        }
    }
}
