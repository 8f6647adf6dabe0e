import Kubernetes
import TestSupport
import Testing

@Suite struct WorkQueueStateTests {
    @Test func `keys come out in the order they went in`() {
        var queue = WorkQueueState<Int>()
        for key in 1...5 { queue.add(key) }
        let taken = (1...5).compactMap { _ in queue.take(now: .zero) }
        #expect(taken == [1, 2, 3, 4, 5])
        #expect(queue.take(now: .zero) == nil)
    }

    @Test func `adding a key that waits changes nothing`() {
        var queue = WorkQueueState<String>()
        #expect(queue.add("a") == true)
        #expect(queue.add("a") == false)
        #expect(queue.readyCount == 1)
    }

    // client-go: TestAddWhileProcessing, TestCollapseWhileProcessing.
    @Test func `law 26: adds while a key is processed cause exactly one more pass`() {
        var queue = WorkQueueState<String>()
        queue.add("a")
        #expect(queue.take(now: .zero) == "a")
        for _ in 0..<10 { queue.add("a") }
        #expect(queue.take(now: .zero) == nil)
        #expect(queue.done("a") == true)
        #expect(queue.take(now: .zero) == "a")
        #expect(queue.done("a") == false)
        #expect(queue.take(now: .zero) == nil)
    }

    // client-go: TestReinsert.
    @Test func `a key can be added again after it was done`() {
        var queue = WorkQueueState<String>()
        queue.add("a")
        #expect(queue.take(now: .zero) == "a")
        queue.done("a")
        queue.add("a")
        #expect(queue.take(now: .zero) == "a")
    }

    // client-go: TestQueueDrainageUsingShutDownWithDrain, ...WithDirtyItem.
    @Test func `draining hands out what waits and what is due once more, and then ends`() {
        var queue = WorkQueueState<String>()
        queue.add("a")
        queue.add("b")
        #expect(queue.take(now: .zero) == "a")
        queue.add("a")
        queue.shutDown(draining: true)
        queue.add("late")
        #expect(queue.take(now: .zero) == "b")
        queue.done("b")
        #expect(!queue.isFinished)
        queue.done("a")
        #expect(queue.take(now: .zero) == "a")
        #expect(!queue.isFinished)
        queue.done("a")
        #expect(queue.isFinished)
        #expect(queue.take(now: .zero) == nil)
    }

    @Test func `shutting down at once drops what waits`() {
        var queue = WorkQueueState<String>()
        queue.add("a")
        queue.add("b", after: .seconds(1), now: .zero)
        queue.shutDown(draining: false)
        #expect(queue.isFinished)
        #expect(queue.take(now: .seconds(2)) == nil)
        #expect(queue.delayedCount == 0)
    }

    // client-go: TestSimpleQueue, TestAddTwoFireEarly, TestCopyShifting of delaying_queue_test.go.
    @Test func `a delayed key comes when it is due and not before`() {
        var queue = WorkQueueState<String>()
        queue.add("a", after: .seconds(5), now: .zero)
        queue.add("b", after: .seconds(3), now: .zero)
        queue.add("c", after: .zero, now: .zero)
        #expect(queue.take(now: .zero) == "c")
        #expect(queue.nextDue() == .seconds(3))
        #expect(queue.take(now: .milliseconds(2999)) == nil)
        #expect(queue.take(now: .seconds(3)) == "b")
        #expect(queue.take(now: .seconds(9)) == "a")
        #expect(queue.nextDue() == nil)
    }

    // kube-rs: scheduler_dedupe_should_keep_earlier_item.
    @Test func `of two delays for one key the earlier stands`() {
        var queue = WorkQueueState<String>()
        queue.add("a", after: .seconds(5), now: .zero)
        queue.add("a", after: .seconds(1), now: .zero)
        queue.add("a", after: .seconds(9), now: .zero)
        #expect(queue.delayedCount == 1)
        #expect(queue.take(now: .seconds(1)) == "a")
        queue.done("a")
        #expect(queue.take(now: .seconds(20)) == nil)
    }

    // kube-rs: scheduler_should_not_reschedule_pending_items.
    @Test func `a key that is added at once is no longer delayed`() {
        var queue = WorkQueueState<String>()
        queue.add("a", after: .seconds(5), now: .zero)
        queue.add("a")
        #expect(queue.take(now: .zero) == "a")
        queue.done("a")
        #expect(queue.take(now: .seconds(6)) == nil)
        queue.add("b")
        queue.add("b", after: .seconds(1), now: .zero)
        #expect(queue.delayedCount == 0)
    }

    @Test func `a delay that ends while its key is processed causes one more pass`() {
        var queue = WorkQueueState<String>()
        queue.add("a")
        #expect(queue.take(now: .zero) == "a")
        queue.add("a", after: .seconds(1), now: .zero)
        #expect(queue.take(now: .seconds(2)) == nil)
        #expect(queue.done("a") == true)
        #expect(queue.take(now: .seconds(2)) == "a")
    }

    @Test func `law 20: backoff doubles between its bounds until the key is forgotten`() {
        let backoff = Backoff(minimum: .milliseconds(5), maximum: .seconds(1), jitter: 0)
        var queue = WorkQueueState<String>(backoff: backoff)
        let delays = (0..<12).map { _ in queue.addAfterBackoff("a", random: 0, now: .zero) }
        let expected: [Duration] = [5, 10, 20, 40].map { .milliseconds($0) }
        #expect(Array(delays.prefix(4)) == expected)
        #expect(delays.last == .seconds(1))
        #expect(queue.failures(of: "a") == 12)
        queue.forget("a")
        #expect(queue.addAfterBackoff("a", random: 0, now: .zero) == .milliseconds(5))
    }

    @Test(arguments: [0.0, 0.25, 0.5, 0.999])
    func `law 20: jitter keeps a delay within its bounds`(random: Double) {
        let backoff = Backoff(minimum: .seconds(1), maximum: .seconds(60), jitter: 0.5)
        for count in 0..<2000 {
            let delay = backoff.delay(afterFailures: count, random: random)
            #expect(delay >= .seconds(1) && delay <= .seconds(60))
        }
    }

    // client-go: priorityqueue TestFuzzPriorityQueue.
    @Test(arguments: 0..<50)
    func `law 26: no order of operations hands a key out twice or loses one`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var queue = WorkQueueState<Int>()
        var now = Duration.zero
        var held: Set<Int> = []
        // What must still be seen by a worker: the property that a model of sets can check.
        var owed: Set<Int> = []
        for _ in 0..<3000 {
            let key = random.below(20)
            switch random.below(6) {
            case 0:
                queue.add(key)
                owed.insert(key)
            case 1:
                queue.add(key, after: .milliseconds(random.below(50)), now: now)
                owed.insert(key)
            case 2:
                queue.addAfterBackoff(key, random: 0.5, now: now)
                owed.insert(key)
            case 3: now += .milliseconds(random.below(30))
            case 4:
                guard let taken = queue.take(now: now) else { break }
                let inserted = held.insert(taken).inserted
                #expect(inserted)
                owed.remove(taken)
            default:
                guard let key = held.sorted().first else { break }
                held.remove(key)
                queue.done(key)
            }
            #expect(queue.processingCount == held.count)
            #expect(queue.readyCount >= 0)
        }
        now += .seconds(100)
        for key in held { queue.done(key) }
        while let key = queue.take(now: now) {
            owed.remove(key)
            queue.done(key)
        }
        #expect(owed.isEmpty)
        #expect(queue.delayedCount == 0)
    }
}
