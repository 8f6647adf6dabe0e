public import Values

/// A limit that is counted in tokens which come with time.
public enum LimitKind: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Requests.
    case requests
    /// What requests use, such as tokens of a language model.
    case tokens
    /// Repetitions of requests.
    case retries

    /// The order of the names.
    public static func < (first: LimitKind, second: LimitKind) -> Bool {
        first.rawValue < second.rawValue
    }
}

/// What all processes have taken of one dependency's limits, as it is stored where all of them see it.
///
/// Each change is written on the version it was decided on, so that two never take the same. What is
/// drawn from a bucket is gone, whether its holder spends it, dies, or never learns that it has it:
/// nothing must be known of a holder to keep a limit. Permits are the holder's until its share ends.
public struct LimitLedger: Sendable, Hashable {
    /// What one process holds, and how much more it would take.
    public struct Share: Sendable, Hashable {
        /// Who: a process in one of its lives.
        public var holder: String
        /// When it ends, unless it is renewed.
        public var expires: Timestamp
        /// When tokens were last drawn: of several who want the last one, it is his who had none
        /// for longest.
        public var served: Timestamp
        /// How many tokens it took while others wanted some as well: nobody runs far ahead.
        public var taken: [LimitKind: Int64]
        /// How many requests it may have under way.
        public var permits: Int64
        /// How many it would have under way.
        public var wantedPermits: Int64
        /// What it did not get, in rough figures.
        public var wanted: [LimitKind: Int64]

        /// Makes a share; figures that nobody can have written are taken for the nearest that somebody
        /// can: see ``AdmissionLimits/concurrent`` and ``AdmissionLimits/figure``.
        public init(
            holder: String, expires: Timestamp, served: Timestamp,
            taken: [LimitKind: Int64] = [:], permits: Int64 = 0, wantedPermits: Int64 = 0,
            wanted: [LimitKind: Int64] = [:]
        ) {
            self.holder = holder
            self.expires = expires
            self.served = served
            self.taken = taken.mapValues { min(max(0, $0), AdmissionLimits.figure) }
            self.permits = min(max(0, permits), AdmissionLimits.concurrent)
            self.wantedPermits = min(max(0, wantedPermits), AdmissionLimits.concurrent)
            self.wanted = wanted.mapValues { min(max(0, $0), AdmissionLimits.figure) }
        }
    }

    /// When each bucket will be full again; one that is not named is.
    public var fullAt: [LimitKind: Timestamp]
    /// Who takes part, by name.
    public var shares: [Share]

    /// Makes a ledger; the default is that of a dependency nobody has used.
    public init(fullAt: [LimitKind: Timestamp] = [:], shares: [Share] = []) {
        self.fullAt = fullAt
        self.shares = shares.sorted { $0.holder < $1.holder }
    }

    /// The share of a holder.
    public func share(of holder: String) -> Share? { shares.first { $0.holder == holder } }

    /// Whether anybody else may still hold or want something.
    public func hasOthers(than holder: String, at now: Timestamp) -> Bool {
        shares.contains { $0.holder != holder && !$0.hasEnded(at: now) }
    }

    /// Drops the share of a holder that needs it no more; what it drew from buckets stays drawn.
    public mutating func remove(_ holder: String) { shares.removeAll { $0.holder == holder } }

    mutating func put(_ share: Share) {
        shares.removeAll { $0.holder == share.holder }
        let place = shares.firstIndex { share.holder < $0.holder } ?? shares.count
        shares.insert(share, at: place)
    }

    /// Drops what has ended, and takes back ends that no clock within the bound can have written.
    mutating func prune(at now: Timestamp) {
        shares.removeAll { $0.hasEnded(at: now) }
        let latest = now + AdmissionLimits.shareLife + AdmissionLimits.clockSkew
        for place in shares.indices where shares[place].expires > latest {
            shares[place].expires = latest
        }
    }
}

extension LimitLedger.Share {
    /// Whether it ended by every clock: its holder's may be behind ours.
    public func hasEnded(at now: Timestamp) -> Bool { expires + AdmissionLimits.clockSkew <= now }
}
