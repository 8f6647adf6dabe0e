public import HTTP
internal import POSIX
internal import Synchronization
public import Values

/// A Kubernetes API server in this process: discovery, the core kinds, custom resources.
///
/// It binds no port: mount ``respond(to:)`` on a server that listens on the loopback interface only.
/// One instance owns its data directory; it must be ended by ``shutdown()``, which owns and awaits the
/// tasks it runs: the writer, the collector and the clock of the watches.
public final class ControlPlane: Sendable {
    let server: APIServer
    let collector: Collector
    private let journal: Journal?
    private let lock: Mutex<FileLock?>
    private let services: Mutex<[Task<Void, Never>]>

    /// Opens the data and starts serving it.
    ///
    /// - Throws: `locked` where another process has the directory, `newerLayout` where a newer release
    ///   wrote it, `storage` where it cannot be read.
    public init(configuration: ControlPlaneConfiguration) async throws(ControlPlaneError) {
        let opened = try ControlPlane.open(configuration.dataDirectory)
        let collector = Collector()
        let relay = ChangeRelay()
        let store = ObjectStore(state: opened.state, journal: opened.journal) { changes in
            relay.observe(changes)
        }
        server = APIServer(
            store: store, token: configuration.token, clock: configuration.clock,
            random: configuration.random, review: configuration.review)
        self.collector = collector
        journal = opened.journal
        lock = Mutex(opened.lock)
        relay.connect(server, collector)
        let server = server
        services = Mutex([
            Task { await store.write() },
            Task { await collector.run(server) },
            Task { await server.keepTime(collector) },
        ])
        server.reloadCatalog()
        collector.enqueue(store.places())
        do throws(APIFailure) {
            try await server.createNamespaces()
        } catch {
            await shutdown()
            throw ControlPlaneError(code: .storage, message: error.message)
        }
    }

    /// Serves the kinds of custom resource definitions, creating or updating each.
    ///
    /// - Throws: `invalidDefinition` naming the definition and what is wrong with it.
    public func install(customResourceDefinitions: [JSON]) async throws(ControlPlaneError) {
        for definition in customResourceDefinitions {
            do throws(APIFailure) {
                try await server.install(definition)
            } catch {
                throw ControlPlaneError(code: .invalidDefinition, message: error.message)
            }
        }
    }

    /// Answers one request.
    public func respond(to request: HTTPServerRequest) async -> HTTPServerResponse {
        HTTPServerResponse(await server.respond(to: APIRequest(request)))
    }

    /// Ends the watches, commits what waits, and gives the data directory back.
    public func shutdown() async {
        server.store.close()
        collector.close()
        let running = services.withLock { services in
            defer { services = [] }
            return services
        }
        running.last?.cancel()
        for service in running { await service.value }
        journal?.checkpoint()
        // Not left to the last reference, which a connection that is slow to end may hold.
        lock.withLock { $0 = nil }
    }

    /// The kubeconfig with which kubectl reaches this server.
    ///
    /// kubectl keeps bearer tokens for TLS; to a server without it the token goes as the password in
    /// the URL. Either way the text is a secret.
    public static func kubeconfig(serverURL: String, token: String) -> String {
        var address = serverURL
        if serverURL.hasPrefix("http://") {
            address = "http://llm-orchestrator:\(token)@\(serverURL.dropFirst("http://".count))"
        }
        return """
            apiVersion: v1
            kind: Config
            clusters:
            - name: llm-orchestrator
              cluster:
                server: \(JSON.string(address).text)
            users:
            - name: llm-orchestrator
              user:
                token: \(JSON.string(token).text)
            contexts:
            - name: llm-orchestrator
              context:
                cluster: llm-orchestrator
                user: llm-orchestrator
                namespace: default
            current-context: llm-orchestrator

            """
    }

    private static func open(
        _ directory: String?
    ) throws(ControlPlaneError) -> (
        lock: FileLock?, journal: Journal?, state: StoreState
    ) {
        guard let directory else { return (nil, nil, StoreState(revision: 0, floor: 0)) }
        let lock: FileLock
        let database = "\(directory)/control-plane.sqlite"
        do throws(FileError) {
            try FileSystem.createDirectory(directory, permissions: 0o700)
            lock = try FileLock(path: "\(directory)/lock")
            // It holds Secrets, and a directory that was there may be open to all. What SQLite puts
            // beside it gets its permissions, but not what a process that was killed left there.
            try FileSystem.makePrivate(database)
            for suffix in ["-wal", "-shm", "-journal"] {
                try FileSystem.makePrivate(database + suffix, creates: false)
            }
        } catch {
            guard error.code == .wouldBlock else {
                throw ControlPlaneError(
                    code: .storage, message: "cannot use the data directory: \(error)")
            }
            throw ControlPlaneError(
                code: .locked,
                message: "another control plane serves \(directory): stop it, or name another "
                    + "data directory")
        }
        let (journal, state) = try Journal.open(path: database)
        return (lock, journal, state)
    }
}

/// Takes committed changes from the store to those who act on them.
private final class ChangeRelay: Sendable {
    private let ends = Mutex<(server: APIServer, collector: Collector)?>(nil)

    func connect(_ server: APIServer, _ collector: Collector) {
        ends.withLock { $0 = (server, collector) }
    }

    func observe(_ changes: [Change]) {
        guard let (server, collector) = ends.withLock({ $0 }) else { return }
        if changes.contains(where: { $0.collection == BuiltinResources.definitions }) {
            // Before the writer answers, so that a created kind is served when its creator knows.
            server.reloadCatalog()
            for change in changes
            where change.collection == BuiltinResources.definitions && change.kind == .deleted {
                if let json = try? change.object.json(),
                    case .success(let definition) = CustomResourceDefinition.read(json)
                {
                    server.store.endWatches(of: definition.collection)
                }
            }
        }
        collector.observe(changes, server.store)
    }
}
