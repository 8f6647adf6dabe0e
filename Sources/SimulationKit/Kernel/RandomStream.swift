import Synchronization

/// Numbers that follow from a seed (SplitMix64), for any number of users.
///
/// Each concern of a simulation has a stream of its own, so that one more draw for one of them
/// changes nothing for the others.
final class RandomStream: Sendable {
    private let state: Mutex<UInt64>

    /// Makes the stream of one concern of a seed.
    init(seed: UInt64, concern: UInt64 = 0) {
        state = Mutex(RandomStream.mix(seed &+ concern &* 0xD1B5_4A32_D192_ED03))
    }

    /// The next 64 bits.
    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            return RandomStream.mix(state)
        }
    }

    /// A number in 0..<1.
    var unit: Double { Double(next() >> 11) * 0x1p-53 }

    /// A number from 0 to below the limit.
    func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    /// Whether something happens that does in this part of all cases; nothing is drawn for none.
    func chance(_ part: Double) -> Bool { part > 0 && unit < part }

    /// One of the elements, which must be there.
    func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// A duration in the range, to the microsecond.
    func duration(_ range: ClosedRange<Duration>) -> Duration {
        let span = range.upperBound - range.lowerBound
        let microseconds =
            span.components.seconds * 1_000_000
            + span.components.attoseconds / 1_000_000_000_000
        return range.lowerBound + .microseconds(below(Int(microseconds) + 1))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
