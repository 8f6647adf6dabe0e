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
            guard let event = partlyRead(line) else {
                throw KubernetesError(
                    .malformedReply, "cannot \(operation): an event is not JSON: \(error)")
            }
            events.append(event)
            return
        }
        guard let event = WatchEvent(json, operation: operation) else {
            throw KubernetesError(
                .malformedReply,
                "cannot \(operation): an event of type '\(json["type"]?.stringValue ?? "")' "
                    + "cannot be read")
        }
        events.append(event)
    }
    /// The event of a line whose object cannot be read, where it tells of which object it is.
    private func partlyRead(_ line: [UInt8]) -> WatchEvent? {
        let outline = JSONOutline(line)
        guard let members = outline.members(of: outline.whole), let place = members["object"],
            let type = members["type"].flatMap({ try? outline.value(at: $0) })
        else { return nil }
        do throws(JSONParseError) {
            let object = try outline.value(at: place)
            return WatchEvent(["type": type, "object": object], operation: operation)
        } catch {
            let object = UnreadableObject(outline, at: place, reason: error)
            guard !object.key.name.isEmpty, object.resourceVersion != nil else { return nil }
            switch type.stringValue {
            case "ADDED", "MODIFIED": return .unreadable(object, isDeleted: false)
            case "DELETED": return .unreadable(object, isDeleted: true)
            default: return nil
            }
        }
    }
}
