import Admission
import Testing

@Suite struct AdmissionQueueTests {
    @Test func `without limits everybody goes at once, in the order of arrival`() {
        var test = TestQueue()
        for ticket in 1...4 { test.add(ticket) }
        #expect(test.admit() == [1, 2, 3, 4])
        #expect(test.queue.admittedCount == 4)
        #expect(test.queue.waitingCount == 0)
    }

    @Test func `a limit lets in as many as it says, and the next with each that leaves`() {
        var test = TestQueue()
        test.queue.setCapacity(2, of: .total)
        for ticket in 1...4 { test.add(ticket) }
        #expect(test.admit() == [1, 2])
        #expect(test.queue.reason(of: 3) == .pool(.total))
        #expect(test.admit() == [])
        #expect(test.release(2) == [3])
        #expect(test.queue.used(of: .total) == 2)
        test.queue.setCapacity(3, of: .total)
        #expect(test.admit() == [4])
    }

    @Test func `a lowered limit takes nothing away from those who are in`() {
        var test = TestQueue()
        for ticket in 1...3 { test.add(ticket) }
        #expect(test.admit() == [1, 2, 3])
        test.queue.setCapacity(1, of: .total)
        test.add(4)
        #expect(test.admit() == [])
        #expect(test.release(1) == [])
        #expect(test.release(2) == [])
        #expect(test.release(3) == [4])
    }

    @Test func `amounts without a limit add up beyond 64 bits, and are given back whole`() {
        var test = TestQueue()
        let pool = PoolName.resource("memory")
        let most = AdmissionLimits.amount
        let count = Int(Int64.max / most) + 2
        for ticket in 0..<count { test.add(ticket, "a", .normal, [Demand(pool, most)]) }
        #expect(test.admit().count == count)
        #expect(test.queue.used(of: pool) == .max)
        for ticket in 1..<count { test.queue.remove(ticket) }
        #expect(test.queue.used(of: pool) == most)
        test.queue.setCapacity(most, of: pool)
        test.add(count, "b", .normal, [Demand(pool, 1)])
        #expect(test.admit() == [])
        #expect(test.release(0) == [count])
    }

    @Test(arguments: [5_629_499_534_213_120_000, Int64.max, AdmissionLimits.amount + 1])
    func `an amount beyond the bound is refused, whether there is a limit or not`(amount: Int64) {
        var queue = AdmissionQueue<Int, Void>()
        let pool = PoolName.resource("memory")
        let request = AdmissionRequest(ticket: 1, namespace: "a", demands: [Demand(pool, amount)])
        #expect(queue.add(request, at: .zero) == pool)
        queue.setCapacity(.max, of: pool)
        #expect(queue.add(request, at: .zero) == pool)
        #expect(queue.waitingCount == 0)
    }

    @Test func `a higher class goes first, and age makes up for a lower one`() {
        var test = TestQueue()
        test.queue.setCapacity(1, of: .total)
        test.add(0)
        #expect(test.admit() == [0])
        test.add(1, "a", .low)
        test.add(2, "a", .normal)
        test.add(3, "a", .high)
        test.add(4, "a", .critical)
        #expect(test.queue.position(of: 4) == 1)
        #expect(test.queue.position(of: 1) == 4)
        // The low one came a minute and more before this one, which is the head start of normal.
        test.now = .seconds(61)
        test.add(5, "a", .normal)
        #expect(test.queue.position(of: 5) == 5)
        #expect(test.release(0) == [4])
        #expect(test.release(4) == [3])
        #expect(test.release(3) == [2])
        #expect(test.release(2) == [1])
        #expect(test.release(1) == [5])
    }

    @Test func `two namespaces have equal parts, however many one of them asks for`() {
        var test = TestQueue()
        test.queue.setCapacity(4, of: .total)
        for ticket in 0..<100 { test.add(ticket, "greedy") }
        #expect(test.admit().count == 4)
        for ticket in 100..<110 { test.add(ticket, "modest") }
        #expect(test.admit() == [])
        // As places become free the modest one comes up to its half.
        #expect(test.release(0) == [100])
        #expect(test.release(1) == [101])
        #expect(test.release(100) == [102])
        #expect(test.release(2) == [4])
    }

    @Test func `weights set the parts`() {
        var test = TestQueue()
        test.queue.setCapacity(4, of: .total)
        test.queue.setWeight(3, of: "large")
        for ticket in 0..<20 { test.add(ticket, "large") }
        for ticket in 100..<120 { test.add(ticket, "small") }
        let first = test.admit()
        #expect(first.filter { $0 < 100 }.count == 3)
        #expect(first.filter { $0 >= 100 }.count == 1)
    }

