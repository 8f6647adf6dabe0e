import Testing
import Values

@testable import Kubernetes

@Suite struct EventMemoryTests {
    private let start = Timestamp(seconds: 1_700_000_000)

    private func identity(_ reason: String = "Started", uid: String = "u") -> EventIdentity {
        EventIdentity(
            regarding: ObjectReference(
                apiVersion: "v1", kind: "Pod", namespace: "n", name: "p", uid: uid),
            isWarning: false, reason: reason, message: "m")
    }

    private func take(
        _ memory: inout EventMemory, _ identity: EventIdentity
    ) throws -> (EventMemory.Write, EventMemory.Occurrences) {
        let taken = memory.take(identity)
        return try #require(taken)
    }

    @Test func `what repeats is counted in the event that was written`() throws {
        var memory = EventMemory(component: "c", instance: "i")
        for second in 0..<3 {
            let added = memory.add(
                identity(), at: start + .seconds(second), monotonic: .zero)
            #expect(added)
        }
        let (write, occurrences) = try take(&memory, identity())
        guard case .create(let event) = write else {
            Issue.record("not created: \(write)")
            return
        }
        #expect(event.json["count"] == 3)
        #expect(event.json["firstTimestamp"] == .string(start.secondsText))
        #expect(event.json["lastTimestamp"] == .string((start + .seconds(2)).secondsText))
        #expect(event.json["involvedObject"]?["uid"] == "u")
        memory.remember(identity(), event.key, occurrences)
        _ = memory.add(identity(), at: start + .seconds(9), monotonic: .zero)
        let (again, _) = try take(&memory, identity())
        #expect(
            again
                == .count(
                    event.key,
                    ["count": 4, "lastTimestamp": .string((start + .seconds(9)).secondsText)]))
        let rest = memory.take(identity())
        #expect(rest == nil)
    }

    @Test func `what was not written is counted with what came meanwhile`() throws {
        var memory = EventMemory(component: "c", instance: "i")
        _ = memory.add(identity(), at: start, monotonic: .zero)
        let (_, failed) = try take(&memory, identity())
        _ = memory.add(identity(), at: start + .seconds(5), monotonic: .zero)
        memory.putBack(identity(), failed, forget: false)
        let (_, both) = try take(&memory, identity())
        #expect(both.count == 2)
        #expect(both.first == start)
        #expect(both.last == start + .seconds(5))
    }

    @Test func `law 34: one object's events are limited and come back with time`() {
        var memory = EventMemory(component: "c", instance: "i")
        func admitted(_ monotonic: Duration, _ round: Int) -> Int {
            (0..<100).count { number in
                memory.add(identity("R\(round)-\(number)"), at: start, monotonic: monotonic)
            }
        }
        #expect(admitted(.zero, 0) == KubernetesLimits.eventBurst)
        #expect(admitted(KubernetesLimits.eventRefill * 3, 1) == 3)
        // Another object has its own share.
        #expect(memory.add(identity(uid: "v"), at: start, monotonic: .zero) == true)
    }

    @Test func `law 34: what waits and what is remembered are bounded`() throws {
        var memory = EventMemory(component: "c", instance: "i")
        let admitted = (0..<2000).count { number in
            memory.add(identity(uid: "u\(number)"), at: start, monotonic: .zero)
        }
        #expect(admitted == KubernetesLimits.eventBuffer)
        for number in 0..<6000 {
            _ = memory.add(identity(uid: "v\(number)"), at: start, monotonic: .zero)
            for uid in ["u\(number)", "v\(number)"] {
                if let (_, occurrences) = memory.take(identity(uid: uid)) {
                    memory.remember(identity(uid: uid), ObjectKey(name: uid), occurrences)
                }
            }
        }
        #expect(memory.rememberedCount <= KubernetesLimits.eventMemory)
    }

    @Test func `a long message is cut at a character`() {
        #expect(EventRecorder.cut("short", 10) == "short")
        #expect(EventRecorder.cut(String(repeating: "é", count: 10), 9) == "ééé…")
        #expect(EventRecorder.cut(String(repeating: "a", count: 2000), 1024).utf8.count == 1024)
    }
}
