import Admission
import Kubernetes
import Synchronization
import Testing
import Values

@testable import Operator

/// When runs may start.
@Suite struct RunGateTests {
    private var time: TimeSource {
        TimeSource(
            now: { Timestamp(seconds: 5000) }, monotonic: { .seconds(1000) }, sleep: { _ in })
    }

    private func key(_ name: String, _ namespace: String = "a") -> ObjectKey {
        ObjectKey(namespace: namespace, name: name)
    }

    private func request(
        _ gate: RunGate, _ name: String, _ priority: Admission.Priority = .normal,
        created: Int64 = 5000, version: String? = nil
    ) -> RunGate.Answer {
        gate.request(
            key(name), uid: "uid-\(name)", priority: priority,
            created: Timestamp(seconds: created), version: version.map { ResourceVersion($0) }
        ).0
    }

    @Test func `what was admitted before a restart is counted before anything new`() {
        let gate = RunGate(AdmissionConfiguration(runs: 2), time: time)
        gate.restore(key("old-1"), uid: "1")
        gate.restore(key("old-2"), uid: "2")
        gate.restore(key("old-3"), uid: "3")
        #expect(request(gate, "new") == .waits(.init(position: 1, reason: .pool(.total))))
        #expect(gate.forget(key("old-1"), uid: "1") == [])
        #expect(gate.forget(key("old-2"), uid: "2") == [key("new")])
    }

    @Test func `those who wait are in the order of their creation, also after a restart`() {
        let gate = RunGate(AdmissionConfiguration(runs: 1), time: time)
        gate.restore(key("old"), uid: "0")
        // The informer brings them in any order.
        _ = request(gate, "third", created: 4900)
        _ = request(gate, "first", created: 4000)
        _ = request(gate, "second", created: 4500)
        #expect(gate.wait(of: key("third"), uid: "uid-third")?.position == 3)
        #expect(gate.forget(key("old"), uid: "0") == [key("first")])
        #expect(gate.forget(key("first")) == [key("second")])
        #expect(gate.wait(of: key("third"), uid: "uid-third")?.position == 1)
    }

    @Test func `a run that replaces one of its name leaves nothing of it behind`() {
        let gate = RunGate(AdmissionConfiguration(runs: 1), time: time)
        #expect(request(gate, "first") == .admitted)
        #expect(request(gate, "second") == .waits(.init(position: 1, reason: .pool(.total))))
        // Deleted and made anew at once: the end of the old one is never seen.
        let (answer, _) = gate.request(
            key("second"), uid: "anew", priority: .normal, created: Timestamp(seconds: 5000))
        #expect(answer == .waits(.init(position: 1, reason: .pool(.total))))
        #expect(gate.waitingCount == 1)
        #expect(gate.wait(of: key("second"), uid: "uid-second") == nil)
        #expect(gate.forget(key("first"), uid: "uid-first") == [key("second")])
        #expect(gate.forget(key("second")) == [])
        #expect(request(gate, "third") == .admitted)
    }

    @Test func `a run that replaces one that was admitted takes its place`() {
        let gate = RunGate(AdmissionConfiguration(runs: 1), time: time)
        gate.restore(key("first"), uid: "old")
        _ = request(gate, "second")
        gate.restore(key("first"), uid: "new")
        // A child asks for no place: what had its key gives its own back all the same.
        #expect(gate.forgetPast(key("first"), before: "new") == [])
        #expect(gate.forgetPast(key("first"), before: "child") == [key("second")])
        #expect(gate.forget(key("second")) == [])
        #expect(request(gate, "third") == .admitted)
    }

    @Test func `those of one second are in the order in which the server made them`() {
        // Clocks that are read one after the other never agree.
        let ticks = Mutex<Int64>(0)
        @Sendable func tick() -> Int64 {
            ticks.withLock { ticks in
                ticks = ticks * 7 % 1009 + 11
                return ticks
            }
        }
        let gate = RunGate(
            AdmissionConfiguration(runs: 1),
            time: TimeSource(
                now: { Timestamp(seconds: 5000) + .nanoseconds(tick()) },
                monotonic: { .seconds(1000) + .nanoseconds(tick()) }, sleep: { _ in }))
        gate.restore(key("old"), uid: "0")
        // Workers bring them in any order.
        for number in [4, 2, 6, 1, 5, 3] {
            _ = request(gate, "run-\(number)", version: "10\(number)")
        }
        for number in 1...6 {
            let name = "run-\(number)"
            #expect(gate.wait(of: key(name), uid: "uid-\(name)")?.position == number)
        }
        #expect(gate.forget(key("old"), uid: "0") == [key("run-1")])
        #expect(gate.forget(key("run-1")) == [key("run-2")])
    }

