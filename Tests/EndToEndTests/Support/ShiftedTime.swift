import Kubernetes
import POSIX
import Synchronization
import Values

/// The machine's time, which a test may put forward: whoever sleeps then looks at the time again.
final class ShiftedTime: Sendable {
    private struct State {
        var shift = Duration.zero
        var sleepers: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    var source: TimeSource {
        TimeSource(
            now: { [self] in SystemClock.now() + shift },
            monotonic: { [self] in SystemClock.monotonic() + shift },
            sleep: { [self] duration in try await sleep(duration) })
    }

    /// Puts the time forward.
    func advance(by duration: Duration) {
        let sleepers = state.withLock { state in
            state.shift += duration
            return state.sleepers.values.map { $0 }
        }
        for sleeper in sleepers { sleeper.yield() }
    }

    private var shift: Duration { state.withLock { $0.shift } }

    private func sleep(_ duration: Duration) async throws {
        let end = SystemClock.monotonic() + shift + duration
        let (advances, advance) = AsyncStream.makeStream(of: Void.self)
        let number = state.withLock { state in
            state.next += 1
            state.sleepers[state.next] = advance
            return state.next
        }
        defer { state.withLock { _ = $0.sleepers.removeValue(forKey: number) } }
        while true {
            let rest = end - (SystemClock.monotonic() + shift)
            guard rest > .zero else { return }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await WallTimer.sleep(for: rest) }
                group.addTask { for await _ in advances { return } }
                await group.next()
                group.cancelAll()
            }
            try Task.checkCancellation()
        }
    }
}
