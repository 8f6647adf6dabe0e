import Admission
import Executors
import Kubernetes
import Observability
import Synchronization
import Testing
import Values
import Workflows

@testable import Engine
@testable import Operator

/// When attempts may begin, and what becomes of their places.
@Suite struct AttemptAdmissionTests {
    private final class Clock: Sendable {
        private let seconds = Mutex(0)

        var source: TimeSource {
            TimeSource(
                now: { Timestamp(seconds: 5000) },
                monotonic: { [self] in .seconds(seconds.withLock { $0 }) }, sleep: { _ in })
        }

        func set(_ value: Int) { seconds.withLock { $0 = value } }
    }

    private final class Answers: Sendable {
        private let events = Mutex<[String]>([])

        func note(_ ticket: AttemptTicket, _ event: RunEvent) {
            let word =
                switch event {
                case .attemptAdmitted: "admitted"
                case .attemptRefused(_, let error): "refused \(error.type)"
                default: "queued"
                }
            events.withLock { $0.append("\(ticket.run.name)/\(ticket.reference.task) \(word)") }
        }

        var all: [String] { events.withLock { $0 } }
    }

    private let clock = Clock()
    private let answers = Answers()
    private let pressure = Pressure()

    private final class Pressure: Sendable {
        let changes = Mutex<[Bool]>([])
    }

    private func admission(_ configuration: AdmissionConfiguration) -> AttemptAdmission {
        let admission = AttemptAdmission(
            configuration, time: clock.source,
            metrics: AdmissionMetrics(registry: MetricRegistry()))
        admission.listen(
            .init(
                answered: { [answers] in answers.note($0, $1) }, providerChanged: { _, _ in },
                providerUsed: { _ in }, shareWanted: { _ in },
                pressureChanged: { [pressure] isHigh in
                    pressure.changes.withLock { $0.append(isHigh) }
                }))
        return admission
    }

    private func ticket(_ run: String, _ task: Int, attempt: Int = 1) -> AttemptTicket {
        AttemptTicket(
            run: RunIdentity(namespace: "a", name: run, uid: "uid-\(run)"),
            reference: AttemptReference(task: task, attempt: attempt))
    }

    private func wish(
        _ run: String, _ task: Int, attempt: Int = 1, takesPlace: Bool = true,
        resources: [String: Int64] = [:], runResources: [String: Int64] = [:],
        provider: String? = nil, executor: String? = nil, failure: AttemptFailure? = nil,
        since: Timestamp? = nil
    ) -> AttemptWish {
        AttemptWish(
            ticket: ticket(run, task, attempt: attempt), priority: .normal, takesPlace: takesPlace,
            resources: resources, runResources: runResources, provider: provider,
            executor: executor, failure: failure, waitingSince: since)
    }

    private func word(_ answer: AttemptAnswer) -> String {
        switch answer {
        case .admitted: "admitted"
        case .waits(let message): message
        case .refused(let error): error.type
        }
    }

