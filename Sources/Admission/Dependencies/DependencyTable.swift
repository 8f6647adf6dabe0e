/// All dependencies, by name, as the gates of a queue.
///
/// A request names the dependency it wants. While that is out of order, it is sent to the first of
/// its fallbacks that is in order; where none is, it waits, or goes to one that is merely slow.
public struct DependencyTable: AdmissionGates, Sendable {
    /// A request that passed, and where to.
    public struct Passage: Sendable, Hashable {
        /// The dependency it wanted.
        public let wanted: String
        /// The dependency it goes to.
        public let name: String
        let pass: Dependency.Pass
        let since: Duration

        /// Whether it goes to another than it wanted.
        public var isFallback: Bool { name != wanted }
    }

    var dependencies: [String: Dependency] = [:]
    /// Those that may want a share since they were looked at last.
    var touched: Set<String> = []
    /// Those whose circuit is open: time changes no others.
    private var open: Set<String> = []
    /// How many requests of those that were removed are still under way.
    private var leftBehind: [String: Int] = [:]
    private var incarnations: UInt64 = 0
    /// Those that name a dependency as a fallback.
    private var fallbackOf: [String: Set<String>] = [:]

    /// Makes an empty table.
    public init() {}

    /// The dependency of a name.
    public subscript(_ name: String) -> Dependency? { dependencies[name] }

    /// The names, sorted.
    public var names: [String] { dependencies.keys.sorted() }

    /// Adds a dependency, or changes what one goes by.
    public mutating func apply(_ policy: DependencyPolicy, to name: String, at now: Duration) {
        if dependencies[name]?.policy.fallbacks != policy.fallbacks {
            unlink(name)
            for other in policy.fallbacks { fallbackOf[other, default: []].insert(name) }
        }
        if dependencies[name] == nil {
            incarnations += 1
            dependencies[name] = Dependency(
                policy: policy, at: now, incarnation: incarnations,
                underWay: leftBehind.removeValue(forKey: name) ?? 0)
        } else {
            dependencies[name]?.apply(policy, at: now)
        }
    }

    /// Forgets a dependency, but for how many of its requests are under way: one that is added in its
    /// place counts them too.
    public mutating func remove(_ name: String) {
        unlink(name)
        guard let dependency = dependencies.removeValue(forKey: name) else { return }
        if dependency.underWay > 0 { leftBehind[name] = dependency.underWay }
        open.remove(name)
    }

    /// One that passed a dependency which is gone has ended.
    private mutating func endLeftBehind(_ name: String) {
        guard let count = leftBehind[name] else { return }
        leftBehind[name] = count > 1 ? count - 1 : nil
    }

    /// The names of the gates that lead to a dependency, its own first.
    public func gates(to name: String) -> [String] {
        [name] + (fallbackOf[name] ?? []).sorted()
    }

    private mutating func unlink(_ name: String) {
        for other in dependencies[name]?.policy.fallbacks ?? [] {
            fallbackOf[other]?.remove(name)
            if fallbackOf[other]?.isEmpty == true { fallbackOf[other] = nil }
        }
    }

    /// Lets a request pass to the dependency it names, or to a fallback, or says why not.
    public mutating func pass(_ gate: Gate, at now: Duration) -> GateVerdict<Passage> {
        guard let wanted = dependencies[gate.name] else {
            return .closed(.unknownDependency(gate.name), until: nil)
        }
        let candidates = [gate.name] + wanted.policy.fallbacks.prefix(AdmissionLimits.fallbacks)
        if let best = candidates.first(where: { dependencies[$0]?.isInOrder(at: now) == true }) {
            return pass(gate, to: best, at: now)
        }
        // What is merely worse than asked is still better than nothing.
        if let usable = candidates.first(where: {
            dependencies[$0].map { $0.breaker.opens(at: now) == nil } ?? false
        }) {
            return pass(gate, to: usable, at: now)
        }
        let opens = candidates.compactMap { dependencies[$0]?.breaker.opens(at: now) }.min()
        return .closed(
            .circuitOpen(gate.name), until: opens == CircuitBreaker.never ? nil : opens)
    }

    private mutating func pass(
        _ gate: Gate, to name: String, at now: Duration
    ) -> GateVerdict<Passage> {
        touched.insert(name)
        let isRetry = gate.isRepetition(at: name)
        switch dependencies[name]?.pass(named: name, isRetry: isRetry, at: now) {
        case .passed(let pass):
            return .passed(Passage(wanted: gate.name, name: name, pass: pass, since: now))
        case .closed(let reason, let until): return .closed(reason, until: until)
        case nil: return .closed(.unknownDependency(name), until: nil)
        }
    }

    /// Takes note of how a request ended that passed.
    ///
    /// - Parameter latency: How long it took; nil for the time since it passed.
    public mutating func finish(
        _ passage: Passage, _ outcome: DependencyOutcome, latency: Duration? = nil,
        observed: RateLimitObservation = RateLimitObservation(), at now: Duration
    ) -> [DependencyChange] {
        touched.insert(passage.name)
        guard
            let changes = dependencies[passage.name]?.finish(
                passage.pass, outcome, latency: latency ?? now - passage.since, observed: observed,
                at: now)
        else {
            endLeftBehind(passage.name)
            return []
        }
        if dependencies[passage.name]?.hasOpenCircuit == true { open.insert(passage.name) }
        return changes
    }

    /// Gives back the place of a request that never began.
    public mutating func abandon(_ passage: Passage, at now: Duration) {
        guard dependencies[passage.name] != nil else { return endLeftBehind(passage.name) }
        dependencies[passage.name]?.abandon(passage.pass, at: now)
    }

    /// Takes note of the time; O(open circuits).
    public mutating func advance(to now: Duration) -> [(name: String, change: DependencyChange)] {
        var changes: [(String, DependencyChange)] = []
        guard !open.isEmpty else { return [] }
        for name in open.sorted() {
            for change in dependencies[name]?.advance(to: now) ?? [] {
                changes.append((name, change))
            }
            if dependencies[name]?.hasOpenCircuit != true { open.remove(name) }
        }
        return changes
    }

    /// Takes over that others found a circuit open.
    public mutating func adoptOpen(_ name: String, until: Duration, at now: Duration) -> Bool {
        guard dependencies[name]?.adoptOpen(until: until, at: now) == true else { return false }
        open.insert(name)
        return true
    }
}
