import Crypto
import Engine
import GitOps
import Kubernetes
import Observability
import Resources
import Synchronization
import Values

/// Keeps the states of runs that users asked to be kept, each as a `RunCheckpoint` of its own.
///
/// The name follows from the run and the request, so a request that is looked at again after a crash
/// meets what it made before.
final class CheckpointController: Sendable {
    private let context: OperatorContext
    private let runs: ObjectCache
    private let queue: WorkQueue<ObjectKey>
    /// The requests that are known to be done, by the UIDs of their runs.
    private let kept = Mutex<[String: Set<String>]>([:])

    init(context: OperatorContext, runs: ObjectCache) {
        self.context = context
        self.runs = runs
        queue = WorkQueue(time: context.time, random: context.random)
    }

    func runsChanged(_ changes: [ObjectChange]) {
        for change in changes {
            if case .deleted(let run) = change {
                kept.withLock { _ = $0.removeValue(forKey: run.uid ?? "") }
            } else if !missing(of: change.object).isEmpty {
                queue.add(change.key)
            }
        }
    }

    /// Works until the task is cancelled.
    func run() async {
        await queue.work(workers: 2) { await self.reconcile($0) }
    }

    /// The requests that the run has heard of and that nothing is kept for yet.
    private func missing(of run: KubernetesObject) -> [JSON] {
        guard let requests = run.spec["operations"]?.arrayValue, let uid = run.uid else {
            return []
        }
        let known = kept.withLock { $0[uid] ?? [] }
        return requests.filter { request in
            guard request["type"] == "Checkpoint", let id = request["id"]?.stringValue else {
                return false
            }
            return !known.contains(id) && run.status["operations"]?[id]?["result"] == "Done"
        }
    }

    private func reconcile(_ key: ObjectKey) async {
        guard let run = runs.object(key), let uid = run.uid, !run.isDeleting else { return }
        for request in missing(of: run) {
            guard let id = request["id"]?.stringValue else { continue }
            do throws(KubernetesError) {
                // A process that begins looks, and writes nothing where there is nothing to be done.
                // And copies are named for what is in them: the run may have gone on since.
                if try await isKept(run, request, id) {
                    self.kept.withLock { _ = $0[uid, default: []].insert(id) }
                    continue
                }
                // What it refers to first: a checkpoint that is there is whole.
                guard let kept = try await keepShards(of: run) else {
                    queue.addAfterBackoff(key)
                    return
                }
                let made = try await context.client.create(
                    .runCheckpoints, CheckpointController.checkpoint(of: kept, request, id))
                context.record(
                    run, isWarning: false, reason: "CheckpointKept",
                    message: "\(made.name) keeps how far the run has come")
            } catch {
                guard error.code == .alreadyExists else {
                    context.logger.warning(
                        "checkpoint not kept", ["run": .string("\(key)"), "error": error.logField])
                    queue.addAfterBackoff(key)
                    return
                }
            }
            kept.withLock { _ = $0[uid, default: []].insert(id) }
        }
        queue.forget(key)
    }

    /// Whether another process, or an earlier life of this one, has kept it.
    private func isKept(
        _ run: KubernetesObject, _ request: JSON, _ id: String
    ) async throws(KubernetesError) -> Bool {
        let key = CheckpointController.checkpoint(of: run, request, id).key
        do throws(KubernetesError) {
            _ = try await context.client.get(.runCheckpoints, key)
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }

    /// Copies the shards that a run's status refers to.
    ///
    /// - Returns: the run as it goes with the copies; nil where it is to be looked at again.
    private func keepShards(
        of seen: KubernetesObject
    ) async throws(KubernetesError) -> KubernetesObject? {
        guard ShardReader.isSharded(seen) else { return seen }
        guard case .found(let found) = try await ShardReader(client: context.client).read(seen)
        else { return nil }
        for part in CheckpointController.parts(of: found) {
            do throws(KubernetesError) {
                _ = try await context.client.create(.runCheckpoints, part)
            } catch {
                // Its name says what is in it.
                guard error.code == .alreadyExists else { throw error }
            }
        }
        return found.run
    }

    private static func parts(of found: ShardedRun) -> [KubernetesObject] {
        let run = found.run
        let sequences = RunMachine.shardSequences(of: run.status)
        return sequences.sorted { $0.key < $1.key }.compactMap {
            shard, sequence -> KubernetesObject? in
            guard let status = found.statuses[shard],
                let tasks = RunMachine.entries(ofShard: status, shard, of: run.status)
            else { return nil }
            let name = RunName.keptShard(
                run: run.name, runUID: run.uid ?? "", shard: shard, sequence: sequence)
            var part = KubernetesObject(
                .runCheckpoints, ObjectKey(namespace: run.namespace, name: name))
            part.labels = [
                Labels.run: .string(ResourceName.labelValue(run.name)),
                Labels.purpose: "manual-shard", Labels.managedBy: .string(Labels.manager),
            ]
            if let owner = run.ownerReference(controller: false) { part.ownerReferences = [owner] }
            let state: JSON = ["sequence": .integer(sequence), "tasks": .object(tasks)]
            part.spec = [
                "purpose": "ManualShard", "shard": .integer(Int64(shard)), "state": state,
                "run": ["name": .string(run.name), "uid": .string(run.uid ?? "")],
                "sequence": .integer(sequence), "digest": .string(ShardDigest.of(state)),
            ]
            return part
        }
    }

    /// The checkpoints that were kept of a run.
    static func keys(of run: KubernetesObject) -> [ObjectKey] {
        guard let requests = run.spec["operations"]?.arrayValue else { return [] }
        return requests.compactMap { request in
            guard request["type"] == "Checkpoint", let id = request["id"]?.stringValue,
                run.status["operations"]?[id]?["result"] == "Done"
            else { return nil }
            return key(of: run, request, id)
        }
    }

    private static func key(
        of run: KubernetesObject, _ request: JSON, _ id: String
    ) -> ObjectKey {
        let name = RunName.keptCheckpoint(
            run: run.name, runUID: run.uid ?? "", label: request["name"]?.stringValue ?? id,
            request: id)
        return ObjectKey(namespace: run.namespace, name: name)
    }

    static func checkpoint(
        of run: KubernetesObject, _ request: JSON, _ id: String
    ) -> KubernetesObject {
        let label = request["name"]?.stringValue ?? id
        var checkpoint = KubernetesObject(.runCheckpoints, key(of: run, request, id))
        checkpoint.labels = [
            Labels.run: .string(ResourceName.labelValue(run.name)), Labels.purpose: "manual",
            Labels.managedBy: .string(Labels.manager),
        ]
        if let owner = run.ownerReference(controller: false) {
            checkpoint.ownerReferences = [owner]
        }
        var state = run.status
        for field in ["conditions", "notifications", "observedGeneration"] { state[field] = nil }
        if state["definition"] == nil { state["definition"] = run.spec["workflowSpec"] }
        checkpoint.spec = [
            "purpose": "Manual", "label": .string(label), "state": state,
            "run": ["name": .string(run.name), "uid": .string(run.uid ?? "")],
            "sequence": run.status["checkpoint"]?["sequence"] ?? 0,
            "digest": .string(state.digest.description),
        ]
        return checkpoint
    }
}
