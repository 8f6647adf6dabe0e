extension WorkQueue {
    /// Hands every key to one of several workers until the task is cancelled or the queue is shut
    /// down; a worker that has a key finishes with it first (law 30).
    ///
    /// - Parameters:
    ///   - count: How many keys are worked on at once.
    ///   - body: Works on one key, which no other worker has meanwhile (law 26).
    public func work(
        workers count: Int, _ body: @escaping @Sendable (Key) async -> Void
    ) async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for _ in 0..<count {
                    group.addTask {
                        while let key = await self.next() {
                            await body(key)
                            self.done(key)
                        }
                    }
                }
            }
        } onCancel: {
            shutDown()
        }
    }
}
