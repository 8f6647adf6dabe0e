import Engine
import Kubernetes
import Observability
import Resources
import Values

extension RunController {
    /// A run with the shards of its checkpoint; nil where it is to be looked at again.
    func load(_ object: KubernetesObject) async -> ShardedRun? {
        guard ShardReader.isSharded(object), !RunPhases.hasEnded(object) else {
            return ShardedRun(run: object)
        }
        do throws(KubernetesError) {
            // The cache may show an older status than the one the shards go with.
            switch try await ShardReader(client: context.client).read(object.key) {
            case .found(let found): return found
            case .unsettled:
                context.logger.warning(
                    "shards do not fit their run yet", ["run": .string("\(object.key)")])
            case .damaged(let message):
                await wait(
                    object, RunAdoption.damaged,
                    "\(message): put it back, or terminate the run")
                return nil
            }
        } catch {
            context.logger.warning(
                "shards not read", ["run": .string("\(object.key)"), "error": error.logField])
        }
        lookAgain(at: object.key)
        return nil
    }

    /// What a run takes over from another; nil where that could not be read for now.
    func source(of object: KubernetesObject) async -> RunSource.Finding? {
        let reader = ShardReader(client: context.client)
        var checkpoint: KubernetesObject?
        var source: KubernetesObject?
        do throws(KubernetesError) {
            if let name = object.spec["restoreFrom"]?["checkpoint"]?.stringValue {
                let key = ObjectKey(namespace: object.namespace, name: name)
                checkpoint = try await reader.manual(key)
            }
            if let name = object.spec["retryOf"]?["run"]?.stringValue {
                source = cache.object(ObjectKey(namespace: object.namespace, name: name))
            }
            if let run = source, RunPhases.hasEnded(run), ShardReader.isSharded(run) {
                guard let whole = try await reader.ended(run) else {
                    return .refused(
                        reason: "InvalidCheckpoint",
                        message:
                            "parts of the checkpoint of the run \(run.name) are missing or were"
                            + " changed by somebody else")
                }
                source = whole
            }
        } catch {
            context.logger.warning(
                "what a run takes over was not read",
                ["run": .string("\(object.key)"), "error": error.logField])
            lookAgain(at: object.key)
            return nil
        }
        let finding = RunSource.of(
            object, source: source, checkpoint: checkpoint, children: childDefinitions)
        if case .waiting = finding,
            let names = RetryCircle.through(object, lookUp: { cache.object($0) })
        {
            return .refused(reason: RetryCircle.reason, message: RetryCircle.message(names))
        }
        return finding
    }

    /// What the definitions say now that tasks run.
    var childDefinitions: ChildDefinitions {
        ChildDefinitions(
            run: { [cache] in cache.object($0) },
            ownedRuns: { [cache] in cache.objects(index: ObjectIndex.owner.name, value: $0) },
            definition: definitions)
    }

    /// Has a kept result looked for; any trouble is a miss.
    func find(_ lookup: ResultLookup, for driver: RunDriver) {
        let namespace = driver.key.namespace
        guard
            let key = childDefinitions.key(lookup.key, lookup.workflow, namespace: namespace)
        else {
            driver.post(.resultFound(lookup.reference, nil))
            return
        }
        results.find(key, maximumAge: lookup.maximumAge, namespace: namespace) { [queue] found in
            driver.post(.resultFound(lookup.reference, found))
            queue.add(driver.key)
        }
    }

    /// Keeps a result; that of a child run only while what that ran is what its definitions say.
    func keep(_ offer: ResultOffer, of run: RunIdentity) {
        let children = childDefinitions
        guard let key = children.key(offer.key, offer.workflow, namespace: run.namespace),
            offer.workflow == nil
                || children.isCurrent(
                    childOf: run.name, run.uid, run.namespace, offer.path, offer.attempt)
        else { return }
        let object = ObjectKey(namespace: run.namespace, name: run.name)
        results.store(key, offer.outputs, run: object, runUID: run.uid)
    }
}
