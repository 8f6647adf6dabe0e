import HTTP
import Values

/// What users do with streams in one simulation: runs that they make, pause, cancel and delete.
struct StreamWorkload {
    private let cluster: Cluster
    private let random: RandomStream

    init(_ cluster: Cluster) {
        self.cluster = cluster
        random = RandomStream(seed: cluster.world.seed, concern: 33)
    }

    /// Has everything happen at its moment.
    func schedule(within duration: Duration) {
        guard let features = cluster.world.streams else { return }
        var definitions = StreamGenerator(
            random,
            features.sources.map { _ in RandomStream(seed: cluster.world.seed, concern: 36) })
        for number in 1...(1 + random.below(3)) {
            let model = definitions.next()
            cluster.world.models.add(model)
            let name = "stream-\(number)"
            let start = random.duration(.zero...duration * 0.6)
            at(start, .createRun) { [cluster] in
                cluster.server.asUser(
                    .post, "\(Workload.group)/workflowruns",
                    Workload.object("WorkflowRun", name, ["workflowSpec": model.spec]))
            }
            scheduleWishes(of: name, after: start)
        }
    }

    /// What the user of a run wants of it amid its streams.
    private func scheduleWishes(of name: String, after start: Duration) {
        let path = "\(Workload.group)/workflowruns/\(name)"
        let delay = random.duration(.zero ... .seconds(4))
        func wish(_ action: UserAction, _ state: String, after delay: Duration) {
            at(start + delay, action) { [cluster] in
                cluster.server.asUser(.patch, path, ["spec": ["desiredState": .string(state)]])
            }
        }
        switch random.below(10) {
        case 0, 1:
            wish(.pause, "Paused", after: delay)
            wish(.resume, "Running", after: delay + random.duration(.zero ... .seconds(8)))
        case 2: wish(.cancel, "Cancelled", after: delay)
        case 3:
            at(start + delay, .deleteRun) { [cluster] in cluster.server.asUser(.delete, path) }
        default: break
        }
    }

    private func at(
        _ moment: Duration, _ what: UserAction, _ action: @escaping @Sendable () -> Void
    ) {
        cluster.world.clock.after(moment) { [cluster] in
            cluster.noteUser(what)
            action()
        }
    }
}
