import Synchronization

/// Commands from any thread to the one that owns a loop, taken in batches.
final class Mailbox<Command: Sendable>: Sendable {
    private struct State {
        var commands: [Command] = []
        var isClosed = false
    }

    let wakeup: Wakeup
    private let state = Mutex(State())

    /// Makes an empty mailbox; nil where the kernel has no descriptor to give.
    init?() {
        guard let wakeup = Wakeup() else { return nil }
        self.wakeup = wakeup
    }

    /// Adds a command and wakes the loop once a batch; false where the loop has ended.
    @discardableResult
    func post(_ command: Command) -> Bool {
        let (accepted, isFirst) = state.withLock { state in
            if state.isClosed { return (false, false) }
            state.commands.append(command)
            return (true, state.commands.count == 1)
        }
        if isFirst { wakeup.signal() }
        return accepted
    }

    /// Takes every command posted so far.
    func takeAll() -> [Command] {
        state.withLock { state in
            guard !state.commands.isEmpty else { return [] }
            wakeup.clear()
            return takeCommands(&state.commands)
        }
    }

    /// Refuses commands from now on, and takes the last ones.
    func close() -> [Command] {
        state.withLock { state in
            state.isClosed = true
            return takeCommands(&state.commands)
        }
    }
}

private func takeCommands<Command>(_ commands: inout [Command]) -> [Command] {
    let taken = commands
    commands = []
    return taken
}
