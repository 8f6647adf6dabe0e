import POSIX
import Synchronization

/// What the first Ctrl-C does while something is awaited; the second ends the process.
final class Interruption: Sendable {
    private let action: @Sendable () async -> Void
    private let count = Mutex(0)

    /// Makes an interruption with what the first Ctrl-C does.
    init(_ action: @escaping @Sendable () async -> Void) { self.action = action }

    /// Whether Ctrl-C was pressed.
    var happened: Bool { count.withLock { $0 > 0 } }

    /// Awaits a result while listening for Ctrl-C and SIGTERM.
    func watching<Result: Sendable>(
        _ body: @escaping @Sendable () async -> Result?
    ) async -> Result? {
        await withTaskGroup(of: Result??.self) { group in
            group.addTask {
                guard let signals = try? Signals.stream(of: [.interrupt, .terminate]) else {
                    return .none
                }
                for await _ in signals {
                    if self.count.withLock({
                        $0 += 1; return $0
                    }) > 1 {
                        Host.exit(ExitCode.interrupted.rawValue)
                    }
                    await self.action()
                }
                return .none
            }
            group.addTask { .some(await body()) }
            var result: Result??
            while let next = await group.next() {
                if case .some(let value) = next {
                    result = .some(value)
                    break
                }
            }
            group.cancelAll()
            return result ?? nil
        }
    }
}
