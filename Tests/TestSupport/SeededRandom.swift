/// A generator whose numbers are a function of its seed (SplitMix64).
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Makes a generator.
    ///
    /// The seed is mixed: neighbours would else have the same numbers, each one step later than the other.
    public init(seed: UInt64) { state = SeededRandom.mixed(seed &+ SeededRandom.step) }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= SeededRandom.step
        return SeededRandom.mixed(state)
    }

    private static func mixed(_ number: UInt64) -> UInt64 {
        var value = number
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// Whether something happens that does in so many of a hundred cases.
    public mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// A number from 0 to below the limit.
    public mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
