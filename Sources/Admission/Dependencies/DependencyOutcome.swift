/// What the end of a request tells of the dependency it went to.
public enum DependencyOutcome: Sendable, Hashable {
    /// It did what it was asked for.
    case succeeded
    /// It answered that the request itself is wrong: it works.
    case refused
    /// It failed, did not answer in time, or could not be reached.
    case failed
    /// It asks for fewer requests; for how long, where it says so.
    case throttled(retryAfter: Duration?)
    /// It takes no request any more until somebody pays or raises a limit.
    case exhausted
    /// Nothing is known: the request was cut off from our side.
    case unknown
}

/// What a dependency told of its limits with an answer; nil where it said nothing.
///
/// Whatever it tells is believed within bounds: see ``AdmissionLimits/usedTokens`` and
/// ``AdmissionLimits/figure``.
public struct RateLimitObservation: Sendable, Hashable {
    /// One limit.
    public struct Quota: Sendable, Hashable {
        /// How much a minute, as far as it says.
        public var limit: Int64?
        /// How much is left.
        public var remaining: Int64?
        /// When all of it is there again.
        public var reset: Duration?

        /// Makes a quota.
        public init(limit: Int64? = nil, remaining: Int64? = nil, reset: Duration? = nil) {
            self.limit = limit
            self.remaining = remaining
            self.reset = reset
        }
    }

    /// Of requests.
    public var requests: Quota?
    /// Of tokens.
    public var tokens: Quota?
    /// The tokens that this request used.
    public var usedTokens: Int64?
    /// How long it asks to be sent nothing, however the request ended.
    public var retryAfter: Duration?

    /// Makes an observation.
    public init(
        requests: Quota? = nil, tokens: Quota? = nil, usedTokens: Int64? = nil,
        retryAfter: Duration? = nil
    ) {
        self.requests = requests
        self.tokens = tokens
        self.usedTokens = usedTokens
        self.retryAfter = retryAfter
    }
}

/// Something users are told about a dependency.
public enum DependencyChange: Sendable, Hashable {
    /// Its circuit opened.
    case circuitOpened
    /// Its circuit lets probes pass.
    case circuitHalfOpened
    /// Its circuit closed.
    case circuitClosed
    /// Its health fell below what is asked of it: why.
    case degraded(String)
    /// Its health is as asked again.
    case recovered
}
