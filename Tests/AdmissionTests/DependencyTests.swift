import Synchronization
import Testing
import Values

@testable import Admission

@Suite struct DependencyTests {
    private static let breaker = CircuitBreaker.Policy(
        failureThreshold: 0.5, minimumRequests: 2, window: .seconds(60),
        openDuration: .seconds(30), halfOpenProbes: 1)

    private func table(_ policies: [String: DependencyPolicy]) -> DependencyTable {
        var table = DependencyTable()
        for (name, policy) in policies { table.apply(policy, to: name, at: .zero) }
        return table
    }

    private func pass(
        _ table: inout DependencyTable, _ name: String = "main", isRetry: Bool = false,
        at now: Duration = .zero
    ) throws -> DependencyTable.Passage {
        switch verdict(&table, Gate(name, failedAt: isRetry ? name : nil), at: now) {
        case .passed(let passage): return passage
        case .closed(let reason, _):
            Issue.record("closed: \(reason)")
            throw Closed()
        }
    }

    private let ledgers = Ledgers()

    /// What is stored of each dependency: here there is one process, whose writes all succeed.
    private final class Ledgers: Sendable {
        let stored = Mutex<[String: LimitLedger]>([:])
    }

    private func verdict(
        _ table: inout DependencyTable, _ gate: Gate, at now: Duration
    ) -> GateVerdict<DependencyTable.Passage> {
        let first = table.pass(gate, at: now)
        let wanted = table.takeSharesWanted()
        guard case .closed = first, !wanted.isEmpty else { return first }
        ledgers.stored.withLock { stored in
            for name in wanted {
                let proposal = table.proposeShare(
                    of: name, on: stored[name] ?? LimitLedger(), for: "me",
                    LimitDemand(waiting: 1, retries: gate.failedAt == nil ? 0 : 1), at: now,
                    wall: Timestamp(seconds: 5000) + now)
                guard let proposal, let ledger = proposal.ledger else { continue }
                stored[name] = ledger
                table.settle(name, proposal, .stored)
            }
        }
        return table.pass(gate, at: now)
    }

    private struct Closed: Error {}

    /// Why nothing passes, and until when.
    private struct Stop: Equatable {
        let reason: WaitReason
        let until: Duration?

        init(_ reason: WaitReason, _ until: Duration?) {
            self.reason = reason
            self.until = until
        }
    }

    private func stop(
        _ table: inout DependencyTable, _ name: String = "main", isRetry: Bool = false,
        at now: Duration = .zero
    ) -> Stop? {
        if case .closed(let reason, let until) = verdict(
            &table, Gate(name, failedAt: isRetry ? name : nil), at: now)
        {
            return Stop(reason, until)
        }
        return nil
    }

    @Test func `a bulkhead holds as many at once as it says`() throws {
        var table = table(["main": DependencyPolicy(maximumConcurrent: 2)])
        let first = try pass(&table)
        let second = try pass(&table)
        #expect(stop(&table) == Stop(.bulkhead("main"), nil))
        _ = table.finish(first, .succeeded, at: .zero)
        let third = try pass(&table)
        #expect(stop(&table) != nil)
        table.abandon(second, at: .zero)
        table.abandon(third, at: .zero)
        #expect(table["main"]?.underWay == 0)
    }

    @Test func `requests a minute are paced, and one that never began is given back`() throws {
        var table = table(["main": DependencyPolicy(requestsPerMinute: 2)])
        let first = try pass(&table)
        // The next comes 30 s after the first less what is kept for late ones, and is drawn 10 s
        // before.
        #expect(stop(&table) == Stop(.rateLimited("main"), nil))
        table.abandon(first, at: .zero)
        _ = try pass(&table)
        #expect(stop(&table, at: .seconds(3)) == Stop(.rateLimited("main"), nil))
        #expect(stop(&table, at: .seconds(4)) == Stop(.rateLimited("main"), .seconds(14)))
        _ = try pass(&table, at: .seconds(14))
        #expect(stop(&table, at: .seconds(34)) == Stop(.rateLimited("main"), .seconds(44)))
    }