    @Test func `whoever is further back than it was told is told so`() {
        let told = RunGate.Told(position: 4, word: WaitReason.turn.word)
        #expect(!RunGate.isNews(.init(position: 3, reason: .turn), after: told))
        #expect(RunGate.isNews(.init(position: 2, reason: .turn), after: told))
        #expect(RunGate.isNews(.init(position: 5, reason: .turn), after: told))
    }

    @Test func `a run that is made more urgent moves up, as one that has waited as long`() {
        let gate = RunGate(AdmissionConfiguration(runs: 1), time: time)
        gate.restore(key("old"), uid: "0")
        _ = request(gate, "oldest", created: 4600)
        _ = request(gate, "older", created: 4980)
        _ = request(gate, "younger", created: 4990)
        #expect(!gate.isOutdated(key("younger"), uid: "uid-younger", number: nil))
        #expect(gate.isOutdated(key("younger"), uid: "uid-younger", number: 50))
        let (answer, others) = gate.request(
            key("younger"), uid: "uid-younger", priority: .high, number: 50,
            created: Timestamp(seconds: 4990))
        // Four minutes more do not make up for six and a half.
        #expect(answer == .waits(.init(position: 2, reason: .pool(.total))))
        #expect(others == [])
        #expect(gate.waitingCount == 3)
        #expect(!gate.isOutdated(key("younger"), uid: "uid-younger", number: 50))
        // It is as urgent as before again, and in its old place.
        #expect(
            request(gate, "younger", created: 4990)
                == .waits(.init(position: 3, reason: .pool(.total))))
        #expect(
            request(gate, "younger", .critical) == .waits(.init(position: 1, reason: .pool(.total)))
        )
        #expect(gate.forget(key("old"), uid: "0") == [key("younger")])
    }

    @Test func `pressure holds new runs back and lets them in again`() {
        let gate = RunGate(AdmissionConfiguration(), time: time)
        #expect(request(gate, "before") == .admitted)
        #expect(gate.setPressure(true) == [])
        #expect(request(gate, "during") == .waits(.init(position: 1, reason: .backpressure)))
        #expect(
            request(gate, "urgent", .critical) == .waits(.init(position: 1, reason: .backpressure)))
        #expect(gate.setPressure(false) == [key("urgent"), key("during")])
    }

    @Test func `a namespace has no more than its limit`() {
        let gate = RunGate(AdmissionConfiguration(runsPerNamespace: 1), time: time)
        #expect(request(gate, "one") == .admitted)
        #expect(
            request(gate, "two") == .waits(.init(position: 1, reason: .pool(.namespace("a")))))
        let (other, _) = gate.request(
            key("one", "b"), uid: "b", priority: .normal, created: nil)
        #expect(other == .admitted)
    }

    @Test func `a place is news when half of those before are gone, or the reason changes`() {
        let told = RunGate.Told(position: 10, word: "ConcurrencyLimit")
        func isNews(_ position: Int, _ reason: WaitReason) -> Bool {
            RunGate.isNews(.init(position: position, reason: reason), after: told)
        }
        #expect(!isNews(10, .pool(.total)))
        #expect(!isNews(6, .pool(.total)))
        #expect(isNews(5, .pool(.total)))
        #expect(isNews(10, .backpressure))
        #expect(RunGate.isNews(.init(position: 1, reason: .turn), after: nil))
    }

    @Test func `of many that wait only those are told again whose place is news`() {
        let gate = RunGate(AdmissionConfiguration(runs: 1), time: time)
        gate.restore(key("old"), uid: "0")
        for number in 0..<8 {
            let name = "run-\(number)"
            _ = request(gate, name, created: Int64(number))
            if let wait = gate.wait(of: key(name), uid: "uid-\(name)") {
                gate.told(wait, to: key(name), uid: "uid-\(name)")
            }
        }
        #expect(gate.news() == [])
        _ = gate.forget(key("old"), uid: "0")
        #expect(gate.news() == [key("run-1")])
    }
}
