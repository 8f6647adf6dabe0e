internal import CPOSIX
internal import Glibc
internal import Synchronization
internal import Values

/// A child between its start and its end, as the event loop and its owner see it.
///
/// The loop holds it until the child has ended and was reaped, whether or not the owner does. Under
/// the lock are only calls that cannot wait; continuations are resumed, and watches let go, after it.
final class RunningChild: Sendable {
    let processID: Int32
    private let loop: EventLoop
    private let state = Mutex(State())

    private struct State {
        var status: ExitStatus?
        var exitWaiters: [CheckedContinuation<ExitStatus, Never>] = []
        /// The pipes that may hold more; the first is read first.
        var outputs: [OutputPipe] = []
        var outputWaiter: CheckedContinuation<Void, Never>?
        var input: InputFeed?
        /// Its handler holds this object until the child has ended.
        var exitWatch: Watch?
        var killTimer: (moment: Duration, watch: Watch)?
    }

    private struct OutputPipe {
        let stream: StandardStream
        let watch: Watch
        /// The bytes that are still to be read of what the pipe held at the child's end; nil before it.
        var rest: Int?
    }

    private struct InputFeed {
        let bytes: [UInt8]
        var offset = 0
        let watch: Watch
    }

    private init(processID: Int32, loop: EventLoop) {
        self.processID = processID
        self.loop = loop
    }

    // MARK: Start

    /// Starts a child; runs on the loop's thread, which outlives every child.
    static func start(
        _ configuration: ChildConfiguration, on loop: EventLoop
    ) throws(SpawnError) -> RunningChild {
        var streams: ChildStreams
        do { streams = try ChildStreams(configuration) } catch {
            throw SpawnError(step: .system, name: configuration.executable, code: error)
        }
        let process = try Spawner.spawn(
            configuration, input: streams.input.child.rawValue,
            output: streams.output.child.rawValue, error: streams.error.child.rawValue)
        let child = RunningChild(processID: process, loop: loop)
        do { try child.attach(&streams, input: configuration.standardInput) } catch {
            kill(-process, SIGKILL)
            _ = Spawner.reap(process)
            throw SpawnError(step: .system, name: configuration.executable, code: error)
        }
        return child
    }

    /// Watches the child's end and its pipes.
    ///
    /// No handler runs before it returns, as both are on the loop's thread.
    private func attach(
        _ streams: inout ChildStreams, input bytes: [UInt8]
    ) throws(ErrorNumber) {
        let process = cposix_open_process(processID)
        guard process >= 0 else { throw .last }
        let exitWatch = try Watch(
            FileDescriptor(owning: process), on: loop, events: EPOLLIN.rawValue
        ) { _ in self.processEnded() }
        var outputs: [OutputPipe] = []
        for stream in [StandardStream.output, .error] {
            let end = stream == .output ? streams.output.parent.take() : streams.error.parent.take()
            guard let end else { continue }
            let watch = try Watch(end, on: loop, events: EPOLLONESHOT.rawValue) { [weak self] _ in
                self?.outputIsReady()
            }
            outputs.append(OutputPipe(stream: stream, watch: watch))
        }
        var input: InputFeed?
        if let end = streams.input.parent.take() {
            let watch = try Watch(end, on: loop, events: EPOLLOUT.rawValue) { [weak self] _ in
                self?.feedInput()
            }
            input = InputFeed(bytes: bytes, watch: watch)
        }
        state.withLock { state in
            state.exitWatch = exitWatch
            state.outputs = outputs
            state.input = input
        }
    }

    // MARK: Output

    private enum Reading {
        case piece(ChildProcess.Output)
        case nothingYet
        case ended
    }

    func nextOutput() async -> ChildProcess.Output? {
        while true {
            switch takeOutput() {
            case .piece(let output): return output
            case .ended: return nil
            case .nothingYet: await waitForOutput()
            }
        }
    }

    private func takeOutput() -> Reading {
        var closed: [Watch] = []
        let reading = state.withLock { state -> Reading in
            var index = 0
            while index < state.outputs.count {
                var pipe = state.outputs[index]
                let bytes = RunningChild.read(
                    pipe.watch, atMost: min(Limits.readBytes, pipe.rest ?? .max))
                if let bytes, !bytes.isEmpty {
                    if let rest = pipe.rest { pipe.rest = rest - bytes.count }
                    // The other pipe's turn is next, so that neither can starve it.
                    state.outputs.remove(at: index)
                    state.outputs.append(pipe)
                    return .piece(ChildProcess.Output(stream: pipe.stream, bytes: bytes))
                }
                // A process that left the group may hold a pipe open for ever, and fill it for ever;
                // what the child itself wrote was in the pipe at its end, and is read by now.
                if bytes != nil || state.status != nil {
                    closed.append(state.outputs.remove(at: index).watch)
                } else {
                    index += 1
                }
            }
            return state.outputs.isEmpty ? .ended : .nothingYet
        }
        closed.removeAll()
        return reading
    }

