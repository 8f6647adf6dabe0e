/// Backpressure with two marks: it begins when the higher is reached, and ends at the lower, so that
/// it does not flutter between.
public struct Watermarks: Sendable, Hashable {
    /// At how much it begins.
    public let high: Int
    /// At how much it ends.
    public let low: Int
    /// Whether it holds back now.
    public private(set) var isHoldingBack = false

    /// Makes marks; the lower is below the higher.
    public init(high: Int, low: Int) {
        self.high = max(1, high)
        self.low = max(0, min(low, self.high - 1))
    }

    /// Takes note of how much waits.
    ///
    /// - Returns: Whether it began or ended by that.
    public mutating func update(_ depth: Int) -> Bool {
        let next = isHoldingBack ? depth > low : depth >= high
        defer { isHoldingBack = next }
        return next != isHoldingBack
    }
}
