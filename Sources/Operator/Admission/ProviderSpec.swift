import Admission
import Kubernetes
import Resources
import Schemas
import Values

/// What a Provider asks for, read from its object.
struct ProviderSpec: Sendable, Equatable {
    let policy: DependencyPolicy
    let endpoint: String?

    /// Reads the spec of an object.
    ///
    /// The API server has checked it against the schema; what that does not hold is an error here.
    init(_ object: KubernetesObject) throws(InvalidProvider) {
        let spec = object.spec
        var policy = DependencyPolicy()
        let limits = spec["limits"]
        policy.requestsPerMinute = limits?["requestsPerMinute"]?.integerValue
        policy.tokensPerMinute = limits?["tokensPerMinute"]?.integerValue
        policy.maximumConcurrent = limits?["maxConcurrent"]?.integerValue.map { Int(clamping: $0) }
        policy.breaker = try ProviderSpec.breaker(spec["breaker"])
        let budget = spec["retryBudget"]
        let usual = RetryBudget.Policy()
        policy.retryBudget = RetryBudget.Policy(
            ratio: budget?["ratio"]?.doubleValue ?? usual.ratio,
            minimumPerSecond: budget?["minimumPerSecond"]?.doubleValue ?? usual.minimumPerSecond,
            capacity: budget?["capacity"]?.doubleValue ?? usual.capacity)
        let health = spec["health"]
        policy.health = HealthThresholds(
            errorRate: health?["errorRate"]?.doubleValue,
            successRate: health?["successRate"]?.doubleValue,
            p99: try ProviderSpec.duration(
                health?["p99"], "spec.health.p99", atMost: AdmissionLimits.window))
        let names = (spec["fallbacks"]?.arrayValue ?? []).compactMap(\.stringValue)
        guard !names.contains(object.name) else {
            throw InvalidProvider("spec.fallbacks: a provider cannot stand in for itself")
        }
        policy.fallbacks = names.map { ProviderName.key(object.namespace, $0) }
        let wait = try ProviderSpec.duration(
            spec["maximumWait"], "spec.maximumWait", atMost: AdmissionLimits.patience)
        if let wait { policy.patience = wait }
        self.policy = policy
        endpoint = spec["endpoint"]?.stringValue
    }

    private static func breaker(
        _ spec: JSON?
    ) throws(InvalidProvider) -> CircuitBreaker.Policy {
        let usual = CircuitBreaker.Policy()
        return CircuitBreaker.Policy(
            failureThreshold: spec?["failureThreshold"]?.doubleValue ?? usual.failureThreshold,
            minimumRequests: spec?["minimumRequests"]?.integerValue.map { Int(clamping: $0) }
                ?? usual.minimumRequests,
            window: try duration(
                spec?["window"], "spec.breaker.window", atMost: AdmissionLimits.window)
                ?? usual.window,
            openDuration: try duration(
                spec?["openDuration"], "spec.breaker.openDuration",
                atMost: AdmissionLimits.openDuration) ?? usual.openDuration,
            halfOpenProbes: spec?["halfOpenProbes"]?.integerValue.map { Int(clamping: $0) }
                ?? usual.halfOpenProbes)
    }

    private static func duration(
        _ value: JSON?, _ field: String, atMost bound: Duration
    ) throws(InvalidProvider) -> Duration? {
        let found: Duration?
        switch value {
        case nil, .null?: return nil
        case .integer(let seconds)? where seconds >= 0: found = .seconds(seconds)
        case .string(let text)?: found = Duration(parsing: text)
        default: found = nil
        }
        guard let found else {
            throw InvalidProvider("\(field): \(value?.text ?? "") is no duration; write 30s or 5m")
        }
        guard found <= bound else {
            throw InvalidProvider(
                "\(field): \(value?.text ?? "") is longer than \(bound.text), the most it may be")
        }
        return found
    }
}

/// What is wrong with a Provider: one sentence.
struct InvalidProvider: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
