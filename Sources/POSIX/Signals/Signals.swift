internal import CPOSIX
internal import Glibc
internal import Synchronization

/// The signals sent to this process.
public enum Signals {
    private struct Listener {
        let signals: [Signal]
        let continuation: AsyncStream<Signal>.Continuation
    }

    private struct State: ~Copyable {
        var listeners: [Int: Listener] = [:]
        var lastListener = 0
        var reading: Watch?
        /// Where the handlers write; open as long as the process lives, as they may run at any time.
        var writing: FileDescriptor?
    }

    private static let state = Mutex(State())

    /// The signals of these kinds that come from now on.
    ///
    /// While anybody listens, they no longer have their default effect, which is to end the process;
    /// they have it again once nobody does. A slow listener finds the newest 16.
    ///
    /// - Throws: the system's reason where no pipe or thread is left to route them.
    public static func stream(of signals: [Signal]) throws(ErrorNumber) -> AsyncStream<Signal> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Signal.self, bufferingPolicy: .bufferingNewest(Limits.pendingSignals))
        let number = try state.withLock { (state) throws(ErrorNumber) -> Int in
            let pipe = try pipe(&state)
            for signal in signals {
                guard cposix_route_signal(signal.rawValue, pipe) == 0 else { throw .last }
            }
            state.lastListener += 1
            state.listeners[state.lastListener] = Listener(
                signals: signals, continuation: continuation)
            return state.lastListener
        }
        continuation.onTermination = { _ in stopListening(number) }
        return stream
    }

    /// Makes writing to a closed pipe or socket an error, instead of the end of this process.
    public static func ignoreBrokenPipe() {
        _ = cposix_reset_signal(SIGPIPE, 1)
    }

    /// The end of the pipe the handlers write to, made when first asked for.
    private static func pipe(_ state: inout State) throws(ErrorNumber) -> Int32 {
        if let writing = state.writing?.rawValue { return writing }
        let pipe = try Pipe()
        // A handler must never wait: it may have interrupted any code at all.
        try pipe.writing.setNonBlocking()
        try pipe.reading.setNonBlocking()
        let number = pipe.writing.rawValue
        state.reading = try Watch(
            pipe.reading, on: EventLoop.shared(), events: EPOLLIN.rawValue
        ) { _ in deliver() }
        state.writing = .some(pipe.writing)
        return number
    }

    private static func deliver() {
        let deliveries = state.withLock { state -> [(AsyncStream<Signal>.Continuation, Signal)] in
            guard let reading = state.reading,
                let bytes = try? FileDescriptor.readSome(Limits.readBytes, from: reading.rawValue)
            else { return [] }
            return bytes.flatMap { byte in
                let signal = Signal(rawValue: Int32(byte))
                return state.listeners.sorted { $0.key < $1.key }
                    .filter { $0.value.signals.contains(signal) }
                    .map { ($0.value.continuation, signal) }
            }
        }
        for (continuation, signal) in deliveries { continuation.yield(signal) }
    }

    private static func stopListening(_ number: Int) {
        state.withLock { state in
            guard let gone = state.listeners.removeValue(forKey: number) else { return }
            let wanted = state.listeners.values.flatMap(\.signals)
            for signal in gone.signals where !wanted.contains(signal) {
                _ = cposix_reset_signal(signal.rawValue, 0)
            }
        }
    }
}
