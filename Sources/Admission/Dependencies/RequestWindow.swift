internal import Values

/// How requests of the last while ended, and how long they took: a ring of counters.
///
/// It forgets in steps of a ``AdmissionLimits/windowParts``th of its length. Everything is O(parts).
public struct RequestWindow: Sendable {
    /// What was counted.
    public struct Counts: Sendable, Hashable {
        /// Those that ended well.
        public var successes = 0
        /// Those that did not.
        public var failures = 0

        /// All of them.
        public var total: Int { successes + failures }

        /// The part that failed, from 0 to 1; 0 where there is none.
        public var failureRate: Double { total == 0 ? 0 : Double(failures) / Double(total) }
    }

    private struct Part: Sendable {
        var number: Int64 = -1
        var counts = Counts()
        var latencies: [UInt32] = []
    }

    private let partLength: Int64
    private let measuresLatency: Bool
    private var parts: [Part]

    /// Makes an empty window.
    ///
    /// - Parameters:
    ///   - length: How far it looks back.
    ///   - measuresLatency: Whether ``percentile(_:at:)`` is wanted, which costs 5 KB.
    public init(length: Duration, measuresLatency: Bool = false) {
        partLength = max(1, length.nanoseconds / Int64(AdmissionLimits.windowParts))
        self.measuresLatency = measuresLatency
        parts = Array(repeating: Part(), count: AdmissionLimits.windowParts)
    }

    /// Counts a request that ended.
    public mutating func add(isSuccess: Bool, latency: Duration? = nil, at now: Duration) {
        let number = now.nanoseconds.flooredQuotient(partLength)
        let place = Int(number.flooredRemainder(Int64(parts.count)))
        if parts[place].number != number { parts[place] = Part(number: number) }
        if isSuccess {
            parts[place].counts.successes += 1
        } else {
            parts[place].counts.failures += 1
        }
        guard measuresLatency, let latency else { return }
        if parts[place].latencies.isEmpty {
            parts[place].latencies = Array(repeating: 0, count: LatencyScale.steps)
        }
        parts[place].latencies[LatencyScale.step(of: latency)] += 1
    }

    /// What the window holds now.
    public func counts(at now: Duration) -> Counts {
        var sum = Counts()
        for part in current(at: now) {
            sum.successes += part.counts.successes
            sum.failures += part.counts.failures
        }
        return sum
    }

    /// The latency that a part of the requests did not exceed, rounded up by at most a quarter; nil
    /// where none was measured.
    public func percentile(_ fraction: Double, at now: Duration) -> Duration? {
        var sums = Array(repeating: 0, count: LatencyScale.steps)
        for part in current(at: now) {
            for (step, count) in part.latencies.enumerated() { sums[step] += Int(count) }
        }
        let total = sums.reduce(0, +)
        guard total > 0 else { return nil }
        var rest = Int((Double(total) * fraction).rounded(.up))
        for (step, count) in sums.enumerated() {
            rest -= count
            if rest <= 0 { return LatencyScale.upperBound(of: step) }
        }
        return LatencyScale.upperBound(of: LatencyScale.steps - 1)
    }

    /// Forgets everything.
    public mutating func clear() { parts = Array(repeating: Part(), count: parts.count) }

    private func current(at now: Duration) -> some Sequence<Part> {
        let number = now.nanoseconds.flooredQuotient(partLength)
        let oldest = number - Int64(parts.count)
        return parts.lazy.filter { $0.number > oldest && $0.number <= number }
    }
}

/// Latencies in steps of a quarter of a power of two, from 1 ms to about 70 minutes.
private enum LatencyScale {
    static let steps = 88

    static func step(of latency: Duration) -> Int {
        let milliseconds = max(1, latency.nanoseconds.addingClamping(999_999) / 1_000_000)
        let power = 63 - milliseconds.leadingZeroBitCount
        let quarter = power < 2 ? 0 : Int(milliseconds >> Int64(power - 2)) & 3
        return min(steps - 1, power * 4 + quarter)
    }

    static func upperBound(of step: Int) -> Duration {
        let (power, quarter) = (step / 4, step % 4)
        let next = power < 2 ? Int64(2) << power : Int64(5 + quarter) << (power - 2)
        return .milliseconds(next - 1)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    fileprivate func flooredRemainder(_ divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