    @Test func `a token that is not spent in time is lost`() throws {
        var table = table(["main": DependencyPolicy(requestsPerMinute: 2)])
        let first = try pass(&table)
        table.abandon(first, at: .seconds(1))
        #expect(
            stop(&table, at: AdmissionLimits.tokenLife) == Stop(.rateLimited("main"), .seconds(14)))
    }

    @Test func `tokens that were used are owed before the next request`() throws {
        var table = table(["main": DependencyPolicy(tokensPerMinute: 60)])
        let first = try pass(&table)
        _ = table.finish(
            first, .succeeded, observed: RateLimitObservation(usedTokens: 90), at: .zero)
        #expect(stop(&table) == Stop(.rateLimited("main"), nil))
        #expect(stop(&table, at: .seconds(34)) == Stop(.rateLimited("main"), nil))
        #expect(stop(&table, at: .seconds(35)) == Stop(.rateLimited("main"), .seconds(45)))
        _ = try pass(&table, at: .seconds(45))
    }

    @Test func `an answer that says it used everything is believed within bounds`() throws {
        var table = table([
            "main": DependencyPolicy(requestsPerMinute: 600, tokensPerMinute: 1 << 52)
        ])
        let passages = [try pass(&table), try pass(&table), try pass(&table)]
        for passage in passages {
            _ = table.finish(
                passage, .succeeded,
                observed: RateLimitObservation(
                    requests: .init(remaining: .min), tokens: .init(remaining: .max),
                    usedTokens: .max), at: .zero)
        }
        #expect(table["main"]?.expectedTokens == AdmissionLimits.usedTokens)
        // What is owed is remembered, and no more than the longest debt is waited for.
        #expect(stop(&table)?.reason == .rateLimited("main"))
        let later = AdmissionLimits.debt + .seconds(120)
        #expect(stop(&table, at: later) == nil)
    }

    @Test func `what is owed stops at its bound`() {
        var purse = TokenPurse()
        for _ in 0..<4 { purse.take(.max, at: .zero) }
        #expect(purse.owed == AdmissionLimits.figure)
        #expect(purse.nextToken(at: .zero) == nil)
        for _ in 0..<3 { purse.giveBack(.max, expires: .seconds(1), at: .zero) }
        #expect(purse.owed == 0)
        #expect(purse.held == .max)
        #expect(purse.level(at: .zero) == .max)
        var use = RecentUse()
        for _ in 0..<3 { use.add(.max, at: .zero) }
        #expect(use.count(at: .zero) == AdmissionLimits.figure)
        #expect(use.count(at: AdmissionLimits.drawHorizon) == AdmissionLimits.figure)
    }

    @Test func `what an answer says of the limits is obeyed`() throws {
        var table = table(["main": DependencyPolicy(requestsPerMinute: 600)])
        let first = try pass(&table)
        let told = RateLimitObservation(
            requests: .init(limit: 600, remaining: 0, reset: .seconds(20)))
        _ = table.finish(first, .succeeded, observed: told, at: .zero)
        #expect(stop(&table) == Stop(.rateLimited("main"), .seconds(20)))
        #expect(table["main"]?.observed.requests?.limit == 600)
        // Without limits of its own as well.
        var free = self.table(["main": DependencyPolicy()])
        let only = try pass(&free)
        _ = free.finish(only, .throttled(retryAfter: .seconds(7)), at: .zero)
        #expect(stop(&free) == Stop(.rateLimited("main"), .seconds(7)))
        _ = try pass(&free, at: .seconds(7))
    }

    @Test func `being asked for less opens no circuit, and an empty account opens it at once`()
        throws
    {
        var table = table(["main": DependencyPolicy(breaker: DependencyTests.breaker)])
        for second in 0..<10 {
            let passage = try pass(&table, at: .seconds(second))
            let changes = table.finish(
                passage, .throttled(retryAfter: .zero), at: .seconds(second))
            #expect(changes.isEmpty)
        }
        let passage = try pass(&table, at: .seconds(10))
        #expect(table.finish(passage, .exhausted, at: .seconds(10)) == [.circuitOpened])
        #expect(stop(&table, at: .seconds(10))?.reason == .circuitOpen("main"))
    }

    @Test func `refused requests say that it works`() throws {
        var table = table(["main": DependencyPolicy(breaker: DependencyTests.breaker)])
        for _ in 0..<10 {
            let passage = try pass(&table)
            #expect(table.finish(passage, .refused, at: .zero) == [])
        }
        #expect(table["main"]?.breaker.state == .closed)
    }

    @Test func `a circuit opens, lets a probe through, and closes`() throws {
        var table = table(["main": DependencyPolicy(breaker: DependencyTests.breaker)])
        let first = try pass(&table)
        let second = try pass(&table)
        #expect(table.finish(first, .failed, at: .zero) == [])
        #expect(table.finish(second, .failed, at: .zero) == [.circuitOpened])
        #expect(stop(&table) == Stop(.circuitOpen("main"), .seconds(30)))
        #expect(table.advance(to: .seconds(30)).map(\.change) == [.circuitHalfOpened])
        let probe = try pass(&table, at: .seconds(30))
        // Only the end of the probe can tell: there is no moment to try again.
        #expect(stop(&table, at: .seconds(30)) == Stop(.circuitOpen("main"), nil))
        #expect(table.finish(probe, .succeeded, at: .seconds(31)) == [.circuitClosed])
        _ = try pass(&table, at: .seconds(31))
    }

    @Test func `while it is out of order requests go to the first fallback that is not`() throws {
        var table = table([
            "main": DependencyPolicy(
                breaker: DependencyTests.breaker, fallbacks: ["gone", "second", "third"]),
            "second": DependencyPolicy(), "third": DependencyPolicy(),
        ])
        #expect(table.gates(to: "second") == ["second", "main"])
        #expect(table.adoptOpen("main", until: .seconds(30), at: .zero) == true)
        #expect(table.adoptOpen("second", until: .seconds(10), at: .zero) == true)
        let passage = try pass(&table)
        #expect(passage.name == "third" && passage.isFallback)
        #expect(try pass(&table, at: .seconds(10)).name == "second")
        #expect(try pass(&table, at: .seconds(30)).name == "main")
        // The probe of the second one has not ended yet.
        #expect(try pass(&table, at: .seconds(30)).name == "third")
    }

    @Test func `with every circuit open the one that opens first is waited for`() throws {
        var table = table([
            "main": DependencyPolicy(fallbacks: ["second"]), "second": DependencyPolicy(),
        ])
        _ = table.adoptOpen("main", until: .seconds(30), at: .zero)
        _ = table.adoptOpen("second", until: .seconds(10), at: .zero)
        #expect(stop(&table) == Stop(.circuitOpen("main"), .seconds(10)))
    }

    @Test func `what others found open is taken over once, and a shorter time is no news`() {
        var table = table(["main": DependencyPolicy()])
        #expect(table.adoptOpen("main", until: .seconds(30), at: .zero) == true)
        #expect(table.adoptOpen("main", until: .seconds(20), at: .zero) == false)
        #expect(table.adoptOpen("main", until: .seconds(40), at: .seconds(40)) == false)
        #expect(table.adoptOpen("unknown", until: .seconds(40), at: .zero) == false)
    }

    @Test func `what others found open stays so no longer than a circuit can`() {
        var table = table(["main": DependencyPolicy()])
        #expect(table.adoptOpen("main", until: .seconds(Int64.max), at: .seconds(5)) == true)
        #expect(
            table["main"]?.breaker.state
                == .open(until: .seconds(5) + AdmissionLimits.openDuration))
        #expect(table.adoptOpen("main", until: .seconds(Int64.max), at: .seconds(5)) == false)
        let policy = CircuitBreaker.Policy(
            window: .seconds(Int64.max), openDuration: .seconds(Int64.max))
        #expect(policy.window == AdmissionLimits.window)
        #expect(policy.openDuration == AdmissionLimits.openDuration)
    }

    @Test func `a limit of places that no number holds is none`() {
        var table = table(["main": DependencyPolicy(maximumConcurrent: .max)])
        let other = LimitLedger.Share(
            holder: "other", expires: Timestamp(seconds: 5020), served: Timestamp(seconds: 0),
            permits: 3, wantedPermits: 9)
        let proposal = table.proposeShare(
            of: "main", on: LimitLedger(shares: [other]), for: "me", LimitDemand(waiting: 2),
            at: .zero, wall: Timestamp(seconds: 5000))
        #expect(proposal?.ledger?.share(of: "me")?.permits ?? 0 >= 2)
    }

    @Test func `worse health than asked sends requests to the fallback until a probe is good`()
        throws
    {
        var table = table([
            "main": DependencyPolicy(
                breaker: DependencyTests.breaker,
                health: HealthThresholds(p99: .milliseconds(100)), fallbacks: ["second"]),
            "second": DependencyPolicy(),
        ])
        let first = try pass(&table)
        let slow = try pass(&table)
        #expect(table.finish(first, .succeeded, latency: .milliseconds(10), at: .zero) == [])
        let changes = table.finish(slow, .succeeded, latency: .milliseconds(900), at: .zero)
        guard case .degraded(let why)? = changes.first else {
            Issue.record("not degraded: \(changes)")
            return
        }
        #expect(why.contains("100ms"))
        #expect(table["main"]?.breaker.state == .closed)
        #expect(try pass(&table).name == "second")
        // A probe goes there after the open duration; a slow one leaves things as they are.
        let bad = try pass(&table, at: .seconds(30))
        #expect(bad.name == "main")
        #expect(try pass(&table, at: .seconds(30)).name == "second")
        #expect(
            table.finish(bad, .succeeded, latency: .milliseconds(500), at: .seconds(31)) == [])
        #expect(try pass(&table, at: .seconds(31)).name == "second")
        let good = try pass(&table, at: .seconds(61))
        #expect(good.name == "main")
        #expect(
            table.finish(good, .succeeded, latency: .milliseconds(50), at: .seconds(61))
                == [.recovered])
        #expect(try pass(&table, at: .seconds(61)).name == "main")
    }

    @Test func `without a fallback a slow dependency is still used`() throws {
        var table = table([
            "main": DependencyPolicy(
                breaker: DependencyTests.breaker, health: HealthThresholds(errorRate: 0.4))
        ])
        let first = try pass(&table)
        let second = try pass(&table)
        _ = table.finish(first, .succeeded, at: .zero)
        let changes = table.finish(second, .failed, at: .zero)
        #expect(changes.contains { if case .degraded = $0 { true } else { false } })
        // Half of two is also what opens the circuit of this policy.
        #expect(changes.contains(.circuitOpened))
        var other = self.table([
            "main": DependencyPolicy(
                breaker: .init(failureThreshold: 0.9, minimumRequests: 2),
                health: HealthThresholds(successRate: 0.6))
        ])
        let third = try pass(&other)
        let fourth = try pass(&other)
        _ = other.finish(third, .succeeded, at: .zero)
        _ = other.finish(fourth, .failed, at: .zero)
        #expect(other["main"]?.isDegraded(at: .zero) == true)
        #expect(try pass(&other).name == "main")
    }

    @Test func `whatever a request came to, a time that it names is waited for by all`() throws {
        for outcome in [DependencyOutcome.failed, .refused, .succeeded] {
            var table = table(["main": DependencyPolicy()])
            let passage = try pass(&table)
            _ = table.finish(
                passage, outcome, observed: RateLimitObservation(retryAfter: .seconds(20)),
                at: .zero)
            #expect(stop(&table) == Stop(.rateLimited("main"), .seconds(20)), "\(outcome)")
            _ = try pass(&table, at: .seconds(20))
        }
        var table = table(["main": DependencyPolicy()])
        let passage = try pass(&table)
        let never = RateLimitObservation(retryAfter: CircuitBreaker.never)
        _ = table.finish(passage, .failed, observed: never, at: .zero)
        #expect(stop(&table) == Stop(.rateLimited("main"), AdmissionLimits.pause))
    }

    @Test func `a repetition is paid for where it failed before, and nowhere else`() throws {
        let budget = RetryBudget.Policy(ratio: 0, minimumPerSecond: 0.1, capacity: 1)
        var table = table([
            "main": DependencyPolicy(retryBudget: budget, fallbacks: ["spare"]),
            "spare": DependencyPolicy(retryBudget: budget),
        ])
        // In order, it is tried again at the same; then there is nothing left for a second one.
        _ = try pass(&table, isRetry: true)
        #expect(stop(&table, isRetry: true)?.reason == .retryBudget("main"))
        _ = table.adoptOpen("main", until: .seconds(30), at: .zero)
        // What failed at the first is new to the one that stands in.
        for _ in 0..<3 { #expect(try pass(&table, isRetry: true).name == "spare") }
        // And what failed at another that stood in, as well.
        for _ in 0..<3 {
            guard case .passed = verdict(&table, Gate("main", failedAt: "other"), at: .zero) else {
                throw Closed()
            }
        }
        let repetition = Gate("main", failedAt: "spare")
        guard case .passed = verdict(&table, repetition, at: .zero),
            case .closed(let reason, _) = verdict(&table, repetition, at: .zero)
        else { throw Closed() }
        #expect(reason == .retryBudget("spare"))
    }

    @Test func `repetitions wait when they are too large a part`() throws {
        var table = table([
            "main": DependencyPolicy(
                retryBudget: .init(ratio: 0.5, minimumPerSecond: 0.1, capacity: 2))
        ])
        _ = try pass(&table, isRetry: true)
        _ = try pass(&table, isRetry: true)
        #expect(
            stop(&table, isRetry: true) == Stop(.retryBudget("main"), .seconds(10)))
        let fresh = try pass(&table)
        _ = table.finish(fresh, .succeeded, at: .zero)
        let again = try pass(&table)
        _ = table.finish(again, .succeeded, at: .zero)
        _ = try pass(&table, isRetry: true)
    }

    @Test func `a dependency that is not there yet is waited for`() throws {
        var table = DependencyTable()
        #expect(stop(&table) == Stop(.unknownDependency("main"), nil))
        table.apply(DependencyPolicy(), to: "main", at: .zero)
        _ = try pass(&table)
        table.remove("main")
        #expect(stop(&table) != nil)
    }

    @Test func `a dependency made anew counts what is under way, and is not judged by it`() throws {
        let policy = DependencyPolicy(
            tokensPerMinute: 600, maximumConcurrent: 4, breaker: DependencyTests.breaker)
        var table = table(["main": policy])
        let old = [try pass(&table), try pass(&table), try pass(&table), try pass(&table)]
        table.remove("main")
        #expect(table.finish(old[0], .failed, at: .zero) == [])
        table.apply(policy, to: "main", at: .zero)
        #expect(table["main"]?.underWay == 3)
        let new = try pass(&table)
        #expect(stop(&table) == Stop(.bulkhead("main"), nil))
        for passage in old[1...2] {
            let told = RateLimitObservation(usedTokens: 1 << 30)
            #expect(table.finish(passage, .failed, observed: told, at: .zero) == [])
        }
        table.abandon(old[3], at: .zero)
        #expect(table["main"]?.underWay == 1)
        #expect(table["main"]?.breaker.state == .closed)
        #expect(table["main"]?.expectedTokens == 0)
        #expect(table.finish(new, .succeeded, at: .zero) == [])
        #expect(table["main"]?.underWay == 0)
        let next = [try pass(&table), try pass(&table), try pass(&table), try pass(&table)]
        #expect(stop(&table) == Stop(.bulkhead("main"), nil))
        // Nothing is left of those that end while there is none of the name.
        table.remove("main")
        for passage in next { table.abandon(passage, at: .zero) }
        table.apply(policy, to: "main", at: .zero)
        #expect(table["main"]?.underWay == 0)
    }

    @Test func `time changes those whose circuits are open, in the order of their names`() throws {
        let policy = DependencyPolicy(breaker: DependencyTests.breaker)
        var table = table(["c": policy, "a": policy, "b": policy, "gone": policy, "whole": policy])
        for name in ["c", "a", "gone"] { _ = table.adoptOpen(name, until: .seconds(9), at: .zero) }
        let passage = try pass(&table, "b")
        #expect(table.finish(passage, .exhausted, at: .zero) == [.circuitOpened])
        table.remove("gone")
        table.apply(policy, to: "gone", at: .zero)
        #expect(table.advance(to: .seconds(8)).isEmpty)
        #expect(table.advance(to: .seconds(9)).map(\.name) == ["a", "c"])
        #expect(table.advance(to: .seconds(30)).map(\.name) == ["b"])
        #expect(table.advance(to: .seconds(60)).isEmpty)
    }

    @Test func `another policy leaves what is known of the dependency`() throws {
        var table = table(["main": DependencyPolicy(requestsPerMinute: 1)])
        _ = try pass(&table)
        #expect(stop(&table) != nil)
        table.apply(DependencyPolicy(requestsPerMinute: 1, fallbacks: ["x"]), to: "main", at: .zero)
        #expect(stop(&table) != nil)
        table.apply(DependencyPolicy(requestsPerMinute: 10), to: "main", at: .zero)
        // What was used stays used.
        #expect(stop(&table) != nil)
        _ = try pass(&table, at: .seconds(40))
        #expect(table["main"]?.underWay == 2)
    }
}
