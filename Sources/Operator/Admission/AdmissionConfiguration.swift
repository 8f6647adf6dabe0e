/// How much may be under way at once, and how it is shared.
public struct AdmissionConfiguration: Sendable, Hashable {
    /// The most attempts at once; nil for no limit.
    public var attempts: Int64?
    /// The most attempts of one namespace at once; nil for no limit.
    public var attemptsPerNamespace: Int64?
    /// The most runs that have started and not ended; nil for no limit.
    public var runs: Int64?
    /// The most of them of one namespace; nil for no limit.
    public var runsPerNamespace: Int64?
    /// How much there is of each resource, in thousandths; what is not named has no limit.
    public var resources: [String: Int64]
    /// How large a part each namespace may have beside others; 1 where it is not named.
    public var weights: [String: Double]
    /// How many waiting attempts hold new runs back.
    public var highWatermark: Int
    /// How few let them in again.
    public var lowWatermark: Int

    /// Makes a configuration; the defaults set no limit but the marks.
    public init(
        attempts: Int64? = nil, attemptsPerNamespace: Int64? = nil, runs: Int64? = nil,
        runsPerNamespace: Int64? = nil, resources: [String: Int64] = [:],
        weights: [String: Double] = [:], highWatermark: Int = 10_000, lowWatermark: Int = 8_000
    ) {
        self.attempts = attempts
        self.attemptsPerNamespace = attemptsPerNamespace
        self.runs = runs
        self.runsPerNamespace = runsPerNamespace
        self.resources = resources
        self.weights = weights
        self.highWatermark = highWatermark
        self.lowWatermark = lowWatermark
    }
}
