internal import Values

/// A proposal in the making: what one holder takes of a ledger, and what it leaves to others.
struct LimitDraft: Sendable {
    private(set) var ledger: LimitLedger
    private let holder: String
    private let now: Duration
    private let wall: Timestamp
    private let before: LimitLedger.Share?
    private let others: [LimitLedger.Share]
    private var share: LimitLedger.Share
    private var draws: [LimitKind: TokenPurse.Draw] = [:]
    private var debts: [LimitKind: Int64] = [:]
    /// The most requests it lets be under way from now on.
    private var cap: Int64?
    private var isWorthIt = false
    private var lookAgain: Duration?

    init(on stored: LimitLedger, for holder: String, at now: Duration, wall: Timestamp) {
        self.holder = holder
        self.now = now
        self.wall = wall
        ledger = stored
        ledger.prune(at: wall)
        before = ledger.share(of: holder)
        others = ledger.shares.filter { $0.holder != holder }
        share =
            before
            ?? LimitLedger.Share(holder: holder, expires: wall, served: Timestamp(seconds: 0))
        share.wanted = [:]
    }

    /// Whether the ledger has a place for one who is not in it.
    var hasPlace: Bool { before != nil || others.count < AdmissionLimits.holders }

    /// What the draft comes to.
    func proposal() -> LimitProposal {
        guard isWorthIt || (share.wanted != before?.wanted ?? [:] && !others.isEmpty) else {
            return LimitProposal(
                ledger: nil, lookAgain: lookAgain, draws: [:], debts: [:],
                permits: cap ?? share.permits, until: now)
        }
        var ledger = ledger
        var share = share
        share.expires = wall + AdmissionLimits.shareLife
        if share.permits > 0 || share.wantedPermits > 0 || !share.wanted.isEmpty {
            ledger.put(share)
        } else {
            ledger.shares.removeAll { $0.holder == holder }
        }
        return LimitProposal(
            ledger: ledger, lookAgain: lookAgain, draws: draws, debts: debts,
            permits: min(share.permits, cap ?? share.permits),
            until: now + AdmissionLimits.shareLife)
    }

    mutating func look(at moment: Duration) {
        lookAgain = min(lookAgain ?? moment, max(moment, now + AdmissionLimits.recheck))
    }

    /// Pays what is owed to a bucket, and draws what is missing as far as others leave it.
    ///
    /// - Parameters:
    ///   - observed: The bucket is known to be full no earlier.
    ///   - held: What the holder has of it still.
    ///   - needed: What it needs in all.
    mutating func draw(
        _ kind: LimitKind, from bucket: SharedBucket, owed: Int64, observed: Duration?,
        held: Int64, needed: Int64
    ) {
        var fullAt = bucket.normalized(ledger.fullAt[kind], at: wall)
        if let observed, observed > now { fullAt = max(fullAt, wall + (observed - now)) }
        if owed > 0 {
            fullAt = bucket.normalized(bucket.taking(owed, fullAt), at: wall)
            debts[kind] = owed
            ledger.fullAt[kind] = fullAt
            isWorthIt = true
        }
        let missing = needed - held
        guard missing > 0 else { return }
        let part = part(kind, of: bucket.room(fullAt, at: wall), bucket, missing: missing)
        // Each draw is a write: who has enough for a while waits until it is worth one.
        let step = bucket.ahead / (others.isEmpty ? 2 : 4 * Int64(others.count + 1))
        let count = held <= 0 || part >= min(missing, step) ? part : 0
        if count > 0 {
            draws[kind] = TokenPurse.Draw(
                later: count, next: now + (bucket.next(fullAt) - wall), interval: bucket.interval,
                expires: now + AdmissionLimits.tokenLife)
            fullAt = bucket.taking(count, fullAt)
            ledger.fullAt[kind] = fullAt
            share.taken[kind] = min(
                (share.taken[kind] ?? 0).addingClamping(count), AdmissionLimits.figure)
            share.served = wall
            isWorthIt = true
        }
        guard count < missing else { return }
        share.wanted[kind] = LimitDraft.rough(missing - count)
        look(
            at: max(
                now + (bucket.hasRoom(1, fullAt) - wall),
                count > 0 ? now + AdmissionLimits.drawHorizon / 2 : now))
    }

