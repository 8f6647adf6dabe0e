import Admission
import GitOps
import Kubernetes
import Resources
import Schemas
import Testing
import Values

@testable import Operator

/// What a Provider's object says and is told.
@Suite struct ProviderStatusTests {
    private func object(_ spec: JSON, status: JSON = [:]) -> KubernetesObject {
        var object = KubernetesObject(.providers, ObjectKey(namespace: "a", name: "main"))
        object.spec = spec
        object.json["status"] = status
        return object
    }

    @Test func `a spec is read whole, and what is not said is usual`() throws {
        let spec = try ProviderSpec(
            object([
                "endpoint": "http://x/",
                "limits": ["requestsPerMinute": 60, "tokensPerMinute": 1000, "maxConcurrent": 2],
                "breaker": ["failureThreshold": 0.25, "window": "2m", "openDuration": 5],
                "retryBudget": ["ratio": 0.5], "health": ["p99": "1500ms"],
                "fallbacks": ["spare"], "maximumWait": "1m",
            ]))
        #expect(spec.endpoint == "http://x/")
        #expect(spec.policy.requestsPerMinute == 60)
        #expect(spec.policy.tokensPerMinute == 1000)
        #expect(spec.policy.maximumConcurrent == 2)
        #expect(spec.policy.breaker.failureThreshold == 0.25)
        #expect(spec.policy.breaker.window == .seconds(120))
        #expect(spec.policy.breaker.openDuration == .seconds(5))
        #expect(spec.policy.breaker.minimumRequests == CircuitBreaker.Policy().minimumRequests)
        #expect(spec.policy.retryBudget.ratio == 0.5)
        #expect(spec.policy.health.p99 == .milliseconds(1500))
        #expect(spec.policy.fallbacks == ["a/spare"])
        #expect(spec.policy.patience == .seconds(60))
        #expect(try ProviderSpec(object([:])).policy == DependencyPolicy())
    }

