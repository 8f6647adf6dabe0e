import Testing

@testable import HTTP

@Suite struct OutgoingBytesTests {
    @Test(arguments: [1, 1000, 100_000])
    func `a reader that stays behind keeps what is left and not what was sent`(behind: Int) {
        let piece = [UInt8](repeating: 7, count: 10_000)
        var bytes = OutgoingBytes()
        bytes.append([UInt8](repeating: 1, count: behind))
        for _ in 0..<2000 {
            bytes.append(piece)
            bytes.drop(piece.count)
            #expect(bytes.count == behind)
            #expect(bytes.heldCount <= 2 * behind + ServerLimits.sentBytesHeld + piece.count)
        }
        bytes.drop(behind)
        #expect(bytes.heldCount == 0)
    }
}