    /// What the holder may take of what is left of a bucket.
    private mutating func part(
        _ kind: LimitKind, of room: Int64, _ bucket: SharedBucket, missing: Int64
    ) -> Int64 {
        let rivals = others.filter { $0.wanted[kind] ?? 0 > 0 }
        let own = Claim(name: holder, wanted: missing, served: share.served)
        let fair = FairPart.of(
            room, for: holder,
            among: rivals.map {
                Claim(name: $0.holder, wanted: $0.wanted[kind] ?? 0, served: $0.served)
            } + [own])
        guard let least = rivals.map({ $0.taken[kind] ?? 0 }).min() else { return fair }
        // Who was here first must not have more for that: nobody runs far ahead of the others,
        // unless they leave so much that they seem to be gone, and then the last one may first.
        let isNew = before?.wanted[kind] ?? 0 == 0
        let taken = max(share.taken[kind] ?? 0, isNew ? least : 0)
        share.taken[kind] = taken
        let rank = rivals.count { ($0.taken[kind] ?? 0, $0.holder) < (taken, holder) }
        let count = Int64(rivals.count)
        guard rank > 0, room < bucket.ahead * (count + Int64(rank)) / (2 * count) else {
            return fair
        }
        return min(fair, max(0, bucket.ahead / (2 * count + 2) + 1 - (taken - least)))
    }

    /// Takes the permits that requests need, and gives back those that others need more.
    ///
    /// - Parameters:
    ///   - most: What there are in all.
    ///   - has: What the holder knows to have, which may be less than what is stored.
    ///   - underWay: Requests that hold one.
    ///   - wanted: Those, and the requests that wait for one.
    mutating func divide(_ most: Int64, has: Int64, underWay: Int64, wanted: Int64) {
        let current = share.permits
        // The last one that cannot be divided must not go round.
        let nobody = Timestamp(seconds: 0)
        let free = max(0, most - others.reduce(0) { $0 + $1.permits })
        let claims =
            others.map { Claim(name: $0.holder, wanted: $0.wantedPermits, served: nobody) }
            + [Claim(name: holder, wanted: wanted, served: nobody)]
        let unclaimed = max(0, most - claims.reduce(0) { $0 + min(most, $1.wanted) })
        let fair =
            FairPart.of(most, for: holder, among: claims) + unclaimed / Int64(claims.count)
        let possible = min(free, max(underWay, fair))
        let othersLack = others.contains { $0.wantedPermits > $0.permits }
        if othersLack, fair < underWay {
            // What is under way keeps its permits; as it ends they are given back.
            cap = fair
            look(at: now + AdmissionLimits.recheck)
        }
        if has < min(current, wanted, cap ?? .max) { isWorthIt = true }
        // It may have more than there is: the limit was lowered, or its share had ended meanwhile.
        let next =
            (possible > current ? wanted > current : othersLack) ? possible : min(current, free)
        if next != current {
            share.permits = next
            isWorthIt = true
        }
        let isShort = wanted > share.permits
        let told = isShort ? min(most, LimitDraft.rough(wanted)) : min(most, wanted)
        let wasShort = (before?.wantedPermits ?? 0) > (before?.permits ?? 0)
        if !others.isEmpty, isShort != wasShort || (isShort && told != before?.wantedPermits) {
            isWorthIt = true
        }
        share.wantedPermits = told
        if isShort { lookAfterPermits() }
        guard wanted > 0, share.permits > 0 else { return }
        let renewal =
            share.expires - wall - AdmissionLimits.shareLife + AdmissionLimits.shareRenewal
        if renewal <= .zero { isWorthIt = true }
        look(at: now + (isWorthIt || renewal <= .zero ? AdmissionLimits.shareRenewal : renewal))
    }

    /// Gives up permits that the policy does not count any more.
    mutating func dropPermits() {
        share.permits = 0
        share.wantedPermits = 0
    }

    /// The first moment at which somebody's permits may be free without anybody saying so.
    private mutating func lookAfterPermits() {
        guard let end = others.filter({ $0.permits > 0 }).map(\.expires).min() else { return }
        look(at: now + (end + AdmissionLimits.clockSkew - wall))
    }

    /// Up to the next power of two: what changes all the time must not be written all the time.
    private static func rough(_ count: Int64) -> Int64 {
        let bits = Int64.bitWidth - max(1, count - 1).leadingZeroBitCount
        return count <= 1 ? count : min(1 << min(bits, 62), AdmissionLimits.figure)
    }
}
