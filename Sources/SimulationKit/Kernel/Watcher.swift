import Kubernetes
import Synchronization
import Values

/// Somebody who follows the runs beside the operator, over the same network and with its informer.
///
/// What it is told of an object never goes back (law 24), and whatever was lost, late or told twice
/// on the way, at the end it knows what the server holds (law 25).
final class Watcher: Sendable {
    private let host: Host
    private let informer: Informer
    private let laws: LawBook
    private let seen = Seen()

    /// The newest version of each object that was told of.
    private final class Seen: Sendable {
        private let versions = Mutex<[ObjectKey: UInt64]>([:])

        /// - Returns: The version that is newer than this one and was told of before.
        func note(_ change: ObjectChange) -> UInt64? {
            let version = change.object.resourceVersion?.number ?? 0
            return versions.withLock { versions in
                let before = versions[change.key] ?? 0
                if case .deleted = change {
                    // The last state known may be an old one.
                    return nil
                }
                versions[change.key] = max(before, version)
                return version > before ? nil : before
            }
        }
    }

    init(_ cluster: Cluster) {
        let host = Host(number: 0, node: 9, cluster.server)
        let (laws, seen) = (cluster.laws, seen)
        self.host = host
        self.laws = laws
        informer = Informer(
            client: KubernetesClient(
                configuration: KubernetesConfiguration(server: "http://api"),
                http: SimulatedTransport(host, cluster), time: host.time),
            type: ResourceType(
                group: "orchestrator.llm", version: "v1", plural: "workflowruns",
                kind: "WorkflowRun", namespaced: true), time: host.time,
            random: RandomSource { cluster.world.jitter.unit }
        ) { changes in
            for change in changes {
                if let before = seen.note(change) {
                    laws.violated(24, "\(change.key) went back from \(before): \(change)")
                }
            }
        }
    }

    /// Begins to follow.
    func start() {
        host.start { [informer] in
            try? await informer.run()
        } end: {
        }
    }

    /// Ends.
    func stop() { host.stop() }

    /// Whether nothing of it is left.
    var hasEnded: Bool { host.hasEnded }

    /// Compares what it knows with what there is.
    func check(_ server: SimulatedServer) {
        let objects = server.objects(Workload.runs)
        let known = informer.cache.objects
        if Set(known.map(\.key)) != Set(objects.keys) {
            laws.violated(25, "a watcher knows \(known.count) runs of \(objects.count)")
        }
        for object in known where objects[object.key].map({ $0 != object.json }) == true {
            laws.violated(25, "a watcher knows another \(object.key) than there is")
        }
    }
}
