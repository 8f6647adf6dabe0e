import Admission
import Kubernetes
import Resources
import Values

/// The status of a Provider, made of what is known of it.
enum ProviderStatus {
    /// Makes the status that says so.
    ///
    /// - Parameters:
    ///   - wall: The moment, for what is written.
    ///   - monotonic: The same moment on the clock that the dependency counts by.
    static func json(
        of dependency: Dependency, _ object: KubernetesObject, holder: String, wall: Timestamp,
        monotonic: Duration
    ) -> JSON {
        var breaker = dependency.breaker
        breaker.advance(to: monotonic)
        let counts = breaker.counts(at: monotonic)
        // Whole seconds and milliseconds: what has not changed must read the same each time.
        func moment(_ time: Duration) -> JSON {
            let millisecond: Int64 = 1_000_000
            let exact = (wall + (time - monotonic)).nanoseconds
            let rounded = exact.addingClamping(millisecond / 2) / millisecond * millisecond
            return .string(Timestamp(nanoseconds: rounded).secondsText)
        }
        var circuit: JSON = [
            "state": .string(breaker.stateName), "since": moment(breaker.since),
            "requests": .integer(Int64(counts.total)), "failures": .integer(Int64(counts.failures)),
            "holder": .string(holder),
        ]
        if case .open(let until) = breaker.state { circuit["until"] = moment(until) }
        var limits: JSONObject = [:]
        if let quota = dependency.observed.requests { limits["requests"] = json(quota) }
        if let quota = dependency.observed.tokens { limits["tokens"] = json(quota) }
        if let until = dependency.pausedUntil, until > monotonic {
            limits["pausedUntil"] = moment(until)
        }
        let health = dependency.health(at: monotonic)
        var told: JSON = [
            "requests": .integer(Int64(health.counts.total)),
            "errorRate": .double(rounded(health.counts.failureRate)),
            "successRate": .double(rounded(1 - health.counts.failureRate)),
        ]
        if let p99 = health.p99 { told["p99"] = .string(p99.text) }
        var status: JSON = [
            "observedGeneration": .integer(object.generation), "breaker": circuit, "health": told,
            "conditions": conditions(of: dependency, breaker, object, wall, monotonic),
        ]
        if !limits.isEmpty { status["observedLimits"] = .object(limits) }
        return status
    }

    /// The status of an object that asks for what cannot be.
    static func invalid(_ error: InvalidProvider, _ object: KubernetesObject, now: Timestamp)
        -> JSON
    {
        let state = ReadyState.stalled(reason: "InvalidSpec", message: error.description)
        return [
            "observedGeneration": .integer(object.generation),
            "conditions": state.json(
                replacing: object.status["conditions"], generation: object.generation, now: now),
        ]
    }

    /// How long another process's open circuit stays open; nil where there is none.
    static func openElsewhere(
        _ object: KubernetesObject, holder: String, now: Timestamp
    ) -> Duration? {
        let breaker = object.status["breaker"]
        guard breaker?["state"]?.stringValue == "Open",
            breaker?["holder"]?.stringValue != holder,
            let until = breaker?["until"]?.stringValue.flatMap({ Timestamp($0) }), until > now
        else { return nil }
        return until - now
    }

    /// How long another process was asked to send nothing; nil where none was.
    static func pausedElsewhere(
        _ object: KubernetesObject, holder: String, now: Timestamp
    ) -> Duration? {
        let text = object.status["observedLimits"]?["pausedUntil"]?.stringValue
        guard object.status["breaker"]?["holder"]?.stringValue != holder,
            let until = text.flatMap({ Timestamp($0) }), until > now
        else { return nil }
        return until - now
    }

    private static func conditions(
        of dependency: Dependency, _ breaker: CircuitBreaker, _ object: KubernetesObject,
        _ wall: Timestamp, _ monotonic: Duration
    ) -> JSON {
        let ready: ReadyState =
            switch breaker.state {
            case .closed: .ready(reason: "Available", message: "requests are sent to it")
            case .open:
                .reconciling(
                    reason: "CircuitOpen",
                    message: "too many requests failed; none are sent until it is tried again")
            case .halfOpen:
                .reconciling(reason: "CircuitHalfOpen", message: "a few requests try it")
            }
        let isDegraded = dependency.isDegraded(at: monotonic)
        let why = dependency.degradedReason ?? "its health is worse than asked"
        let present = ready.json(
            replacing: object.status["conditions"], generation: object.generation, now: wall)
        let others = (present.arrayValue ?? []).filter { $0["type"] != "Degraded" }
        let before = (object.status["conditions"]?.arrayValue ?? []).first {
            $0["type"] == "Degraded"
        }
        let status = isDegraded ? "True" : "False"
        let time = before?["status"]?.stringValue == status ? before?["lastTransitionTime"] : nil
        let degraded: JSON = [
            "type": "Degraded", "status": .string(status),
            "reason": isDegraded ? "UnhealthyProvider" : "HealthyProvider",
            "message": isDegraded ? .string(why) : "its health is as asked",
            "observedGeneration": .integer(object.generation),
            "lastTransitionTime": time ?? .string(wall.secondsText),
        ]
        return .array(others + [degraded])
    }

    private static func json(_ quota: RateLimitObservation.Quota) -> JSON {
        var json: JSON = [:]
        json["limit"] = quota.limit.map { .integer($0) }
        json["remaining"] = quota.remaining.map { .integer($0) }
        json["reset"] = quota.reset.map { .string($0.text) }
        return json
    }

    private static func rounded(_ rate: Double) -> Double { (rate * 1000).rounded() / 1000 }
}

extension CircuitBreaker {
    /// The state as the status names it.
    var stateName: String {
        switch state {
        case .closed: "Closed"
        case .open: "Open"
        case .halfOpen: "HalfOpen"
        }
    }
}
