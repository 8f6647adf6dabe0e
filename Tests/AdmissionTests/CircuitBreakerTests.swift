import Admission
import Testing

@Suite struct CircuitBreakerTests {
    private static let policy = CircuitBreaker.Policy(
        failureThreshold: 0.5, minimumRequests: 4, window: .seconds(10),
        openDuration: .seconds(30), halfOpenProbes: 2)

    private func passed(
        _ breaker: inout CircuitBreaker, at now: Duration
    ) throws -> CircuitBreaker.Term {
        let term = breaker.pass(at: now)
        return try #require(term)
    }

    private func opened() throws -> CircuitBreaker {
        var breaker = CircuitBreaker(policy: CircuitBreakerTests.policy, at: .zero)
        for number in 0..<4 {
            let term = try passed(&breaker, at: .zero)
            breaker.record(isSuccess: number < 2, of: term, at: .zero)
        }
        return breaker
    }

    @Test func `it opens when enough of enough requests failed, and not before`() throws {
        var breaker = CircuitBreaker(policy: CircuitBreakerTests.policy, at: .zero)
        for _ in 0..<3 {
            let term = try passed(&breaker, at: .zero)
            #expect(breaker.record(isSuccess: false, of: term, at: .zero) == false)
        }
        #expect(breaker.state == .closed)
        let term = try passed(&breaker, at: .zero)
        #expect(breaker.record(isSuccess: true, of: term, at: .zero) == true)
        #expect(breaker.state == .open(until: .seconds(30)))
        #expect(breaker.pass(at: .seconds(29)) == nil)
    }

    @Test func `failures that are long past do not count`() throws {
        var breaker = CircuitBreaker(policy: CircuitBreakerTests.policy, at: .zero)
        for second in 0..<60 {
            let now = Duration.seconds(4 * second)
            let term = try passed(&breaker, at: now)
            breaker.record(isSuccess: false, of: term, at: now)
        }
        #expect(breaker.state == .closed)
    }

    @Test func `half open it lets as many probes pass as it says, and closes when all succeed`()
        throws
    {
        var breaker = try opened()
        let first = try passed(&breaker, at: .seconds(30))
        let second = try passed(&breaker, at: .seconds(30))
        #expect(breaker.pass(at: .seconds(30)) == nil)
        breaker.record(isSuccess: true, of: first, at: .seconds(31))
        #expect(breaker.pass(at: .seconds(31)) == nil)
        #expect(breaker.record(isSuccess: true, of: second, at: .seconds(32)) == true)
        #expect(breaker.state == .closed)
        #expect(breaker.counts(at: .seconds(32)).total == 0)
    }

    @Test func `a probe that fails opens it again`() throws {
        var breaker = try opened()
        let probe = try passed(&breaker, at: .seconds(30))
        #expect(breaker.record(isSuccess: false, of: probe, at: .seconds(31)) == true)
        #expect(breaker.state == .open(until: .seconds(61)))
    }

    @Test func `what passed before it opened tells nothing afterwards`() throws {
        var breaker = CircuitBreaker(policy: CircuitBreakerTests.policy, at: .zero)
        let old = try passed(&breaker, at: .zero)
        breaker.open(at: .zero)
        let probe = try passed(&breaker, at: .seconds(30))
        #expect(breaker.record(isSuccess: false, of: old, at: .seconds(30)) == false)
        breaker.record(isSuccess: true, of: old, at: .seconds(30))
        #expect(breaker.state == .halfOpen(passed: 1, succeeded: 0))
        breaker.abandon(probe)
        #expect(breaker.state == .halfOpen(passed: 0, succeeded: 0))
    }

    /// What can happen to a breaker.
    private enum Step: CaseIterable {
        case pass, succeedOldest, failOldest, succeedNewest, abandonNewest, waitLong
    }

