import Kubernetes
import Testing
import Values

@Suite struct WatchDecoderTests {
    private static func lines() -> [UInt8] {
        let events: [JSON] = [
            ["type": "ADDED", "object": ["metadata": ["name": "a", "resourceVersion": "1"]]],
            ["type": "MODIFIED", "object": ["metadata": ["name": "é\n", "resourceVersion": "2"]]],
            ["type": "DELETED", "object": ["metadata": ["name": "a", "resourceVersion": "3"]]],
            ["type": "BOOKMARK", "object": ["metadata": ["resourceVersion": "4"]]],
            [
                "type": "ERROR",
                "object": ["kind": "Status", "code": 410, "reason": "Expired", "message": "old"],
            ],
        ]
        return events.flatMap { $0.bytes + Array("\n".utf8) }
    }

    @Test(arguments: 1...70)
    func `events are the same whatever pieces the bytes arrive in`(size: Int) throws {
        let bytes = Self.lines()
        var whole: [WatchEvent] = []
        var decoder = WatchDecoder(operation: "watch")
        try decoder.decode(bytes, into: &whole)
        var pieces: [WatchEvent] = []
        decoder = WatchDecoder(operation: "watch")
        for start in stride(from: 0, to: bytes.count, by: size) {
            try decoder.decode(Array(bytes[start..<min(start + size, bytes.count)]), into: &pieces)
        }
        #expect(whole.count == 5)
        #expect(pieces == whole)
        #expect(!decoder.isInsideEvent)
        guard case .failed(let error)? = whole.last else {
            Issue.record("no failure")
            return
        }
        #expect(error.code == .gone)
    }

    @Test(arguments: ["nonsense\n", "{\"type\":\"ADDED\"}\n", "{\"type\":\"NEW\",\"object\":{}}\n"])
    func `a line that is no event is an error, after the events before it`(line: String) {
        var events: [WatchEvent] = []
        var decoder = WatchDecoder(operation: "watch things")
        let good = #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"4"}}}"#
        let error = #expect(throws: KubernetesError.self) {
            try decoder.decode(Array("\(good)\n\(line)".utf8), into: &events)
        }
        #expect(error?.code == .malformedReply)
        #expect(events == [.bookmark(ResourceVersion("4"))])
    }

    @Test func `law 34: an event without an end is refused at its bound`() {
        var decoder = WatchDecoder(operation: "watch")
        var events: [WatchEvent] = []
        let piece = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
        let error = #expect(throws: KubernetesError.self) {
            for _ in 0...8 { try decoder.decode(piece, into: &events) }
        }
        #expect(error?.code == .tooLarge)
    }
}
