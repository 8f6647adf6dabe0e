internal import Values

/// Tokens that were drawn from a shared bucket and not spent yet.
///
/// They come at their moments, and those that are not spent in time are lost. What is known only
/// afterwards may be taken beyond what there is; the purse then owes.
struct TokenPurse: Sendable, Hashable {
    /// Tokens that were drawn together.
    struct Draw: Sendable, Hashable {
        /// How many are there.
        var ready: Int64 = 0
        /// How many are still to come.
        var later: Int64
        /// When the next of them does.
        var next: Duration
        /// The time between two of them.
        let interval: Int64
        /// Until when they may be spent.
        let expires: Duration
    }

    /// Oldest first: the tokens of each come before those of the next.
    private var draws: [Draw] = []
    /// What was taken beyond what there was, up to ``AdmissionLimits/figure``.
    private(set) var owed: Int64 = 0

    /// How many are there, and how many come.
    var held: Int64 {
        draws.reduce(0) { $0.addingClamping($1.ready).addingClamping($1.later) }
    }

    /// How many can be taken now; below zero where it owes.
    func level(at now: Duration) -> Int64 {
        var copy = self
        copy.advance(to: now)
        return copy.ready - copy.owed
    }

    /// When the next can be taken; nil where only another draw brings it.
    func nextToken(at now: Duration) -> Duration? {
        var copy = self
        copy.advance(to: now)
        if copy.ready > copy.owed { return now }
        var missing = copy.owed - copy.ready + 1
        for draw in copy.draws {
            if draw.later >= missing {
                return draw.next + .nanoseconds((missing - 1) * draw.interval)
            }
            missing -= draw.later
        }
        return nil
    }

    /// Lets come what comes, and loses what was kept too long.
    mutating func advance(to now: Duration) {
        draws.removeAll { $0.expires <= now }
        for place in draws.indices where draws[place].next <= now && draws[place].later > 0 {
            let since = (now - draws[place].next).nanoseconds
            let count = min(draws[place].later, since / draws[place].interval + 1)
            draws[place].ready += count
            draws[place].later -= count
            draws[place].next += .nanoseconds(count * draws[place].interval)
        }
        owed -= takeReady(owed)
        draws.removeAll { $0.ready == 0 && $0.later == 0 }
    }

    /// Adds what was drawn.
    mutating func add(_ draw: Draw) { draws.append(draw) }

    /// Takes tokens, beyond what there is where that does not suffice.
    ///
    /// - Returns: Until when the first of them could have been spent.
    @discardableResult
    mutating func take(_ count: Int64, at now: Duration) -> Duration {
        advance(to: now)
        let expires = draws.first { $0.ready > 0 }?.expires ?? now
        owed = min(owed.addingClamping(count - takeReady(count)), AdmissionLimits.figure)
        return expires
    }

    /// Gives tokens back that could be spent until a moment.
    mutating func giveBack(_ count: Int64, expires: Duration, at now: Duration) {
        let paid = min(owed, count)
        owed -= paid
        guard count > paid, expires > now else { return }
        if let place = draws.firstIndex(where: { $0.expires == expires }) {
            draws[place].ready = draws[place].ready.addingClamping(count - paid)
        } else {
            draws.insert(
                Draw(ready: count - paid, later: 0, next: now, interval: 1, expires: expires),
                at: draws.firstIndex { $0.expires > expires } ?? draws.count)
        }
    }

    /// Loses what is beyond so many of those that are there.
    mutating func limit(to count: Int64, at now: Duration) {
        advance(to: now)
        _ = takeReady(max(0, ready - max(0, count)))
    }

    /// Somebody else remembers what it owes.
    mutating func payOff(_ count: Int64) { owed = max(0, owed - count) }

    private var ready: Int64 { draws.reduce(0) { $0.addingClamping($1.ready) } }

    private mutating func takeReady(_ wanted: Int64) -> Int64 {
        var rest = wanted
        for place in draws.indices where rest > 0 {
            let count = min(rest, draws[place].ready)
            draws[place].ready -= count
            rest -= count
        }
        return wanted - max(0, rest)
    }
}