    /// Every sequence of so many steps, with every rule looked at after each.
    @Test func `every small history keeps the rules`() {
        let policy = CircuitBreaker.Policy(
            failureThreshold: 0.5, minimumRequests: 1, window: .seconds(100),
            openDuration: .seconds(10), halfOpenProbes: 2)
        let steps = Step.allCases
        let count = steps.count
        let length = 7
        var histories = 1
        for _ in 0..<length { histories *= count }
        var statesSeen: Seen = []
        for history in 0..<histories {
            var rest = history
            var run = History(policy)
            for _ in 0..<length {
                run.take(steps[rest % count])
                rest /= count
            }
            statesSeen.formUnion(run.seen)
            if let broken = run.broken {
                Issue.record("history \(history): \(broken)")
                return
            }
        }
        #expect(statesSeen == [.closed, .open, .halfOpen, .closedAgain, .openAgain])
    }

    /// What histories came through.
    private struct Seen: OptionSet {
        let rawValue: Int
        static let closed = Seen(rawValue: 1)
        static let open = Seen(rawValue: 2)
        static let halfOpen = Seen(rawValue: 4)
        static let closedAgain = Seen(rawValue: 8)
        static let openAgain = Seen(rawValue: 16)
    }

    private struct History {
        var breaker: CircuitBreaker
        var now = Duration.zero
        var underWay: [(term: CircuitBreaker.Term, state: Int)] = []
        /// Counts changes of the state, as the rules know them.
        var states = 0
        var successesOfTerm = 0
        var probesOfTerm = 0
        var wasOpen = false
        var seen: Seen = []
        var broken: String?

        init(_ policy: CircuitBreaker.Policy) {
            breaker = CircuitBreaker(policy: policy, at: .zero)
        }

        mutating func take(_ step: Step) {
            let before = breaker.state
            switch step {
            case .waitLong: now += .seconds(10)
            case .pass:
                if breaker.advance(to: now) { changed() }
                let term = breaker.pass(at: now)
                if case .open(let until) = before, until > now, term != nil {
                    broken = "open passed"
                }
                if case .closed = before, term == nil { broken = "closed stopped" }
                guard let term else { return }
                if case .halfOpen = breaker.state { probesOfTerm += 1 }
                if probesOfTerm > breaker.policy.halfOpenProbes { broken = "too many probes" }
                underWay.append((term, states))
            case .succeedOldest: end(first: true, isSuccess: true)
            case .failOldest: end(first: true, isSuccess: false)
            case .succeedNewest: end(first: false, isSuccess: true)
            case .abandonNewest:
                guard let last = underWay.popLast() else { return }
                breaker.abandon(last.term)
                if last.state == states, case .halfOpen = before { probesOfTerm -= 1 }
            }
            note()
        }

        private mutating func end(first: Bool, isSuccess: Bool) {
            guard !underWay.isEmpty else { return }
            let (term, state) = first ? underWay.removeFirst() : underWay.removeLast()
            let before = breaker.state
            let hasChanged = breaker.record(isSuccess: isSuccess, of: term, at: now)
            if state != states, hasChanged { broken = "a past term changed it" }
            guard state == states else { return }
            if case .halfOpen = before {
                if isSuccess { successesOfTerm += 1 }
                if !isSuccess, !hasChanged { broken = "a probe failed and it stayed half open" }
                if case .closed = breaker.state,
                    successesOfTerm < breaker.policy.halfOpenProbes
                {
                    broken = "it closed too soon"
                }
            }
            if hasChanged { changed() }
        }

        private mutating func changed() {
            states += 1
            successesOfTerm = 0
            probesOfTerm = 0
        }

        private mutating func note() {
            switch breaker.state {
            case .closed: seen.insert(wasOpen ? .closedAgain : .closed)
            case .open:
                seen.insert(seen.contains(.halfOpen) ? .openAgain : .open)
                wasOpen = true
            case .halfOpen: seen.insert(.halfOpen)
            }
        }
    }

    @Test func `from every state there is a way back to closed`() throws {
        var breaker = try opened()
        for probe in 0..<20 {
            let now = Duration.seconds(40 * (probe + 1))
            let term = try passed(&breaker, at: now)
            // Every second probe is cut off and tells nothing.
            if probe % 2 == 0 {
                breaker.abandon(term)
            } else {
                breaker.record(isSuccess: true, of: term, at: now)
            }
        }
        #expect(breaker.state == .closed)
    }
}
