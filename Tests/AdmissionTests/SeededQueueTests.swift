import Admission
import TestSupport
import Testing

/// The queue does what the plain rules say, whatever happens in whatever order.
@Suite struct SeededQueueTests {
    @Test func `it admits whom the naive rules admit, in their order`() {
        for seed in 0..<400 { compare(seed: UInt64(seed), steps: 120, movesTime: false) }
    }

    @Test func `with time and reservations nobody waits without a reason and no limit is passed`() {
        for seed in 1000..<1400 { compare(seed: UInt64(seed), steps: 200, movesTime: true) }
    }

    private static let namespaces = ["a", "b", "c"]
    private static let pools: [PoolName] = [
        .total, .resource("cpu"), .resource("gpu"), .namespace("a"), .run("r", resource: "cpu"),
    ]

    private func compare(seed: UInt64, steps: Int, movesTime: Bool) {
        var random = SeededRandom(seed: seed)
        var test = TestQueue()
        var naive = NaiveQueue()
        var next = 0
        for _ in 0..<steps {
            switch random.below(movesTime ? 10 : 9) {
            case 0...2:
                add(&next, &test, &naive, &random)
            case 3, 4:
                let admitted = naive.admitted.keys.sorted()
                guard !admitted.isEmpty else { continue }
                let ticket = admitted[random.below(admitted.count)]
                test.queue.remove(ticket)
                naive.remove(ticket)
            case 5:
                let pool = SeededQueueTests.pools[random.below(SeededQueueTests.pools.count)]
                let capacity: Int64? =
                    random.below(4) == 0 ? nil : Int64(2 + random.below(4))
                test.queue.setCapacity(capacity, of: pool)
                naive.capacities[pool] = capacity
            case 6:
                let gate = ["x", "y"][random.below(2)]
                if test.gates.closed[gate] == nil {
                    test.gates.closed[gate] = .some(nil)
                } else {
                    test.gates.closed[gate] = nil
                    test.queue.gateMayOpen(gate)
                }
            case 7:
                guard let item = naive.waiting.randomElement(using: &random) else { continue }
                test.queue.remove(item.ticket)
                naive.remove(item.ticket)
            case 8:
                guard let item = naive.waiting.randomElement(using: &random) else { continue }
                let priority = Priority.allCases[random.below(4)]
                test.queue.setPriority(priority, of: item.ticket)
                naive.setPriority(priority, of: item.ticket)
            default: test.now += .seconds(10)
            }
            let granted = test.admit()
            if movesTime {
                // Which of the waiting stands back for a large one is the queue's to choose.
                follow(granted, &naive)
                expectNoIdling(test, naive, seed)
            } else {
                let wanted = naive.admit(closed: Set(test.gates.closed.keys))
                #expect(granted == wanted, "seed \(seed)")
                guard granted == wanted else { return }
            }
            expectSameState(test, naive, seed)
        }
    }

    private func add(
        _ next: inout Int, _ test: inout TestQueue, _ naive: inout NaiveQueue,
        _ random: inout SeededRandom
    ) {
        let namespace = SeededQueueTests.namespaces[random.below(3)]
        let priority = Priority.allCases[random.below(4)]
        var demands = [Demand(.total, 1), Demand(.namespace(namespace), 1)]
        if random.below(2) == 0 {
            demands.append(Demand(.resource("cpu"), Int64(1 + random.below(2))))
        }
        if random.below(4) == 0 { demands.append(Demand(.resource("gpu"), 2)) }
        if random.below(4) == 0 { demands.append(Demand(.run("r", resource: "cpu"), 1)) }
        let gate = [nil, nil, "x", "y"][random.below(4)]
        next += 1
        let never = test.queue.add(
            AdmissionRequest(
                ticket: next, namespace: namespace, priority: priority, demands: demands,
                gate: gate.map { Gate($0) }), at: test.now)
        if never == nil { naive.add(next, namespace, priority, demands, gate, at: test.now) }
    }

    private func follow(_ granted: [Int], _ naive: inout NaiveQueue) {
        for ticket in granted {
            guard let item = naive.waiting.first(where: { $0.ticket == ticket }) else {
                Issue.record("\(ticket) was granted and did not wait")
                continue
            }
            #expect(naive.fits(item))
            naive.waiting.removeAll { $0.ticket == ticket }
            naive.admitted[ticket] = (item.namespace, item.demands)
        }
    }

    /// Who could go waits only since something is kept for another.
    private func expectNoIdling(_ test: TestQueue, _ naive: NaiveQueue, _ seed: UInt64) {
        var isKept = false
        for item in naive.waiting where naive.fits(item) {
            if let gate = item.gate, test.gates.closed[gate] != nil { continue }
            guard case .reserved? = test.queue.reason(of: item.ticket) else {
                let reason = test.queue.reason(of: item.ticket)
                Issue.record(
                    "seed \(seed): \(item.ticket) could go, and waits for \(reason as Any)")
                continue
            }
            isKept = true
        }
        // Something is kept only for one that waits for a resource.
        guard isKept else { return }
        let isWaited = naive.waiting.contains { item in
            switch test.queue.reason(of: item.ticket) {
            case .pool(.resource), .pool(.total): true
            default: false
            }
        }
        #expect(isWaited, "seed \(seed)")
    }

    private func expectSameState(_ test: TestQueue, _ naive: NaiveQueue, _ seed: UInt64) {
        #expect(test.queue.waitingCount == naive.waiting.count, "seed \(seed)")
        #expect(test.queue.admittedCount == naive.admitted.count, "seed \(seed)")
        for pool in SeededQueueTests.pools {
            #expect(test.queue.used(of: pool) == naive.used(pool), "seed \(seed)")
        }
        for namespace in SeededQueueTests.namespaces {
            let line = naive.line(of: namespace)
            for (place, item) in line.enumerated() {
                let isStopped = isAtGate(item, test)
                let before = line[..<place].filter { other in
                    let isSame = item.gate != nil && other.gate == item.gate
                    return isSame || (!isStopped && !isAtGate(other, test))
                }
                #expect(test.queue.position(of: item.ticket) == before.count + 1, "seed \(seed)")
            }
        }
    }

    private func isAtGate(_ item: NaiveQueue.Waiting, _ test: TestQueue) -> Bool {
        guard case .circuitOpen? = test.queue.reason(of: item.ticket) else { return false }
        return true
    }
}
