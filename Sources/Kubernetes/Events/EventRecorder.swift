internal import Synchronization
internal import Values

/// The object that an event is about.
public struct ObjectReference: Sendable, Hashable {
    /// The object's group and version.
    public var apiVersion: String
    /// The object's kind.
    public var kind: String
    /// The object's namespace, empty where it lives in none.
    public var namespace: String
    /// The object's name.
    public var name: String
    /// The object's identity.
    public var uid: String

    /// Makes a reference.
    public init(apiVersion: String, kind: String, namespace: String, name: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }

    /// Makes a reference to an object.
    public init(_ object: KubernetesObject) {
        self.init(
            apiVersion: object.apiVersion, kind: object.kind, namespace: object.namespace,
            name: object.name, uid: object.uid ?? "")
    }

    var json: JSON {
        var json: JSON = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name),
            "uid": .string(uid),
        ]
        if !namespace.isEmpty { json["namespace"] = .string(namespace) }
        return json
    }
}

/// A service that tells people what happens to objects, as Events of core/v1.
///
/// Best effort: recording never waits and never fails. Events that repeat are counted in one Event;
/// what one object may cause is limited; what does not fit the buffer is dropped and counted.
public final class EventRecorder: Sendable {
    private let client: KubernetesClient
    private let time: TimeSource
    private let memory: Mutex<EventMemory>
    private let queue: WorkQueue<EventIdentity>
    private let drops = Atomic<Int>(0)

    /// Makes a recorder; ``run()`` is what writes.
    ///
    /// - Parameter instance: Which of our processes this is, as the Pod's name.
    public init(
        client: KubernetesClient, instance: String, time: TimeSource = .system,
        random: RandomSource = .system
    ) {
        self.client = client
        self.time = time
        memory = Mutex(
            EventMemory(component: KubernetesClient.fieldManager, instance: instance))
        queue = WorkQueue(
            backoff: Backoff(minimum: .milliseconds(500), maximum: .seconds(30)), time: time,
            random: random)
    }

    /// The events that were dropped: too many, or refused by the server.
    public var droppedCount: Int { drops.load(ordering: .relaxed) }

    /// Records that something happened to an object.
    ///
    /// - Parameters:
    ///   - isWarning: Whether somebody should look.
    ///   - reason: One word in CamelCase.
    ///   - message: A sentence; what is over the bound is cut.
    public func record(
        _ regarding: ObjectReference, isWarning: Bool = false, reason: String, message: String
    ) {
        let identity = EventIdentity(
            regarding: regarding, isWarning: isWarning,
            reason: EventRecorder.cut(reason, KubernetesLimits.eventReasonBytes),
            message: EventRecorder.cut(message, KubernetesLimits.eventMessageBytes))
        let (now, monotonic) = (time.now(), time.monotonic())
        if memory.withLock({ $0.add(identity, at: now, monotonic: monotonic) }) {
            queue.add(identity)
        } else {
            drops.add(1, ordering: .relaxed)
        }
    }

    /// Writes events until the task is cancelled, or ``finish()`` was called and all are written.
    public func run() async {
        while let identity = await queue.next() {
            await write(identity)
            queue.done(identity)
        }
    }

    /// Takes no more events and lets ``run()`` end when those that wait are written; a task that is
    /// cancelled drops them.
    public func finish() { queue.shutDown(draining: true) }

    private func write(_ identity: EventIdentity) async {
        guard let (write, occurrences) = memory.withLock({ $0.take(identity) }) else { return }
        do {
            switch write {
            case .create(let event):
                do {
                    _ = try await client.create(.events, event)
                } catch let error where error.code == .alreadyExists {
                    // Our own create, whose reply was lost: nobody else uses the name.
                }
                remember(identity, event.key, occurrences)
            case .count(let key, let patch):
                _ = try await client.patch(.events, key, .merge(patch))
                remember(identity, key, occurrences)
            }
            queue.forget(identity)
        } catch {
            failed(identity, occurrences, error, isCount: write.isCount)
        }
    }

    private func remember(
        _ identity: EventIdentity, _ key: ObjectKey, _ occurrences: EventMemory.Occurrences
    ) {
        memory.withLock { $0.remember(identity, key, occurrences) }
    }

    private func failed(
        _ identity: EventIdentity, _ occurrences: EventMemory.Occurrences,
        _ error: KubernetesError, isCount: Bool
    ) {
        // Events expire after an hour; one that is counted later must be made anew.
        let isGone = isCount && error.code == .notFound
        guard isGone || error.isTransient,
            queue.failures(of: identity) < KubernetesLimits.maximumRetries
        else {
            queue.forget(identity)
            drops.add(1, ordering: .relaxed)
            return
        }
        memory.withLock { $0.putBack(identity, occurrences, forget: isGone) }
        queue.addAfterBackoff(identity)
    }

    /// As many characters as fit so many bytes.
    static func cut(_ text: String, _ maximumBytes: Int) -> String {
        guard text.utf8.count > maximumBytes else { return text }
        var bytes = 3
        var end = text.startIndex
        for index in text.indices {
            bytes += text[index].utf8.count
            if bytes > maximumBytes { break }
            end = text.index(after: index)
        }
        return text[..<end] + "…"
    }
}

extension EventMemory.Write {
    fileprivate var isCount: Bool {
        guard case .count = self else { return false }
        return true
    }
}
