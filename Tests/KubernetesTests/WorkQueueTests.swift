import Kubernetes
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct WorkQueueTests {
    @Test func `a worker that waits is woken by a key`() async {
        let queue = WorkQueue<String>()
        async let key = queue.next()
        queue.add("a")
        #expect(await key == "a")
    }

    @Test func `a delayed key wakes a worker when it is due`() async {
        let time = ManualTime()
        let queue = WorkQueue<String>(time: time.source)
        queue.add("later", after: .seconds(5))
        async let first = queue.next()
        await eventually { time.sleeperCount == 1 }
        // An earlier one must not wait for the later one's timer.
        queue.add("sooner", after: .seconds(1))
        await eventually { time.sleeperCount == 1 }
        time.advance(by: .seconds(1))
        #expect(await first == "sooner")
        async let second = queue.next()
        await eventually { time.sleeperCount == 1 }
        time.advance(by: .seconds(4))
        #expect(await second == "later")
    }

    @Test func `many idle workers share one timer, and the next takes it over`() async {
        let time = ManualTime()
        let queue = WorkQueue<Int>(time: time.source)
        let seen = Shared<[Int]>([])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    while let key = await queue.next() {
                        seen.change { $0.append(key) }
                        queue.done(key)
                    }
                }
            }
            for key in 0..<20 { queue.add(key, after: .seconds(key + 1)) }
            for expected in 1...20 {
                await eventually { time.sleeperCount == 1 }
                time.advance(by: .seconds(1))
                await eventually { seen.value.count == expected }
            }
            queue.shutDown()
        }
        #expect(seen.value == Array(0..<20))
    }

    @Test func `law 26: many workers never hold one key together, and see every key`() async {
        let queue = WorkQueue<Int>()
        let held = Shared<Set<Int>>([])
        let seen = Shared<Set<Int>>([])
        let clashes = Shared(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    while let key = await queue.next() {
                        if !held.change({ $0.insert(key).inserted }) {
                            clashes.change { $0 += 1 }
                        }
                        await Task.yield()
                        _ = seen.change { $0.insert(key).inserted }
                        _ = held.change { $0.remove(key) }
                        queue.done(key)
                    }
                }
            }
            await withTaskGroup(of: Void.self) { producers in
                for producer in 0..<4 {
                    producers.addTask {
                        var random = SeededRandom(seed: UInt64(producer))
                        for _ in 0..<2000 { queue.add(random.below(50)) }
                        queue.add(contentsOf: 1000 + producer * 100..<1100 + producer * 100)
                    }
                }
            }
            queue.shutDown(draining: true)
        }
        #expect(clashes.value == 0)
        #expect(seen.value.filter { $0 >= 1000 }.count == 400)
    }

    @Test func `a cancelled worker leaves its key to another`() async {
        for _ in 0..<200 {
            let queue = WorkQueue<String>()
            await withTaskGroup(of: String?.self) { group in
                group.addTask {
                    await withTaskGroup(of: String?.self) { inner in
                        inner.addTask { await queue.next() }
                        inner.cancelAll()
                        return await inner.next() ?? nil
                    }
                }
                group.addTask { await queue.next() }
                queue.add("a")
                var taken: [String] = []
                if let key = await group.next() ?? nil { taken.append(key) }
                queue.shutDown()
                if let key = await group.next() ?? nil { taken.append(key) }
                #expect(taken.count <= 1)
            }
        }
    }

    @Test func `law 30: shutting down ends every worker`() async {
        let time = ManualTime()
        let queue = WorkQueue<String>(time: time.source)
        queue.add("never", after: .seconds(3600))
        await withTaskGroup(of: String?.self) { group in
            for _ in 0..<4 { group.addTask { await queue.next() } }
            await eventually { time.sleeperCount == 1 }
            queue.shutDown(draining: true)
            for await key in group { #expect(key == nil) }
        }
        #expect(time.sleeperCount == 0)
    }
}

@Suite struct WorkQueueWorkersTests {
    @Test func `law 26: workers share the keys, and end when the task is cancelled`() async {
        let queue = WorkQueue<Int>()
        let (worked, tell) = AsyncStream.makeStream(of: Int.self)
        let service = Task {
            await queue.work(workers: 4) { key in tell.yield(key) }
            tell.finish()
        }
        queue.add(contentsOf: 0..<100)
        var seen: [Int] = []
        for await key in worked {
            seen.append(key)
            if seen.count == 100 { service.cancel() }
        }
        #expect(seen.sorted() == Array(0..<100))
        await service.value
        #expect(queue.processingCount == 0)
    }
}
