/// Keeps requests from a dependency that fails, and lets a few try whether it works again.
///
/// Closed, requests pass and their ends are counted; when enough of enough of them fail, it opens.
/// Open, none pass until a while is over; then it is half open: a few probes pass. When all of them
/// succeed it closes, and the first that fails opens it again.
///
/// A request tells how it ended with the term in which it passed. What passed before the circuit
/// opened says nothing about whether the dependency has recovered: ends of past terms are ignored.
///
/// Sources: Nygard, "Release It!"; Resilience4j's count of minimum calls; gobreaker's generations.
public struct CircuitBreaker: Sendable {
    /// When it opens and how it closes.
    public struct Policy: Sendable, Hashable {
        /// The part of failed requests at which it opens, above 0 and up to 1.
        public var failureThreshold: Double
        /// How many requests the window must hold before it opens.
        public var minimumRequests: Int
        /// How far back requests count.
        public var window: Duration
        /// How long it stays open.
        public var openDuration: Duration
        /// How many probes must succeed for it to close; as many pass at once.
        public var halfOpenProbes: Int

        /// Makes a policy; durations beyond ``AdmissionLimits`` are those.
        public init(
            failureThreshold: Double = 0.5, minimumRequests: Int = 10,
            window: Duration = .seconds(60), openDuration: Duration = .seconds(30),
            halfOpenProbes: Int = 1
        ) {
            self.failureThreshold = failureThreshold
            self.minimumRequests = max(1, minimumRequests)
            self.window = min(max(.milliseconds(10), window), AdmissionLimits.window)
            self.openDuration = min(
                max(.milliseconds(1), openDuration), AdmissionLimits.openDuration)
            self.halfOpenProbes = max(1, halfOpenProbes)
        }
    }

    /// What it is.
    public enum State: Sendable, Hashable {
        /// Requests pass.
        case closed
        /// None pass before that moment.
        case open(until: Duration)
        /// So many probes passed in this term, and so many of them succeeded.
        case halfOpen(passed: Int, succeeded: Int)
    }

    /// The state that a request passed in, which it gives back with its end.
    public struct Term: Sendable, Hashable { let number: UInt64 }

    /// The moment of what only an event can bring.
    static let never = Duration.nanoseconds(Int64.max)

    /// What it goes by.
    public var policy: Policy {
        didSet {
            if policy.window != oldValue.window { window = RequestWindow(length: policy.window) }
        }
    }
    /// What it is now; an open one whose time is over is half open from the next look.
    public private(set) var state = State.closed
    /// When the state began.
    public private(set) var since: Duration
    private var window: RequestWindow
    private var term: UInt64 = 0

    /// Makes a closed breaker.
    public init(policy: Policy = Policy(), at now: Duration) {
        self.policy = policy
        since = now
        window = RequestWindow(length: policy.window)
    }

    /// Whether it is open, or was when it was looked at last.
    var isOpen: Bool { if case .open = state { true } else { false } }

    /// What was counted lately.
    public func counts(at now: Duration) -> RequestWindow.Counts { window.counts(at: now) }

    /// Takes note of the time: an open circuit whose time is over is half open.
    ///
    /// - Returns: Whether the state changed.
    @discardableResult
    public mutating func advance(to now: Duration) -> Bool {
        guard case .open(let until) = state, until <= now else { return false }
        enter(.halfOpen(passed: 0, succeeded: 0), at: now)
        return true
    }

    /// When a request may pass, seen from now; nil where one may at once, and ``never`` where only the
    /// end of a probe can tell.
    func opens(at now: Duration) -> Duration? {
        switch state {
        case .closed: nil
        case .open(let until): until <= now ? nil : until
        case .halfOpen(let passed, _):
            passed < policy.halfOpenProbes ? nil : CircuitBreaker.never
        }
    }

    /// Lets a request pass; nil where it may not.
    public mutating func pass(at now: Duration) -> Term? {
        advance(to: now)
        switch state {
        case .closed: break
        case .open: return nil
        case .halfOpen(let passed, let succeeded):
            guard passed < policy.halfOpenProbes else { return nil }
            state = .halfOpen(passed: passed + 1, succeeded: succeeded)
        }
        return Term(number: term)
    }

    /// Counts how a request ended that passed.
    ///
    /// - Returns: Whether the state changed.
    @discardableResult
    public mutating func record(isSuccess: Bool, of passed: Term, at now: Duration) -> Bool {
        guard passed.number == term else { return false }
        switch state {
        case .closed:
            window.add(isSuccess: isSuccess, at: now)
            let counts = window.counts(at: now)
            guard counts.total >= policy.minimumRequests,
                counts.failureRate >= policy.failureThreshold, counts.failures > 0
            else { return false }
            open(at: now)
            return true
        case .open: return false
        case .halfOpen(let passed, let succeeded):
            guard isSuccess else {
                open(at: now)
                return true
            }
            guard succeeded + 1 >= policy.halfOpenProbes else {
                state = .halfOpen(passed: passed, succeeded: succeeded + 1)
                return false
            }
            window.clear()
            enter(.closed, at: now)
            return true
        }
    }

    /// Gives back the place of a request that told nothing: it never began, or was cut off.
    public mutating func abandon(_ passed: Term) {
        guard passed.number == term, case .halfOpen(let count, let succeeded) = state else {
            return
        }
        state = .halfOpen(passed: max(succeeded, count - 1), succeeded: succeeded)
    }

    /// Opens it whatever was counted.
    public mutating func open(at now: Duration, until: Duration? = nil) {
        enter(.open(until: until ?? now + policy.openDuration), at: now)
    }

    private mutating func enter(_ next: State, at now: Duration) {
        state = next
        since = now
        term += 1
    }
}
