internal import HTTP
internal import Synchronization

/// The events of one watch connection, in batches as they arrive.
public final class WatchStream: Sendable {
    private let stream: any TransportStream
    private let operation: String
    private let decoder: Mutex<WatchDecoder>

    init(_ stream: any TransportStream, operation: String) {
        self.stream = stream
        self.operation = operation
        decoder = Mutex(WatchDecoder(operation: operation))
    }

    /// The next events, at least one; nil when the server ended the watch between two events.
    ///
    /// Not to be called twice at once. Events before a malformed one are given first.
    ///
    /// - Throws: ``KubernetesError``: the connection is lost, silent for too long, or not a watch.
    public func next() async throws(KubernetesError) -> [WatchEvent]? {
        while true {
            let bytes: [UInt8]?
            do {
                bytes = try await stream.next()
            } catch {
                throw KubernetesError(error, operation: operation)
            }
            guard let bytes else {
                guard !decoder.withLock(\.isInsideEvent) else {
                    throw KubernetesError(
                        .transport, "cannot \(operation): the stream ended inside an event")
                }
                return nil
            }
            var events: [WatchEvent] = []
            do {
                try decoder.withLock { decoder throws(KubernetesError) in
                    try decoder.decode(bytes, into: &events)
                }
            } catch {
                stream.cancel()
                events.append(.failed(error))
            }
            if !events.isEmpty { return events }
        }
    }

    /// Ends the watch.
    public func cancel() { stream.cancel() }
}