    /// What the pipe holds: nil for nothing yet, no bytes for the end.
    private static func read(_ pipe: Watch, atMost count: Int) -> [UInt8]? {
        guard count > 0 else { return [] }
        do { return try FileDescriptor.readSome(count, from: pipe.rawValue) } catch {
            return error == .wouldBlock ? nil : []
        }
    }

    private func waitForOutput() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                // The end may have come since the pipes were looked at.
                guard state.status == nil, !state.outputs.isEmpty else { return false }
                precondition(state.outputWaiter == nil, "two callers wait for one child's output")
                state.outputWaiter = continuation
                for pipe in state.outputs { pipe.watch.awaitReadable() }
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private func outputIsReady() {
        let waiter = state.withLock { $0.outputWaiter.take() }
        waiter?.resume()
    }

    // MARK: Input

    /// Writes what the pipe takes; on the loop's thread, where a broken pipe is no signal.
    private func feedInput() {
        let finished = state.withLock { state -> Watch? in
            guard var feed = state.input.take() else { return nil }
            while feed.offset < feed.bytes.count {
                let count = unsafe feed.bytes.withUnsafeBytes { buffer in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[feed.offset...])
                    return unsafe write(feed.watch.rawValue, rest.baseAddress, rest.count)
                }
                if count > 0 {
                    feed.offset += count
                } else if errno == EAGAIN {
                    state.input = feed
                    return nil
                } else if errno != EINTR {
                    // The child closed its input; the rest is of no interest to it.
                    break
                }
            }
            return feed.watch
        }
        // Letting it go closes the pipe, which is the end of the input.
        _ = finished
    }

    // MARK: End

    func wait() async -> ExitStatus {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.exitWaiters.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    private func processEnded() {
        let ended = state.withLock { state -> State in
            // Until it is reaped, the dead child's number can be no other process's or group's.
            kill(-processID, SIGKILL)
            let status = Spawner.reap(processID)
            var rest = State()
            swap(&rest, &state)
            state.status = status
            state.outputs = rest.outputs.map { pipe in
                var pipe = pipe
                pipe.rest = Int(cposix_readable_bytes(pipe.watch.rawValue))
                return pipe
            }
            rest.status = status
            return rest
        }
        guard let status = ended.status else { return }
        ended.outputWaiter?.resume()
        for waiter in ended.exitWaiters { waiter.resume(returning: status) }
    }

    func send(_ signal: Signal) {
        state.withLock { state in
            // After the end the number may be another process's.
            guard state.status == nil else { return }
            kill(-processID, signal.rawValue)
        }
    }

    func beginTermination(grace: Duration) {
        guard grace > .zero else { return send(.kill) }
        send(.terminate)
        // A stopped process acts on the signal only when it goes on.
        send(.resume)
        let moment = SystemClock.monotonic() + grace
        guard let timer = try? makeTimer(after: grace) else { return send(.kill) }
        let superfluous = state.withLock { state -> Watch? in
            guard state.status == nil else { return timer }
            // Of two terminations the one that is less patient counts.
            if let present = state.killTimer, present.moment <= moment { return timer }
            defer { state.killTimer = (moment, timer) }
            return state.killTimer?.watch
        }
        _ = superfluous
    }

    private func makeTimer(after duration: Duration) throws(ErrorNumber) -> Watch {
        let descriptor = cposix_open_timer(max(1, duration.nanoseconds))
        guard descriptor >= 0 else { throw .last }
        let timer = FileDescriptor(owning: descriptor)
        return try Watch(timer, on: loop, events: EPOLLIN.rawValue | EPOLLONESHOT.rawValue) {
            [weak self] _ in self?.send(.kill)
        }
    }

    /// Ends a child whose owner has let it go; the loop still reaps it.
    func abandon() {
        send(.kill)
        let outputs = state.withLock { state in
            defer { state.outputs = [] }
            return state.outputs
        }
        _ = outputs
    }
}
