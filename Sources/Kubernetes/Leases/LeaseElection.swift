public import Values

/// The rules by which one of many candidates holds a Lease, without clock or connection.
///
/// Only monotonic time of this machine counts: another's lease is over when it did not change here
/// for its whole duration. Holding a lease is no mutual exclusion; conditional writes are what
/// keeps two holders from harm (law 29).
///
/// Source: client-go tools/leaderelection/leaderelection.go.
public struct LeaseElection: Sendable {
    /// How long the periods of an election are.
    public struct Timing: Sendable, Hashable {
        /// How long others wait for a holder that does not renew.
        public let leaseDuration: Duration
        /// How long a holder tries to renew before it lets go.
        public let renewDeadline: Duration
        /// The wait between two tries.
        public let retryPeriod: Duration

        /// Makes a timing; anything but lease > deadline > 1.2 times the retry period traps.
        public init(
            leaseDuration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
            retryPeriod: Duration = .seconds(2)
        ) {
            precondition(
                leaseDuration > renewDeadline && renewDeadline > retryPeriod * 1.2
                    && retryPeriod > .zero,
                "an election needs leaseDuration > renewDeadline > 1.2 * retryPeriod > 0")
            self.leaseDuration = leaseDuration
            self.renewDeadline = renewDeadline
            self.retryPeriod = retryPeriod
        }
    }

    /// What happened.
    public enum Event: Sendable {
        /// The candidate wants the lease.
        case started
        /// The lease as it is; nil where there is none.
        case read(KubernetesObject?)
        /// The lease was written.
        case written(KubernetesObject)
        /// A read or write failed.
        case failed(KubernetesError)
        /// A wait is over.
        case waited
        /// The holder stopped its work and does not want the lease any more.
        case stopped
    }

    /// What to do; each takes no longer than the timeout it names.
    public enum Action: Sendable, Hashable {
        /// Read the lease.
        case read(timeout: Duration)
        /// Create the lease.
        case create(KubernetesObject, timeout: Duration)
        /// Replace the lease, where its version is still the one in the object.
        case replace(KubernetesObject, timeout: Duration)
        /// Wait.
        case wait(Duration)
        /// Start the work: the lease is held.
        case lead(term: Int64)
        /// Stop the work: the lease is lost.
        case stepDown
        /// Nothing more.
        case finish
    }

    private struct Observed {
        var lease: KubernetesObject
        var at: Duration
    }

    /// Who wants the lease.
    public let identity: String
    private let key: ObjectKey
    let timing: Timing
    private var observed: Observed?
    /// When the last write that stands was sent: others count from later than that.
    private var renewedAt = Duration.zero
    private var sentAt = Duration.zero
    private var isReleasing = false

    /// Whether the lease is held, as far as is known.
    public private(set) var isLeading = false

    /// Makes a candidate; its identity must be no other's.
    public init(key: ObjectKey, identity: String, timing: Timing = Timing()) {
        self.key = key
        self.identity = identity
        self.timing = timing
    }

    /// Takes an event and says what to do, the last action's result being the next event.
    ///
    /// - Parameters:
    ///   - now: Monotonic time, by which everything is decided.
    ///   - wallTime: What is written for people to read.
    ///   - random: A number in 0..<1.
    public mutating func handle(
        _ event: Event, at now: Duration, wallTime: Timestamp, random: Double,
        into actions: inout [Action]
    ) {
        switch event {
        case .started: actions.append(.read(timeout: timeout(now)))
        case .read(let lease): handleRead(lease, now, wallTime, random, into: &actions)
        case .written(let lease): handleWritten(lease, now, random, into: &actions)
        case .failed(let error): handleFailed(error, now, random, into: &actions)
        case .waited:
            // A holder renews what it wrote last; only a conflict makes it look again.
            if isLeading, let observed {
                write(over: observed.lease, now, wallTime, into: &actions)
            } else {
                actions.append(.read(timeout: timeout(now)))
            }
        case .stopped: release(now, wallTime, into: &actions)
        }
    }

