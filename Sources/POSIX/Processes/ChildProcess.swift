/// A running program: its output, its end, and the means to end it.
///
/// It runs in a process group of its own. When it ends, however it does, what is left of that group
/// is killed; when this process is killed, the kernel kills it too (but not its own children). A
/// child whose `ChildProcess` is let go is killed. Only what leaves the group on purpose (`setsid`)
/// can linger. Thousands may run: they share one thread, and each costs up to four descriptors.
public final class ChildProcess: Sendable {
    /// A piece of what the child wrote, at most 64 KiB.
    public struct Output: Sendable, Hashable {
        /// The stream, `output` or `error`.
        public let stream: StandardStream
        /// The bytes, cut anywhere.
        public let bytes: [UInt8]
    }

    private let child: RunningChild

    private init(_ child: RunningChild) { self.child = child }

    deinit { child.abandon() }

    /// The child's process number, which is its group's too.
    public var processID: Int32 { child.processID }

    /// Starts a program; returns when it runs, about 1 ms later.
    ///
    /// - Throws: what kept it from running, the shell's "command not found" included.
    public static func spawn(
        _ configuration: ChildConfiguration
    ) async throws(SpawnError) -> ChildProcess {
        var tries = 1
        while true {
            do throws(SpawnError) {
                return try await spawnOnce(configuration)
            } catch {
                // A child of another spawn holds, from its fork to its exec, what we have open for
                // writing: a script that was just written is busy for that moment.
                guard error.code == .textFileBusy, tries < Limits.busyTries else {
                    throw error
                }
                tries += 1
                try? await WallTimer.sleep(for: Limits.busyWait)
            }
        }
    }

    private static func spawnOnce(
        _ configuration: ChildConfiguration
    ) async throws(SpawnError) -> ChildProcess {
        let loop: EventLoop
        do { loop = try EventLoop.shared() } catch {
            throw SpawnError(step: .system, name: configuration.executable, code: error)
        }
        let result = await withCheckedContinuation { continuation in
            loop.perform {
                continuation.resume(
                    returning: Result { () throws(SpawnError) in
                        try RunningChild.start(configuration, on: loop)
                    })
            }
        }
        return ChildProcess(try result.get())
    }

    /// The next piece of output, in the order of writing within each stream; nil after the last.
    ///
    /// Nothing is read ahead: what nobody asks for stays in the pipes, and the child waits once they
    /// are full. After the child's end the pipes are read empty and no further. For one caller at a
    /// time. Cancelling the task does not return early; ending the child does.
    public func nextOutput() async -> Output? { await child.nextOutput() }

    /// Waits for the child's end; cancelling the task does not return early.
    ///
    /// A child that streams more output than a pipe holds ends only if the output is read.
    public func wait() async -> ExitStatus { await child.wait() }

    /// Sends a signal to the whole group; nothing happens after the child's end.
    public func send(_ signal: Signal) { child.send(signal) }

    /// Ends the group: `SIGTERM` at once, `SIGKILL` after the grace, and returns when it has ended.
    ///
    /// It does so in a cancelled task too.
    @discardableResult
    public func terminate(grace: Duration) async -> ExitStatus {
        child.beginTermination(grace: grace)
        return await child.wait()
    }

    /// Runs a program to its end, handing over its output piece by piece.
    ///
    /// When the task is cancelled the group is ended as ``terminate(grace:)`` does, and the function
    /// returns after that with how the child ended. No handler runs after it returns.
    public static func run(
        _ configuration: ChildConfiguration, terminationGrace: Duration = .seconds(5),
        onOutput: (Output) async -> Void
    ) async throws(SpawnError) -> ExitStatus {
        let process = try await spawn(configuration)
        return await withTaskCancellationHandler {
            while let output = await process.nextOutput() { await onOutput(output) }
            return await process.wait()
        } onCancel: {
            process.child.beginTermination(grace: terminationGrace)
        }
    }

    /// Runs a program to its end and keeps what it wrote, the first `maximumBytes` of each stream.
    ///
    /// What is written past that is read and dropped, so that the child does not wait for ever.
    public static func collect(
        _ configuration: ChildConfiguration, maximumBytes: Int = 1 << 20
    ) async throws(SpawnError) -> (status: ExitStatus, output: [UInt8], error: [UInt8]) {
        var kept: [StandardStream: [UInt8]] = [:]
        let status = try await run(configuration) { piece in
            let room = maximumBytes - kept[piece.stream, default: []].count
            kept[piece.stream, default: []] += piece.bytes.prefix(room)
        }
        return (status, kept[.output] ?? [], kept[.error] ?? [])
    }
}
