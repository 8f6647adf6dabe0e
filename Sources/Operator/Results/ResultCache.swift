import Crypto
import GitOps
import Kubernetes
import Observability
import Resources
import Synchronization
import Values

/// Results of tasks that stand in for other attempts of the same: one `RunCheckpoint` a key.
///
/// The object's name follows from the key, so a look-up is one read that every replica can make, and
/// nothing is watched. See docs/decisions/032-result-cache.md.
final class ResultCache: Sendable {
    /// The bounds of a namespace's results: past one, the oldest go.
    enum Bounds {
        static let entries = 1000
        static let bytes = 32 << 20
        static let age = Duration.seconds(30 * 86_400)
        /// The most results that wait to be stored; what is over is dropped.
        static let pending = 1000
        /// How many results are looked for at once.
        static let searches = 8
    }

    /// How long between two sweeps of a namespace that nothing is stored in.
    private static let sweepInterval = Duration.seconds(3600)
    /// After how many new results a namespace is swept.
    private static let sweepStores = 100

    private struct Entry {
        let key: String
        let outputs: JSONObject
        let run: String
        let runUID: String
    }

    private struct Search {
        let key: String
        let maximumAge: Duration?
        let namespace: String
        let answer: @Sendable (JSONObject?) -> Void
    }

    private struct State {
        var pending: [ObjectKey: Entry] = [:]
        /// What is being looked for: no more than there are tasks in the runs that are driven.
        var searches: [UInt64: Search] = [:]
        var lastSearch: UInt64 = 0
        /// How many results were stored since the last sweep, by namespace.
        var stores: [String: Int] = [:]
    }

    private let context: OperatorContext
    private let state = Mutex(State())
    private let queue: WorkQueue<ObjectKey>
    private let sweeps: WorkQueue<String>
    private let searches: WorkQueue<UInt64>

