import Engine
import GitOps
import Kubernetes
import Resources
import Values

/// Stores the parts of runs' checkpoints that the runs' statuses have no room for.
///
/// A shard is stored before the status that refers to it, each write on the version it was decided on
/// (law 22). Its name follows from the run, and the run owns it, so that it goes with it.
struct ShardWriter: Sendable {
    /// How many shards of one checkpoint are written at once.
    static let concurrency = 8

    let context: OperatorContext

    /// Stores the shards of one checkpoint.
    ///
    /// - Throws: the first failure; what was stored beside it is taken back by whoever reads it, as
    ///   no status refers to it.
    func store(_ shards: [Int: JSON], of driver: RunDriver) async throws(KubernetesError) {
        guard shards.count > 1 else {
            for (shard, status) in shards { try await store(shard, status, of: driver) }
            return
        }
        let ordered = shards.sorted { $0.key < $1.key }
        let failure = await withTaskGroup(of: KubernetesError?.self) { group in
            var next = 0
            func add() {
                guard next < ordered.count else { return }
                let (shard, status) = ordered[next]
                next += 1
                group.addTask {
                    do throws(KubernetesError) {
                        try await store(shard, status, of: driver)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            for _ in 0..<ShardWriter.concurrency { add() }
            var failure: KubernetesError?
            while let ended = await group.next() {
                failure = failure ?? ended
                if failure == nil { add() }
            }
            return failure
        }
        if let failure { throw failure }
    }

    private func store(
        _ shard: Int, _ status: JSON, of driver: RunDriver
    ) async throws(KubernetesError) {
        do throws(KubernetesError) {
            try await write(shard, status, of: driver)
        } catch {
            switch error.code {
            case .notFound: driver.forgetShard(shard)
            case .conflict, .alreadyExists: try await lookAgain(shard, of: driver)
            default: break
            }
            throw error
        }
    }

    private func write(
        _ shard: Int, _ status: JSON, of driver: RunDriver
    ) async throws(KubernetesError) {
        var object = draft(shard, of: driver)
        if driver.shardVersion(shard) == nil {
            let made = try await context.client.create(.runCheckpoints, object)
            driver.noteShard(shard, made.resourceVersion)
        }
        var status = status
        status["digest"] = .string(ShardDigest.of(status))
        status["holder"] = .string(driver.holder)
        object.metadata["resourceVersion"] = driver.shardVersion(shard).map {
            .string($0.description)
        }
        var json = object.json
        json["status"] = status
        let written = try await context.client.replaceStatus(
            .runCheckpoints, KubernetesObject(json))
        driver.noteShard(shard, written.resourceVersion)
    }

    /// Takes up the version of a shard that is not as we left it: whoever wrote it meanwhile can store
    /// no status that refers to it, as the run is claimed.
    private func lookAgain(_ shard: Int, of driver: RunDriver) async throws(KubernetesError) {
        let found = try await context.client.get(
            .runCheckpoints,
            ShardReader.key(of: driver.key, uid: driver.identity.uid, shard: shard))
        guard found.isOwned(byUID: driver.identity.uid) else { return }
        driver.noteShard(shard, found.resourceVersion)
    }

    private func draft(_ shard: Int, of driver: RunDriver) -> KubernetesObject {
        let run = driver.identity
        var object = KubernetesObject(
            .runCheckpoints, ShardReader.key(of: driver.key, uid: run.uid, shard: shard))
        object.labels = [
            Labels.run: .string(ResourceName.labelValue(run.name)), Labels.purpose: "shard",
            Labels.managedBy: .string(Labels.manager),
        ]
        if let owner = driver.object.ownerReference() { object.ownerReferences = [owner] }
        object.spec = [
            "purpose": "Shard", "run": ["name": .string(run.name), "uid": .string(run.uid)],
            "shard": .integer(Int64(shard)),
        ]
        return object
    }
}