    @Test func `with one place turns are taken by what was served, not by who comes back first`() {
        var test = TestQueue()
        test.queue.setCapacity(1, of: .total)
        for ticket in 0..<6 { test.add(ticket, "a") }
        for ticket in 10..<16 { test.add(ticket, "b") }
        var order = test.admit()
        while let last = order.last, order.count < 12 { order += test.release(last) }
        #expect(order == [0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15])
    }

    @Test func `the part of a namespace is that of the resource it holds most of`() {
        var test = TestQueue()
        test.queue.setCapacity(9000, of: .resource("cpu"))
        test.queue.setCapacity(18_000, of: .resource("memory"))
        // The example of the paper: 1 cpu and 4 GB against 3 cpu and 1 GB end at 3 and 2.
        for ticket in 0..<10 {
            test.add(
                ticket, "a", .normal,
                [Demand(.resource("cpu"), 1000), Demand(.resource("memory"), 4000)])
            test.add(
                100 + ticket, "b", .normal,
                [Demand(.resource("cpu"), 3000), Demand(.resource("memory"), 1000)])
        }
        let granted = test.admit()
        #expect(granted.filter { $0 < 100 }.count == 3)
        #expect(granted.filter { $0 >= 100 }.count == 2)
    }

    @Test func `the limit of one namespace does not stop another`() {
        var test = TestQueue()
        test.queue.setCapacity(1, of: .namespace("a"))
        for ticket in 0..<3 {
            test.add(ticket, "a", .normal, [Demand(.total, 1), Demand(.namespace("a"), 1)])
            test.add(10 + ticket, "b", .normal, [Demand(.total, 1), Demand(.namespace("b"), 1)])
        }
        #expect(test.admit() == [0, 10, 11, 12])
        #expect(test.queue.reason(of: 1) == .pool(.namespace("a")))
        #expect(test.release(0) == [1])
    }

    @Test func `what can never fit is not taken`() {
        var test = TestQueue()
        test.queue.setCapacity(4000, of: .resource("gpu"))
        let pool = test.queue.add(
            AdmissionRequest(
                ticket: 1, namespace: "a", demands: [Demand(.resource("gpu"), 5000)]),
            at: .zero)
        #expect(pool == .resource("gpu"))
        #expect(test.queue.waitingCount == 0)
    }

    @Test func `small ones pass a large one for a while and then no more`() {
        var test = TestQueue()
        let cpu = PoolName.resource("cpu")
        test.queue.setCapacity(4, of: cpu)
        test.add(0, "a", .normal, [Demand(cpu, 1)])
        #expect(test.admit() == [0])
        test.add(1, "a", .normal, [Demand(cpu, 4)])
        test.add(2, "b", .normal, [Demand(cpu, 1)])
        #expect(test.admit() == [2])
        test.now = AdmissionLimits.backfillWindow
        test.add(3, "b", .normal, [Demand(cpu, 1)])
        #expect(test.release(0) == [])
        #expect(test.queue.reason(of: 3) == .reserved(cpu))
        #expect(test.release(2) == [1])
        #expect(test.release(1) == [3])
    }

    @Test func `a large one that is gone keeps nothing`() {
        var test = TestQueue()
        let cpu = PoolName.resource("cpu")
        test.queue.setCapacity(2, of: cpu)
        test.add(0, "a", .normal, [Demand(cpu, 1)])
        #expect(test.admit() == [0])
        test.add(1, "a", .normal, [Demand(cpu, 2)])
        #expect(test.admit() == [])
        test.now = AdmissionLimits.backfillWindow
        test.add(2, "b", .normal, [Demand(cpu, 1)])
        #expect(test.admit() == [] && test.queue.reason(of: 2) == .reserved(cpu))
        #expect(test.release(1) == [2])
    }

    @Test func `a closed gate stops those who go through it and nobody else`() {
        var test = TestQueue()
        test.gates.closed["x"] = .some(.seconds(30))
        test.add(1, gate: "x")
        test.add(2, gate: "x")
        test.add(3)
        #expect(test.admit() == [3])
        #expect(test.queue.reason(of: 1) == .circuitOpen("x"))
        #expect(test.queue.nextWake == .seconds(30))
        test.gates.closed["x"] = nil
        #expect(test.admit() == [])
        test.now = .seconds(30)
        #expect(test.admit() == [1, 2])
        #expect(test.queue.nextWake == nil)
        #expect(test.gates.passed["x"] == 2)
    }

    @Test func `a gate that is found closed again is tried again at the later time`() {
        var test = TestQueue()
        test.gates.closed["x"] = .some(.seconds(30))
        test.add(1, gate: "x")
        #expect(test.admit() == [])
        test.now = .seconds(10)
        test.gates.closed["x"] = .some(.seconds(50))
        test.queue.gateMayOpen("x")
        #expect(test.admit() == [])
        #expect(test.queue.nextWake == .seconds(50))
        test.now = .seconds(50)
        test.gates.closed["x"] = nil
        #expect(test.admit() == [1])
    }