    @Test func `a place that is given up, or whose run is let go of, is another's`() {
        let admission = admission(AdmissionConfiguration(attempts: 1))
        #expect(word(admission.request(wish("x", 0))) == "admitted")
        #expect(
            word(admission.request(wish("x", 1)))
                == "ConcurrencyLimit: number 1 in line")
        _ = admission.request(wish("y", 0))
        admission.withdraw(ticket("x", 0))
        #expect(answers.all == ["x/1 admitted"])
        admission.forget(run: "uid-x")
        #expect(answers.all == ["x/1 admitted", "y/0 admitted"])
        #expect(admission.waitingCount == 0)
    }

    @Test func `a request that is taken back may be made again`() {
        let admission = admission(AdmissionConfiguration(attempts: 1))
        _ = admission.request(wish("x", 0))
        _ = admission.request(wish("y", 0))
        admission.withdraw(ticket("y", 0))
        _ = admission.request(wish("y", 0))
        admission.finish(
            ticket("x", 0), .succeeded(outputs: [:]), latency: .zero,
            observed: RateLimitObservation())
        #expect(answers.all == ["y/0 admitted"])
        // Asked again by mistake, it has its place still.
        #expect(word(admission.request(wish("y", 0))) == "admitted")
    }

    @Test func `many that wait hold new runs back, until few are left`() {
        let admission = admission(
            AdmissionConfiguration(attempts: 1, highWatermark: 3, lowWatermark: 1))
        for task in 0..<4 { _ = admission.request(wish("x", task)) }
        #expect(pressure.changes.withLock { $0 } == [true])
        admission.withdraw(ticket("x", 0))
        #expect(pressure.changes.withLock { $0 } == [true])
        admission.withdraw(ticket("x", 1))
        #expect(pressure.changes.withLock { $0 } == [true, false])
    }

    @Test func `a task that only waits for a child run takes no place`() {
        let admission = admission(AdmissionConfiguration(attempts: 1))
        #expect(word(admission.request(wish("parent", 0, takesPlace: false))) == "admitted")
        #expect(word(admission.request(wish("child", 0))) == "admitted")
    }

    @Test func `attempts of one run hold no more than it says, and what is too much is refused`() {
        let admission = admission(AdmissionConfiguration(resources: ["gpu": 4000]))
        let two: [String: Int64] = ["gpu": 2000]
        #expect(
            word(admission.request(wish("x", 0, resources: two, runResources: two))) == "admitted")
        #expect(
            word(admission.request(wish("x", 1, resources: two, runResources: two)))
                .hasPrefix("ResourcesExhausted"))
        #expect(word(admission.request(wish("y", 0, resources: two))) == "admitted")
        #expect(
            word(admission.request(wish("y", 1, resources: ["gpu": 5000]))) == "UnschedulableError")
    }

    @Test
    func `an executor that is no provider is something else, and a missing provider is waited for`()
    {
        let admission = admission(AdmissionConfiguration())
        #expect(word(admission.request(wish("x", 0, executor: "python"))) == "admitted")
        #expect(
            word(admission.request(wish("x", 1, provider: "late"))).hasPrefix("ProviderNotFound"))
        admission.apply("a/late", DependencyPolicy(), endpoint: "http://late")
        #expect(answers.all == ["x/1 admitted"])
        #expect(admission.route(of: ticket("x", 1))?.endpoint == "http://late")
        #expect(word(admission.request(wish("x", 2, executor: "late"))) == "admitted")
        #expect(admission.route(of: ticket("x", 2))?.name == "late")
        #expect(admission.route(of: ticket("x", 0)) == nil)
    }

    @Test func `what others found open is taken over, and a fallback stands in`() {
        let admission = admission(AdmissionConfiguration())
        admission.apply("a/spare", DependencyPolicy(), endpoint: "http://spare")
        admission.apply(
            "a/main", DependencyPolicy(fallbacks: ["a/spare"]), endpoint: "http://main")
        #expect(admission.adoptOpen("a/main", for: .seconds(30)))
        #expect(word(admission.request(wish("x", 0, provider: "main"))) == "admitted")
        let route = admission.route(of: ticket("x", 0))
        #expect(
            route
                == ProviderRoute(
                    name: "spare", endpoint: "http://spare", replacedEndpoint: "http://main"))
        #expect(route?.url("/find?q=1") == "http://spare/find?q=1")
        #expect(route?.url("http://main/find") == "http://spare/find")
        #expect(route?.url("http://mainland/find") == "http://mainland/find")
    }

    @Test func `failures of attempts open the circuit of their provider`() {
        let admission = admission(AdmissionConfiguration())
        admission.apply(
            "a/main",
            DependencyPolicy(
                breaker: .init(minimumRequests: 2, openDuration: .seconds(30)),
                patience: .seconds(10)), endpoint: nil)
        for task in 0..<2 {
            _ = admission.request(wish("x", task, provider: "main"))
            let error = TaskError(type: "ServerError", message: "no", isRetryable: true)
            admission.finish(
                ticket("x", task), .failed(error), latency: .seconds(1),
                observed: RateLimitObservation())
        }
        #expect(
            word(admission.request(wish("x", 2, provider: "main")))
                == "CircuitOpen: number 1 in line for main")
        clock.set(11)
        admission.withdraw(ticket("none", 0))
        #expect(answers.all == ["x/2 refused CircuitOpenError"])
    }

    @Test(arguments: ["OverloadedError", "ServerError", "AuthenticationError", "RateLimitError"])
    func `a time that one attempt was told is waited for by the others`(type: String) {
        let admission = admission(AdmissionConfiguration())
        admission.apply("a/main", DependencyPolicy(), endpoint: nil)
        _ = admission.request(wish("x", 0, provider: "main"))
        let error = TaskError(
            type: type, message: "later", isRetryable: true, retryAfter: .seconds(40))
        admission.finish(
            ticket("x", 0), .failed(error), latency: .seconds(1), observed: RateLimitObservation())
        #expect(
            word(admission.request(wish("y", 0, provider: "main")))
                == "RateLimited: number 1 in line for main")
        clock.set(40)
        admission.withdraw(ticket("none", 0))
        #expect(answers.all == ["y/0 admitted"])
    }

    /// An admission with a provider that has nothing to spare for repetitions, and its stand-in.
    private func sparing() -> AttemptAdmission {
        let admission = admission(AdmissionConfiguration())
        let budget = RetryBudget.Policy(ratio: 0, minimumPerSecond: 1, capacity: 1)
        admission.apply("a/spare", DependencyPolicy(retryBudget: budget), endpoint: nil)
        admission.apply(
            "a/main", DependencyPolicy(retryBudget: budget, fallbacks: ["a/spare"]), endpoint: nil)
        return admission
    }

    private func failure(_ type: String, at provider: String) -> AttemptFailure {
        AttemptFailure(errorType: type, executor: nil, config: ["provider": .string(provider)])
    }

    @Test func `only what failed at a provider is a repetition there`() {
        let admission = sparing()
        // Cut off by a crash, never admitted, failed elsewhere.
        let others = [
            nil, failure("CircuitOpenError", at: "main"), failure("ServerError", at: "else"),
        ]
        for (task, failure) in others.enumerated() {
            let wish = wish("x", task, attempt: 2, provider: "main", failure: failure)
            #expect(word(admission.request(wish)) == "admitted")
        }
        let failed = failure("ServerError", at: "main")
        #expect(
            word(admission.request(wish("x", 9, attempt: 2, provider: "main", failure: failed)))
                == "RetryBudgetExhausted: number 1 in line for main")
    }

    @Test func `what failed at a stand-in is a repetition there`() {
        let admission = sparing()
        _ = admission.adoptOpen("a/main", for: .seconds(1000))
        let failed = failure("ServerError", at: "main")
        let first = wish("x", 0, attempt: 2, provider: "main", failure: failed)
        #expect(word(admission.request(first)) == "admitted")
        let error = TaskError(type: "ServerError", message: "no", isRetryable: true)
        admission.finish(
            ticket("x", 0, attempt: 2), .failed(error), latency: .seconds(1),
            observed: RateLimitObservation())
        let second = wish("x", 0, attempt: 3, provider: "main", failure: failed)
        #expect(
            word(admission.request(second)) == "RetryBudgetExhausted: number 1 in line for spare")
    }

    /// The second that stands in has nothing to spare for what failed at neither itself nor the first.
    @Test func `what failed at one stand-in is new to another`() {
        let admission = admission(AdmissionConfiguration())
        let budget = RetryBudget.Policy(ratio: 0, minimumPerSecond: 1, capacity: 1)
        let none = RetryBudget.Policy(ratio: 0, minimumPerSecond: 0, capacity: 0)
        admission.apply("a/first", DependencyPolicy(retryBudget: budget), endpoint: nil)
        admission.apply("a/second", DependencyPolicy(retryBudget: none), endpoint: nil)
        admission.apply(
            "a/main", DependencyPolicy(retryBudget: none, fallbacks: ["a/first", "a/second"]),
            endpoint: nil)
        _ = admission.adoptOpen("a/main", for: .seconds(1000))
        #expect(word(admission.request(wish("x", 0, provider: "main"))) == "admitted")
        let error = TaskError(type: "ServerError", message: "no", isRetryable: true)
        admission.finish(
            ticket("x", 0), .failed(error), latency: .seconds(1), observed: RateLimitObservation())
        _ = admission.adoptOpen("a/first", for: .seconds(1000))
        let failed = failure("ServerError", at: "main")
        let next = wish("x", 0, attempt: 2, provider: "main", failure: failed)
        #expect(word(admission.request(next)) == "admitted")
        admission.finish(
            ticket("x", 0, attempt: 2), .failed(error), latency: .seconds(1),
            observed: RateLimitObservation())
        let again = wish("x", 0, attempt: 3, provider: "main", failure: failed)
        #expect(
            word(admission.request(again)) == "RetryBudgetExhausted: number 1 in line for second")
    }

    @Test func `what is told of a wait fits a status as a whole`() {
        let admission = admission(AdmissionConfiguration(resources: ["gpu": 1000]))
        let name = "text-generation-europe"
        for task in 0..<1001 {
            let message = word(admission.request(wish("x", task, provider: name)))
            #expect(message.utf8.count <= TextLimits.queueMessage)
            #expect(message == "ProviderNotFound: number \(task + 1) in line for \(name)")
        }
        _ = admission.request(wish("y", 0, resources: ["gpu": 1000]))
        #expect(
            word(admission.request(wish("y", 1, resources: ["gpu": 1000])))
                == "ResourcesExhausted: number 1 in line for gpu")
    }

    @Test func `after a restart those who waited are in the order of their waiting`() {
        let admission = admission(AdmissionConfiguration(attempts: 1))
        _ = admission.request(wish("x", 0))
        // The clock stands at 5000 s; the runs come back in any order.
        _ = admission.request(wish("late", 0, since: Timestamp(seconds: 4990)))
        _ = admission.request(wish("new", 0))
        _ = admission.request(wish("early", 0, since: Timestamp(seconds: 4000)))
        for run in ["x", "early", "late"] { admission.withdraw(ticket(run, 0)) }
        #expect(answers.all == ["early/0 admitted", "late/0 admitted", "new/0 admitted"])
    }

    @Test func `who has waited for a circuit as long as it may before a restart is told so`() {
        let admission = admission(AdmissionConfiguration())
        admission.apply("a/main", DependencyPolicy(patience: .seconds(60)), endpoint: nil)
        #expect(admission.adoptOpen("a/main", for: .seconds(30)))
        let young = wish("young", 0, provider: "main", since: Timestamp(seconds: 4950))
        #expect(word(admission.request(young)).hasPrefix("CircuitOpen"))
        let old = wish("old", 0, provider: "main", since: Timestamp(seconds: 4930))
        #expect(word(admission.request(old)) == "CircuitOpenError")
        #expect(admission.waitingCount == 1)
    }

    @Test func `of what all share an attempt has what was stored, and no more`() throws {
        let admission = admission(AdmissionConfiguration())
        admission.apply(
            "a/main", DependencyPolicy(requestsPerMinute: 60, maximumConcurrent: 2), endpoint: nil)
        for task in 0..<3 {
            #expect(
                word(admission.request(wish("x", task, provider: "main"))).hasPrefix(
                    "ProviderLimit")
            )
        }
        let lost = try #require(
            admission.proposeShare(of: "a/main", on: LimitLedger(), for: "me"))
        admission.settle("a/main", lost, .unknown)
        #expect(answers.all.isEmpty)
        let ledger = try #require(lost.ledger)
        let next = try #require(admission.proposeShare(of: "a/main", on: ledger, for: "me"))
        admission.settle("a/main", next, .stored)
        #expect(answers.all == ["x/0 admitted", "x/1 admitted"])
        // Another process finds all permits taken.
        let other = self.admission(AdmissionConfiguration())
        other.apply(
            "a/main", DependencyPolicy(requestsPerMinute: 60, maximumConcurrent: 2), endpoint: nil)
        _ = other.request(wish("y", 0, provider: "main"))
        let stored = try #require(next.ledger)
        let second = try #require(other.proposeShare(of: "a/main", on: stored, for: "you"))
        other.settle("a/main", second, .stored)
        #expect(answers.all.count == 2)
        #expect(second.ledger?.share(of: "you")?.wantedPermits == 1)
    }
}
