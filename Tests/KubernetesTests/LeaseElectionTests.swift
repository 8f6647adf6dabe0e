import Kubernetes
import TestSupport
import Testing
import Values

@Suite struct LeaseElectionTests {
    private static let timing = LeaseElection.Timing(
        leaseDuration: .seconds(15), renewDeadline: .seconds(10), retryPeriod: .seconds(2))

    /// The server's side: one Lease with versions, and candidates that run against it.
    private struct World {
        var lease: KubernetesObject?
        var version = 0
        var now = Duration.zero
        var candidates: [Candidate]

        struct Candidate {
            var election: LeaseElection
            var event = LeaseElection.Event.started
            var dueAt = Duration.zero
            var isFinished = false
            /// How fast this one's clock runs, and how far off it is.
            var offset: Duration = .zero
        }

        init(_ count: Int) {
            candidates = (0..<count).map { number in
                Candidate(
                    election: LeaseElection(
                        key: ObjectKey(namespace: "n", name: "l"), identity: "c\(number)",
                        timing: LeaseElectionTests.timing),
                    offset: .seconds(number * 100_000))
            }
        }

        mutating func write(_ new: KubernetesObject) -> LeaseElection.Event {
            guard new.resourceVersion == lease?.resourceVersion else {
                return .failed(KubernetesError(.conflict, "changed"))
            }
            version += 1
            var stored = new
            stored.metadata["resourceVersion"] = .string(String(version))
            lease = stored
            return .written(stored)
        }

        /// One step of one candidate; `fails` is what the network does to it.
        mutating func step(
            _ number: Int, random: Double,
            fails: (inout World, LeaseElection.Action)
                -> LeaseElection.Event? = { _, _ in nil }
        ) -> [LeaseElection.Action] {
            var actions: [LeaseElection.Action] = []
            candidates[number].election.handle(
                candidates[number].event, at: now + candidates[number].offset,
                wallTime: Timestamp(seconds: 0) + now, random: random, into: &actions)
            candidates[number].dueAt = now
            for action in actions {
                if let failure = fails(&self, action) {
                    candidates[number].event = failure
                    continue
                }
                switch action {
                case .read: candidates[number].event = .read(lease)
                case .create(let new, _), .replace(let new, _):
                    candidates[number].event = write(new)
                case .wait(let wait):
                    candidates[number].event = .waited
                    candidates[number].dueAt = now + wait
                case .finish: candidates[number].isFinished = true
                case .lead, .stepDown: break
                }
            }
            return actions
        }

        var leaders: [String] {
            candidates.filter(\.election.isLeading).map(\.election.identity)
        }
    }

    @Test func `the first candidate creates the lease and leads its first term`() {
        var world = World(1)
        #expect(world.step(0, random: 0) == [.read(timeout: .seconds(10))])
        guard case .create(let lease, _)? = world.step(0, random: 0).first else {
            Issue.record("no create")
            return
        }
        #expect(lease.spec["holderIdentity"] == "c0")
        #expect(lease.spec["leaseDurationSeconds"] == 15)
        #expect(lease.spec["renewTime"] == "1970-01-01T00:00:00.000000Z")
        #expect(world.step(0, random: 0) == [.lead(term: 0), .wait(.seconds(2))])
    }

    // client-go: TestTryAcquireOrRenew "don't acquire from led object" and "acquire from expired".
    @Test func `a lease is taken over when it did not change for its whole duration`() {
        var world = World(2)
        for _ in 0..<3 { _ = world.step(0, random: 0) }
        for _ in 0..<2 { _ = world.step(1, random: 0) }
        #expect(world.leaders == ["c0"])
        // The holder is gone; its clock and ours need not agree.
        while world.now < .seconds(20), world.leaders != ["c0", "c1"] {
            world.now += .milliseconds(500)
            if world.candidates[1].dueAt <= world.now { _ = world.step(1, random: 0) }
        }
        #expect(world.now >= .seconds(15))
        #expect(world.candidates[1].election.isLeading)
        #expect(world.lease?.spec["leaseTransitions"] == 1)
        // What the old holder writes next fails, and it lets go.
        let last = (0..<3).flatMap { _ in world.step(0, random: 0) }
        #expect(last.contains(.stepDown))
        #expect(world.leaders == ["c1"])
    }

    @Test func `a holder that cannot renew lets go before others take over`() {
        var world = World(1)
        for _ in 0..<3 { _ = world.step(0, random: 0) }
        var steppedDown: Duration?
        while world.now < .seconds(30), steppedDown == nil {
            world.now += .milliseconds(500)
            guard world.candidates[0].dueAt <= world.now else { continue }
            let actions = world.step(0, random: 0) { _, action in
                switch action {
                case .wait: nil
                default: .failed(KubernetesError(.transport, "down"))
                }
            }
            if actions.contains(.stepDown) { steppedDown = world.now }
        }
        #expect(steppedDown.map { $0 >= .seconds(10) && $0 < .seconds(15) } == true)
    }

    // client-go: TestReleaseLease, TestReleaseOnCancellation.
    @Test func `law 30: a holder that stops gives the lease back at once`() {
        var world = World(2)
        for _ in 0..<3 { _ = world.step(0, random: 0) }
        world.candidates[0].event = .stopped
        _ = world.step(0, random: 0)
        #expect(world.step(0, random: 0) == [.finish])
        #expect(world.lease?.spec["holderIdentity"] == "")
        for _ in 0..<3 { _ = world.step(1, random: 0) }
        #expect(world.leaders == ["c1"])
        #expect(world.lease?.spec["leaseTransitions"] == 1)
    }

    @Test func `a candidate that never led has nothing to give back`() {
        var world = World(1)
        world.candidates[0].event = .stopped
        #expect(world.step(0, random: 0) == [.finish])
        #expect(world.lease == nil)
    }

    @Test(arguments: 0..<40)
    func `law 29: with lost writes and lost replies there are never two holders in good time`(
        seed: Int
    ) {
        var random = SeededRandom(seed: UInt64(seed))
        var world = World(3)
        var led = 0
        while world.now < .seconds(600) {
            world.now += .milliseconds(100 + random.below(300))
            // Faults stop for the last part, so that somebody must lead at the end.
            let faults = world.now < .seconds(500) ? 20 : 0
            for number in 0..<3 where world.candidates[number].dueAt <= world.now {
                let draw = Double(random.below(1000)) / 1000
                let loses = random.chance(faults)
                let happens = random.chance(50)
                let actions = world.step(number, random: draw) { world, action in
                    guard loses else { return nil }
                    switch action {
                    case .create(let lease, _), .replace(let lease, _):
                        // The write may have happened, and only its reply be lost.
                        if happens { _ = world.write(lease) }
                        return .failed(KubernetesError(.transport, "lost", outcomeUnknown: true))
                    case .read: return .failed(KubernetesError(.transport, "lost"))
                    default: return nil
                    }
                }
                if actions.contains(where: { if case .lead = $0 { true } else { false } }) {
                    led += 1
                }
            }
            // Candidates here act in time, so nobody leads on after another took over.
            #expect(world.leaders.count <= 1)
        }
        #expect(world.leaders.count == 1)
        #expect(led >= 1)
    }
}
