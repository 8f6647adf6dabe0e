internal import Values

/// Who waits for a share of the limits of one dependency.
public struct LimitDemand: Sendable, Hashable {
    /// How many requests wait.
    public var waiting: Int64
    /// How many of them are repetitions.
    public var retries: Int64

    /// Makes a demand; the default is none.
    public init(waiting: Int64 = 0, retries: Int64 = 0) {
        self.waiting = waiting
        self.retries = retries
    }
}

/// A change of a ledger that one holder wants to store, and what it has when that is done.
public struct LimitProposal: Sendable {
    /// How the attempt to store a proposal ended.
    public enum End: Sendable, Hashable {
        /// It is stored.
        case stored
        /// It is not, and never will be.
        case refused
        /// Nobody knows.
        case unknown
    }

    /// What is to be stored; nil where nothing has to change.
    public let ledger: LimitLedger?
    /// When to look again, whatever happens; nil where only an event can matter.
    public let lookAgain: Duration?
    let draws: [LimitKind: TokenPurse.Draw]
    let debts: [LimitKind: Int64]
    let permits: Int64
    let until: Duration
}

/// How much of something was used within the horizon, roughly: what is before its half counts in part.
struct RecentUse: Sendable, Hashable {
    private var start = Duration.zero
    private var current: Int64 = 0
    private var previous: Int64 = 0

    mutating func add(_ count: Int64, at now: Duration) {
        turn(to: now)
        current = min(current.addingClamping(count), AdmissionLimits.figure)
    }

    func count(at now: Duration) -> Int64 {
        var copy = self
        copy.turn(to: now)
        let rest = max(0, 1 - (now - copy.start) / AdmissionLimits.drawHorizon)
        return copy.current + Int64((Double(copy.previous) * rest).rounded(.up))
    }

    private mutating func turn(to now: Duration) {
        let length = AdmissionLimits.drawHorizon
        guard now >= start + length else { return }
        let isNext = now < start + length + length
        previous = isNext ? current : 0
        current = 0
        start = isNext ? start + length : now
    }
}
