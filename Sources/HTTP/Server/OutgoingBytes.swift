/// Bytes on their way out, added at one end and taken from the other.
///
/// What is taken is freed as it goes and not only once nothing is left: a peer that stays a little
/// behind would otherwise keep all that was ever sent to it. Each byte is moved at most once for each
/// time it was added, so that taking costs the bytes taken.
struct OutgoingBytes {
    private var bytes: [UInt8] = []
    private var offset = 0

    /// The bytes not yet taken.
    var count: Int { bytes.count - offset }

    /// The bytes in memory: those not yet taken, and at most as many again that were, or
    /// `ServerLimits.sentBytesHeld` of them.
    var heldCount: Int { bytes.count }

    mutating func append(_ more: [UInt8]) { bytes += more }

    /// Moves the first bytes into memory, as many as fit, and says how many.
    mutating func take(into memory: UnsafeMutableRawBufferPointer) -> Int {
        let taken = min(memory.count, count)
        unsafe memory.copyBytes(from: bytes[offset..<offset + taken])
        drop(taken)
        return taken
    }

    /// Forgets the first bytes.
    mutating func drop(_ taken: Int) {
        offset += taken
        if offset == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.count <= ServerLimits.idleStreamBytes)
            offset = 0
        } else if offset >= max(ServerLimits.sentBytesHeld, count) {
            bytes = Array(bytes[offset...])
            offset = 0
        }
    }
}
