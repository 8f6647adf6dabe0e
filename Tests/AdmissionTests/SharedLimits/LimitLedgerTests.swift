import Testing
import Values

@testable import Admission

/// Ledgers in which somebody has written what nobody can have taken.
@Suite struct LimitLedgerTests {
    private let wall = Timestamp(seconds: 5000)

    private func share(_ holder: String, _ count: Int64) -> LimitLedger.Share {
        LimitLedger.Share(
            holder: holder, expires: wall + .seconds(20), served: wall,
            taken: [.requests: count, .tokens: count], permits: count, wantedPermits: count,
            wanted: [.requests: count, .tokens: count, .retries: count])
    }

    @Test(arguments: [Int64.max, .min, AdmissionLimits.figure])
    func `whatever is stored, a proposal can be made on it and stored again`(count: Int64) throws {
        var dependency = Dependency(
            policy: DependencyPolicy(
                requestsPerMinute: 600, tokensPerMinute: .max, maximumConcurrent: .max), at: .zero)
        var ledger = LimitLedger(
            fullAt: [
                .requests: Timestamp(nanoseconds: .max), .tokens: Timestamp(nanoseconds: .min),
            ],
            shares: ["me", "other", "third"].map { share($0, count) })
        for round in 0..<50 {
            let now = Duration.seconds(round)
            let proposal = dependency.proposeShare(
                on: ledger, for: round % 2 == 0 ? "me" : "new", LimitDemand(waiting: 9, retries: 3),
                at: now, wall: wall + now)
            dependency.settle(proposal, .stored)
            if let next = proposal.ledger { ledger = next }
        }
        for share in ledger.shares {
            #expect(share == LimitLedger.Share(copying: share), "within the bounds")
        }
        #expect(ledger.share(of: "me") != nil)
    }
}

extension LimitLedger.Share {
    /// The same share, made anew.
    fileprivate init(copying share: LimitLedger.Share) {
        self.init(
            holder: share.holder, expires: share.expires, served: share.served,
            taken: share.taken, permits: share.permits, wantedPermits: share.wantedPermits,
            wanted: share.wanted)
    }
}