    @Test func `a gate is tried again when it may be open`() {
        var test = TestQueue()
        test.gates.closed["x"] = .some(nil)
        test.add(1, gate: "x")
        #expect(test.admit() == [])
        #expect(test.queue.nextWake == nil)
        test.gates.closed["x"] = nil
        test.queue.gateMayOpen("x")
        #expect(test.admit() == [1])
    }

    @Test func `who has no patience with a closed gate gives up, and is told why`() {
        var test = TestQueue()
        test.queue.setCapacity(1, of: .resource("cpu"))
        test.gates.closed["x"] = .some(.seconds(1000))
        test.add(1, gate: "x", patience: .seconds(10))
        test.add(2, "a", .normal, [Demand(.resource("cpu"), 1)], patience: .seconds(10))
        test.add(3, "a", .normal, [Demand(.resource("cpu"), 1)], patience: .seconds(10))
        #expect(test.admit() == [2])
        #expect(test.queue.nextWake == .seconds(10))
        test.now = .seconds(10)
        let gone = test.queue.expire(at: test.now)
        #expect(gone.map(\.ticket) == [1])
        #expect(gone.map(\.reason) == [.circuitOpen("x")])
        // The other waits for a place, and that will come.
        #expect(test.queue.isWaiting(3))
    }

    @Test func `who was admitted before a restart is admitted still`() {
        var test = TestQueue()
        test.queue.setCapacity(1, of: .total)
        for ticket in 1...2 {
            test.queue.addAdmitted(
                AdmissionRequest(ticket: ticket, namespace: "a", demands: [Demand(.total, 1)]),
                at: .zero)
        }
        test.add(3)
        #expect(test.queue.isAdmitted(1) && test.queue.isAdmitted(2))
        #expect(test.admit() == [])
        #expect(test.release(1) == [])
        #expect(test.release(2) == [3])
    }

    @Test func `a place counts those that are waited with, and no others`() {
        var test = TestQueue()
        test.queue.setCapacity(1, of: .total)
        test.add(0)
        #expect(test.admit() == [0])
        test.gates.closed = ["x": nil, "y": nil]
        // These go by no place, as what only waits for a child run does.
        for ticket in [1, 2] { test.add(ticket, "a", .normal, [], gate: "x") }
        for ticket in [3, 4] { test.add(ticket, "a", .normal, [], gate: "y") }
        for ticket in [5, 6] { test.add(ticket) }
        #expect(test.admit() == [])
        #expect((1...6).map { test.queue.position(of: $0) } == [1, 2, 1, 2, 1, 2])
        // Stopped by the limit before it comes to its gate, it waits with those at the limit, and
        // for those at the gate.
        test.add(7, gate: "x")
        #expect(test.admit() == [])
        #expect(test.queue.position(of: 7) == 5)
    }

    @Test func `one whose class changes has waited as long as before`() {
        var test = TestQueue()
        test.queue.setCapacity(1, of: .total)
        test.add(0)
        #expect(test.admit() == [0])
        test.add(1, "a", .normal)
        test.now = .seconds(50)
        test.add(2, "a", .low)
        test.add(3, "a", .low)
        test.queue.setPriority(.normal, of: 3)
        test.queue.setPriority(.normal, of: 2)
        #expect((1...3).map { test.queue.position(of: $0) } == [1, 2, 3])
        test.queue.setPriority(.high, of: 3)
        #expect((1...3).map { test.queue.position(of: $0) } == [2, 3, 1])
        // Who is admitted, or unknown, has no class to change.
        test.queue.setPriority(.low, of: 0)
        test.queue.setPriority(.low, of: 9)
        #expect(test.queue.waitingCount == 3)
        #expect(test.release(0) == [3])
        #expect(test.release(3) == [1])
        #expect(test.release(1) == [2])
        #expect(test.release(2) == [])
    }

    @Test func `one that leaves the queue moves the others up`() {
        var test = TestQueue()
        test.queue.setCapacity(1, of: .total)
        for ticket in 0...4 { test.add(ticket) }
        #expect(test.admit() == [0])
        #expect(test.queue.position(of: 4) == 4)
        test.queue.remove(2)
        #expect(test.queue.position(of: 4) == 3)
        #expect(test.queue.position(of: 2) == nil)
        #expect(test.queue.waitingCount(of: "a") == 3)
        #expect(test.release(0) == [1])
        #expect(test.release(1) == [3])
    }

    @Test func `backpressure begins at the high mark and ends at the low one`() {
        var marks = Watermarks(high: 10, low: 5)
        #expect(marks.update(9) == false && !marks.isHoldingBack)
        #expect(marks.update(10) == true && marks.isHoldingBack)
        #expect(marks.update(6) == false && marks.isHoldingBack)
        #expect(marks.update(5) == true && !marks.isHoldingBack)
    }
}