    private mutating func handleRead(
        _ lease: KubernetesObject?, _ now: Duration, _ wallTime: Timestamp, _ random: Double,
        into actions: inout [Action]
    ) {
        guard let lease else {
            if isLeading { stepDown(into: &actions) }
            observed = nil
            sentAt = now
            actions.append(
                .create(renewed(nil, wallTime), timeout: timeout(now)))
            return
        }
        if observed?.lease.spec != lease.spec {
            observed = Observed(lease: lease, at: now)
        } else {
            observed?.lease = lease
        }
        let holder = lease.spec["holderIdentity"]?.stringValue ?? ""
        if holder == identity || holder.isEmpty || isExpired(lease, now) {
            write(over: lease, now, wallTime, into: &actions)
        } else {
            if isLeading { stepDown(into: &actions) }
            wait(random, into: &actions)
        }
    }

    private func isExpired(_ lease: KubernetesObject, _ now: Duration) -> Bool {
        guard let observed else { return false }
        let seconds = lease.spec["leaseDurationSeconds"]?.integerValue
        return now - observed.at >= (seconds.map { .seconds($0) } ?? timing.leaseDuration)
    }

    private mutating func handleWritten(
        _ lease: KubernetesObject, _ now: Duration, _ random: Double, into actions: inout [Action]
    ) {
        if isReleasing {
            actions.append(.finish)
            return
        }
        observed = Observed(lease: lease, at: now)
        renewedAt = sentAt
        if !isLeading {
            isLeading = true
            actions.append(.lead(term: lease.spec["leaseTransitions"]?.integerValue ?? 0))
        }
        wait(random, into: &actions)
    }

    private mutating func handleFailed(
        _ error: KubernetesError, _ now: Duration, _ random: Double, into actions: inout [Action]
    ) {
        if isReleasing {
            actions.append(.finish)
            return
        }
        if isLeading, now - renewedAt >= timing.renewDeadline { stepDown(into: &actions) }
        switch error.code {
        // Somebody wrote: what they wrote decides.
        case .conflict, .alreadyExists: actions.append(.read(timeout: timeout(now)))
        case .notFound where isLeading: actions.append(.read(timeout: timeout(now)))
        default:
            // The outcome may be unknown, and then the version kept here is no longer the lease's;
            // the write after the wait fails and is followed by a read.
            wait(random, into: &actions)
        }
    }

    private mutating func release(
        _ now: Duration, _ wallTime: Timestamp, into actions: inout [Action]
    ) {
        guard isLeading, let observed else {
            actions.append(.finish)
            return
        }
        isLeading = false
        isReleasing = true
        var lease = observed.lease
        lease.spec["holderIdentity"] = ""
        lease.spec["leaseDurationSeconds"] = 1
        lease.spec["renewTime"] = .string(wallTime.microsecondsText)
        actions.append(.replace(lease, timeout: timing.retryPeriod))
    }

    private mutating func write(
        over lease: KubernetesObject, _ now: Duration, _ wallTime: Timestamp,
        into actions: inout [Action]
    ) {
        sentAt = now
        actions.append(.replace(renewed(lease, wallTime), timeout: timeout(now)))
    }

    private func renewed(_ lease: KubernetesObject?, _ wallTime: Timestamp) -> KubernetesObject {
        var new = lease ?? KubernetesObject(.leases, key)
        let time = JSON.string(wallTime.microsecondsText)
        let transitions = new.spec["leaseTransitions"]?.integerValue ?? 0
        if lease == nil || new.spec["holderIdentity"]?.stringValue != identity {
            new.spec["acquireTime"] = time
            new.spec["leaseTransitions"] = .integer(lease == nil ? 0 : transitions + 1)
        }
        new.spec["holderIdentity"] = .string(identity)
        new.spec["leaseDurationSeconds"] = .integer(timing.leaseDuration.components.seconds)
        new.spec["renewTime"] = time
        return new
    }

    private mutating func stepDown(into actions: inout [Action]) {
        isLeading = false
        actions.append(.stepDown)
    }

    private func wait(_ random: Double, into actions: inout [Action]) {
        // A fifth of jitter keeps candidates apart; a holder renews on time.
        let jitter = isLeading ? 0 : 0.2 * random
        actions.append(.wait(timing.retryPeriod * (1 + jitter)))
    }

    /// A holder has until its deadline; a candidate must not hang on a dead connection.
    private func timeout(_ now: Duration) -> Duration {
        guard isLeading else { return timing.renewDeadline }
        return max(.milliseconds(100), renewedAt + timing.renewDeadline - now)
    }
}