    @Test func `what cannot be is told with its field`() {
        #expect(
            throws: InvalidProvider("spec.breaker.window: \"soon\" is no duration; write 30s or 5m")
        ) {
            try ProviderSpec(object(["breaker": ["window": "soon"]]))
        }
        #expect(throws: InvalidProvider.self) { try ProviderSpec(object(["fallbacks": ["main"]])) }
        #expect(
            throws: InvalidProvider(
                "spec.breaker.openDuration: 9000000000 is longer than 744h, the most it may be")
        ) {
            try ProviderSpec(object(["breaker": ["openDuration": 9_000_000_000]]))
        }
        for long: JSON in [.integer(.max), "292y", "2562047h", "P100000D"] {
            for spec: JSON in [
                ["breaker": ["window": long]], ["breaker": ["openDuration": long]],
                ["health": ["p99": long]], ["maximumWait": long],
            ] {
                #expect(throws: InvalidProvider.self) { try ProviderSpec(object(spec)) }
            }
        }
    }

    @Test func `an open circuit is written with the moment it can be tried again`() throws {
        var dependency = Dependency(policy: DependencyPolicy(), at: .seconds(100))
        #expect(dependency.adoptOpen(until: .seconds(130), at: .seconds(100)) == true)
        let now = Timestamp(seconds: 5000)
        let status = ProviderStatus.json(
            of: dependency, object([:]), holder: "me", wall: now, monotonic: .seconds(110))
        #expect(status["breaker"]?["state"] == "Open")
        #expect(status["breaker"]?["since"]?.stringValue == Timestamp(seconds: 4990).secondsText)
        #expect(status["breaker"]?["until"]?.stringValue == Timestamp(seconds: 5020).secondsText)
        let ready = status["conditions"]?.arrayValue?.first { $0["type"] == "Ready" }
        #expect(ready?["status"] == "False")
        #expect(ready?["reason"] == "CircuitOpen")
        // Another process takes it over, and the one that wrote it does not.
        let written = object([:], status: status)
        #expect(ProviderStatus.openElsewhere(written, holder: "you", now: now) == .seconds(20))
        #expect(ProviderStatus.openElsewhere(written, holder: "me", now: now) == nil)
        #expect(
            ProviderStatus.openElsewhere(written, holder: "you", now: now + .seconds(20)) == nil)
    }

    @Test(arguments: [
        "2262-04-11T23:47:16Z", "2262-04-11T23:47:16.854775807Z", "2262-04-01T00:00:00Z",
    ])
    func `an open circuit of the end of time is taken over and written`(until: String) throws {
        let now = Timestamp(seconds: 5000)
        let written = object(
            [:], status: ["breaker": ["state": "Open", "holder": "you", "until": .string(until)]])
        let rest = try #require(ProviderStatus.openElsewhere(written, holder: "me", now: now))
        var dependency = Dependency(policy: DependencyPolicy(), at: .seconds(100))
        let isNews = dependency.adoptOpen(until: .seconds(100) + rest, at: .seconds(100))
        #expect(isNews)
        let status = ProviderStatus.json(
            of: dependency, written, holder: "me", wall: now, monotonic: .seconds(100))
        #expect(
            status["breaker"]?["until"]?.stringValue
                == (now + AdmissionLimits.openDuration).secondsText)
        // The clocks themselves may be there.
        let late = ProviderStatus.json(
            of: dependency, written, holder: "me", wall: Timestamp(nanoseconds: .max),
            monotonic: .seconds(100))
        #expect(late["breaker"]?["until"] == "2262-04-11T23:47:16Z")
    }

    @Test func `a status that has not changed is the same`() {
        let dependency = Dependency(policy: DependencyPolicy(), at: .seconds(100))
        func status(_ second: Int64, _ before: JSON) -> JSON {
            ProviderStatus.json(
                of: dependency, object([:], status: before), holder: "me",
                wall: Timestamp(seconds: 5000 + second), monotonic: .seconds(110 + second))
        }
        let first = status(0, [:])
        #expect(status(50, first) == first)
    }

    @Test func `what was taken of the limits is read as it was written`() throws {
        let time = Timestamp(nanoseconds: 5_000_123_456_789)
        let ledger = LimitLedger(
            fullAt: [.requests: time, .retries: time + .seconds(1)],
            shares: [
                .init(
                    holder: "b", expires: time, served: time, taken: [.requests: 3], permits: 2,
                    wantedPermits: 4, wanted: [.tokens: 5]),
                .init(holder: "a", expires: time, served: Timestamp(seconds: 0)),
            ])
        #expect(LimitLedger(status: ["quota": ledger.json ?? .null]) == ledger)
        #expect(LimitLedger().json == nil)
        #expect(LimitLedger(status: [:]) == LimitLedger())
        // A figure that nobody can have written is the nearest that somebody can.
        let large: JSON = [
            "requests": .integer(.max), "tokens": .integer(.max), "permits": .integer(.max),
        ]
        let share: JSON = [
            "holder": "a", "expires": .string(time.description), "taken": large,
            "permits": .integer(.max), "wanted": large,
        ]
        let bounded = LimitLedger(status: ["quota": ["shares": [share]]])
        let figures: [LimitKind: Int64] = [.requests: 1 << 53, .tokens: 1 << 53]
        let most = try #require(bounded.share(of: "a"))
        #expect(most.taken == figures && most.wanted == figures)
        #expect(most.permits == 1 << 31 && most.wantedPermits == 1 << 31)
        let schema = ResourceDefinition.provider.schema
        let written: JSON = [
            "apiVersion": "orchestrator.llm/v1", "kind": "Provider",
            "metadata": ["name": "main"], "spec": [:],
            "status": ["quota": bounded.json ?? .null],
        ]
        #expect(schema.validate(written).filter { "\($0)".contains("quota") }.isEmpty)
        // What somebody else wrote there is passed over where it is none.
        let strange: JSON = [
            "quota": [
                "fullAt": ["requests": "soon"], "shares": [["holder": 1], ["permits": 2], "x"],
            ]
        ]
        #expect(LimitLedger(status: strange) == LimitLedger())
    }
}
