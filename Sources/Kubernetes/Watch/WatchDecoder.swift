internal import Values

/// Cuts the bytes of a watch into lines, and reads each as an event.
///
/// Bytes arrive in any pieces; a line is kept until its end came. Linear in the bytes.
public struct WatchDecoder: Sendable {
    /// The start of a line whose end has not come.
    private var rest: [UInt8] = []
    private let operation: String

    /// Makes a decoder; the operation is for messages.
    public init(operation: String) { self.operation = operation }

    /// Whether the bytes so far end in the middle of an event.
    public var isInsideEvent: Bool { !rest.isEmpty }

    /// Adds bytes and gives the events that are whole, in order.
    ///
    /// - Throws: ``KubernetesError`` with code `malformedReply` when a line is no event, or
    ///   `tooLarge`; events before it in these bytes are in `events` all the same.
    public mutating func decode(
        _ bytes: [UInt8], into events: inout [WatchEvent]
    ) throws(KubernetesError) {
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if rest.isEmpty {
                try decodeLine(Array(bytes[start..<end]), into: &events)
            } else {
                rest += bytes[start..<end]
                let line = rest
                rest.removeAll(keepingCapacity: true)
                try decodeLine(line, into: &events)
            }
            start = end + 1
        }
        guard start < bytes.count else { return }
        rest += bytes[start...]
        guard rest.count <= KubernetesLimits.maximumEventBytes else {
            throw KubernetesError(
                .tooLarge,
                "cannot \(operation): an event has over \(KubernetesLimits.maximumEventBytes) bytes"
            )
        }
    }

    private func decodeLine(
        _ line: [UInt8], into events: inout [WatchEvent]
    ) throws(KubernetesError) {
        guard !line.isEmpty else { return }
        let json: JSON
        do {
            json = try JSON(parsing: line)
        } catch {
            throw KubernetesError(
                .malformedReply, "cannot \(operation): an event is not JSON: \(error)")
        }
        guard let event = WatchEvent(json, operation: operation) else {
            throw KubernetesError(
                .malformedReply,
                "cannot \(operation): an event of type '\(json["type"]?.stringValue ?? "")' "
                    + "cannot be read")
        }
        events.append(event)
    }
}