    init(context: OperatorContext) {
        self.context = context
        queue = WorkQueue(time: context.time, random: context.random)
        sweeps = WorkQueue(time: context.time, random: context.random)
        searches = WorkQueue(time: context.time, random: context.random)
    }

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                await self.searches.work(workers: Bounds.searches) { await self.search($0) }
            }
            group.addTask { await self.queue.work(workers: 2) { await self.write($0) } }
            group.addTask { await self.sweeps.work(workers: 1) { await self.sweep($0) } }
        }
    }

    /// Looks for the result of a key that is young enough; any trouble is a miss.
    ///
    /// It returns at once: whoever asks has other tasks, whose deadlines pass while a server is silent.
    ///
    /// - Parameter answer: Is told what was found; not any more once this stops.
    func find(
        _ key: String, maximumAge: Duration?, namespace: String,
        answer: @escaping @Sendable (JSONObject?) -> Void
    ) {
        let search = Search(
            key: key, maximumAge: maximumAge, namespace: namespace, answer: answer)
        let number = state.withLock { state in
            state.lastSearch += 1
            state.searches[state.lastSearch] = search
            return state.lastSearch
        }
        searches.add(number)
    }

    private func search(_ number: UInt64) async {
        guard let search = state.withLock({ $0.searches.removeValue(forKey: number) }) else {
            return
        }
        search.answer(
            await find(
                search.key, maximumAge: search.maximumAge, namespace: search.namespace))
    }

    private func find(
        _ key: String, maximumAge: Duration?, namespace: String
    ) async -> JSONObject? {
        let name = ResultCache.objectKey(key, namespace: namespace)
        guard let object = try? await context.client.get(.runCheckpoints, name) else { return nil }
        let age = context.time.now() - ResultCache.time(of: object)
        guard object.spec["key"]?.stringValue == key, age <= maximumAge ?? Bounds.age,
            let text = object.spec["outputs"]?.stringValue, let outputs = try? JSON(parsing: text)
        else { return nil }
        // Kept since before a secret of its namespace was known, perhaps.
        return context.redact(value: outputs, in: namespace).objectValue
    }

    /// Keeps a result; best effort: it never waits, and nothing depends on it.
    func store(_ key: String, _ outputs: JSONObject, run: ObjectKey, runUID: String) {
        let name = ResultCache.objectKey(key, namespace: run.namespace)
        let isTaken = state.withLock { state in
            guard state.pending.count < Bounds.pending || state.pending[name] != nil else {
                return false
            }
            state.pending[name] = Entry(key: key, outputs: outputs, run: run.name, runUID: runUID)
            return true
        }
        if isTaken { queue.add(name) }
    }

    private static func objectKey(_ key: String, namespace: String) -> ObjectKey {
        let digest = Digest(of: Array(key.utf8)).hexadecimal
        return ObjectKey(namespace: namespace, name: "result-\(digest.prefix(40))")
    }

    private static func time(of object: KubernetesObject) -> Timestamp {
        object.spec["time"]?.stringValue.flatMap { Timestamp($0) }
            ?? object.creationTimestamp ?? Timestamp(seconds: 0)
    }

    private func write(_ name: ObjectKey) async {
        guard let entry = state.withLock({ $0.pending.removeValue(forKey: name) }) else { return }
        var object = KubernetesObject(.runCheckpoints, name)
        object.labels = [
            Labels.purpose: "result", Labels.managedBy: .string(Labels.manager),
        ]
        object.spec = [
            "purpose": "Result", "key": .string(entry.key),
            "run": ["name": .string(entry.run), "uid": .string(entry.runUID)],
            "time": .string(context.time.now().description),
            // As a text, so that a null within is no order to leave it out.
            "outputs": .string(JSON.object(entry.outputs).text),
        ]
        do throws(KubernetesError) {
            do throws(KubernetesError) {
                _ = try await context.client.create(.runCheckpoints, object)
            } catch {
                guard error.code == .alreadyExists else { throw error }
                _ = try await context.client.patch(
                    .runCheckpoints, name, .merge(["spec": object.spec]))
            }
            noteStore(in: name.namespace)
        } catch {
            context.logger.debug(
                "result not kept", ["result": .string("\(name)"), "error": error.logField])
        }
    }

    private func noteStore(in namespace: String) {
        let isDue = state.withLock { state in
            let count = (state.stores[namespace] ?? ResultCache.sweepStores - 1) + 1
            state.stores[namespace] = count % ResultCache.sweepStores
            return count >= ResultCache.sweepStores
        }
        if isDue { sweeps.add(namespace) }
    }

    /// Deletes what is past the bounds of a namespace.
    private func sweep(_ namespace: String) async {
        do throws(KubernetesError) {
            let kept = try await results(in: namespace)
            for surplus in ResultCache.surplus(of: kept, now: context.time.now()) {
                do throws(KubernetesError) {
                    try await context.client.delete(
                        .runCheckpoints, surplus.key, options: DeleteOptions(uid: surplus.uid))
                } catch {
                    guard error.code == .notFound || error.code == .conflict else { throw error }
                }
            }
            sweeps.forget(namespace)
            if !kept.isEmpty { sweeps.add(namespace, after: ResultCache.sweepInterval) }
        } catch {
            sweeps.addAfterBackoff(namespace)
        }
    }

    /// One result as far as a sweep needs to know it.
    struct Kept: Hashable {
        let key: ObjectKey
        let uid: String?
        let time: Timestamp
        let bytes: Int
    }

    /// The results to delete: those too old, then the oldest until the rest is within the bounds.
    static func surplus(of kept: [Kept], now: Timestamp) -> [Kept] {
        var bytes = 0
        var count = 0
        return kept.sorted { ($1.time, $1.key) < ($0.time, $0.key) }.filter { result in
            count += 1
            bytes += result.bytes
            return now - result.time > Bounds.age || count > Bounds.entries || bytes > Bounds.bytes
        }
    }

    private func results(in namespace: String) async throws(KubernetesError) -> [Kept] {
        var kept: [Kept] = []
        var options = ListOptions(labelSelector: "\(Labels.purpose)=result", limit: 100)
        repeat {
            let page = try await context.client.listPage(
                .runCheckpoints, namespace: namespace, options: options)
            kept += page.items.map { item in
                Kept(
                    key: item.key, uid: item.uid, time: ResultCache.time(of: item),
                    bytes: item.spec["outputs"]?.stringValue?.utf8.count ?? 0)
            }
            options.continueToken = page.continueToken
        } while options.continueToken != nil
        return kept
    }
}
