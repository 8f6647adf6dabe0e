internal import Values

/// What makes two events the same, so that they are counted and not repeated.
struct EventIdentity: Sendable, Hashable {
    let regarding: ObjectReference
    let isWarning: Bool
    let reason: String
    let message: String
}

/// The rules of which events are written and how, without clock or connection.
struct EventMemory: Sendable {
    /// What to write.
    enum Write: Sendable, Hashable {
        case create(KubernetesObject)
        case count(ObjectKey, JSON)
    }

    struct Occurrences: Sendable, Hashable {
        var count: Int64
        var first: Timestamp
        var last: Timestamp
    }

    private struct Written {
        let key: ObjectKey
        var occurrences: Occurrences
        var usedAt: UInt64
    }

    private struct Bucket {
        var tokens: Double
        var filledAt: Duration
    }

    private var pending: [EventIdentity: Occurrences] = [:]
    private var written: [EventIdentity: Written] = [:]
    private var buckets: [String: Bucket] = [:]
    private var uses: UInt64 = 0
    private let component: String
    private let instance: String

    init(component: String, instance: String) {
        self.component = component
        self.instance = instance
    }

    /// The events that further occurrences would be counted in.
    var rememberedCount: Int { written.count }

    /// Takes an event in; false when it is one too many.
    mutating func add(_ identity: EventIdentity, at now: Timestamp, monotonic: Duration) -> Bool {
        if pending[identity] != nil {
            pending[identity]?.count += 1
            pending[identity]?.last = now
            return true
        }
        guard pending.count < KubernetesLimits.eventBuffer,
            takeToken(identity.regarding.uid, monotonic)
        else { return false }
        pending[identity] = Occurrences(count: 1, first: now, last: now)
        return true
    }

    /// One object that fails in a loop must not fill the API with its story.
    private mutating func takeToken(_ uid: String, _ now: Duration) -> Bool {
        let burst = Double(KubernetesLimits.eventBurst)
        var bucket = buckets[uid] ?? Bucket(tokens: burst, filledAt: now)
        let refilled = (now - bucket.filledAt) / KubernetesLimits.eventRefill
        bucket.tokens = min(burst, bucket.tokens + refilled)
        bucket.filledAt = now
        let allowed = bucket.tokens >= 1
        if allowed { bucket.tokens -= 1 }
        if buckets[uid] == nil, buckets.count >= KubernetesLimits.eventMemory {
            // Those that are full again say nothing that a new one would not.
            buckets = buckets.filter { _, bucket in
                bucket.tokens + (now - bucket.filledAt) / KubernetesLimits.eventRefill < burst
            }
            if buckets.count >= KubernetesLimits.eventMemory { buckets.removeAll() }
        }
        buckets[uid] = bucket
        return allowed
    }

    /// What to write for the occurrences that wait; nil when there are none.
    mutating func take(_ identity: EventIdentity) -> (Write, Occurrences)? {
        guard let new = pending.removeValue(forKey: identity) else { return nil }
        guard let present = written[identity] else {
            let object = object(identity, new)
            return (.create(object), new)
        }
        let patch: JSON = [
            "count": .integer(present.occurrences.count + new.count),
            "lastTimestamp": .string(new.last.secondsText),
        ]
        return (.count(present.key, patch), new)
    }

    /// The write happened.
    mutating func remember(_ identity: EventIdentity, _ key: ObjectKey, _ new: Occurrences) {
        uses += 1
        var occurrences = written[identity]?.occurrences ?? new
        if written[identity] != nil {
            occurrences.count += new.count
            occurrences.last = new.last
        } else if written.count >= KubernetesLimits.eventMemory {
            let middle = written.values.map(\.usedAt).sorted()[written.count / 2]
            written = written.filter { $0.value.usedAt > middle }
        }
        written[identity] = Written(key: key, occurrences: occurrences, usedAt: uses)
    }

    /// The write did not happen; `forget` when the event itself is gone and must be made anew.
    mutating func putBack(_ identity: EventIdentity, _ failed: Occurrences, forget: Bool) {
        if forget { written[identity] = nil }
        guard var present = pending[identity] else {
            pending[identity] = failed
            return
        }
        present.count += failed.count
        present.first = failed.first
        pending[identity] = present
    }

    private func object(_ identity: EventIdentity, _ occurrences: Occurrences) -> KubernetesObject {
        let regarding = identity.regarding
        let namespace = regarding.namespace.isEmpty ? "default" : regarding.namespace
        // As client-go names them: the object, and the moment in hexadecimal.
        let stem = regarding.name.prefix(200)
        let suffix = String(occurrences.first.nanoseconds, radix: 16)
        var event = KubernetesObject(
            .events, ObjectKey(namespace: namespace, name: "\(stem).\(suffix)"))
        event.json["involvedObject"] = regarding.json
        event.json["type"] = identity.isWarning ? "Warning" : "Normal"
        event.json["reason"] = .string(identity.reason)
        event.json["message"] = .string(identity.message)
        event.json["count"] = .integer(occurrences.count)
        event.json["firstTimestamp"] = .string(occurrences.first.secondsText)
        event.json["lastTimestamp"] = .string(occurrences.last.secondsText)
        event.json["source"] = ["component": .string(component)]
        event.json["reportingComponent"] = .string(component)
        event.json["reportingInstance"] = .string(instance)
        return event
    }
}
