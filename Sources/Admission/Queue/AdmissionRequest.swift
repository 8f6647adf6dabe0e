/// Something of which only so much may be held at once.
public enum PoolName: Sendable, Hashable, CustomStringConvertible {
    /// Everything that is admitted, whoever asked.
    case total
    /// What is admitted of one namespace.
    case namespace(String)
    /// A resource that all share: `cpu`, `memory`, `gpu`, or one of the user's own.
    case resource(String)
    /// A resource of which one run may hold so much.
    case run(String, resource: String)

    /// Whether requests of several namespaces compete for it.
    var isShared: Bool {
        switch self {
        case .total, .resource: true
        case .namespace, .run: false
        }
    }

    /// The pool, as reasons name it.
    public var description: String {
        switch self {
        case .total: "the limit of the operator"
        case .namespace: "the limit of the namespace"
        case .resource(let name): name
        case .run(_, let name): "\(name) of the run"
        }
    }
}

/// So much of a pool: places are counted, resources are in thousandths.
public struct Demand: Sendable, Hashable {
    /// Of what.
    public let pool: PoolName
    /// How much; more than 0.
    public let amount: Int64

    /// Makes a demand.
    public init(_ pool: PoolName, _ amount: Int64) {
        self.pool = pool
        self.amount = amount
    }
}

/// A door that is open or not for reasons of its own: a circuit, a rate limit.
public struct Gate: Sendable, Hashable {
    /// What it leads to, unless another stands in for that.
    public let name: String
    /// Where what passes failed before; nil where it did nowhere.
    public let failedAt: String?

    /// Makes a gate's name.
    public init(_ name: String, failedAt: String? = nil) {
        self.name = name
        self.failedAt = failedAt
    }

    /// Whether what passes to one of a name repeats a request to that.
    func isRepetition(at target: String) -> Bool { failedAt == target }
}

/// What waits to be admitted.
public struct AdmissionRequest<Ticket: Hashable & Sendable>: Sendable {
    /// Who asks; nobody else has it.
    public var ticket: Ticket
    /// Whose turn it is to count: between namespaces, admission is fair.
    public var namespace: String
    /// How much sooner than others of its namespace.
    public var priority: Priority
    /// What it holds from its admission to its release.
    public var demands: [Demand]
    /// The door it goes through.
    public var gate: Gate?
    /// How long it waits for a dependency that is out of order; nil for ever.
    public var patience: Duration?

    /// Makes a request.
    public init(
        ticket: Ticket, namespace: String, priority: Priority = .normal, demands: [Demand] = [],
        gate: Gate? = nil, patience: Duration? = nil
    ) {
        self.ticket = ticket
        self.namespace = namespace
        self.priority = priority
        self.demands = demands
        self.gate = gate
        self.patience = patience
    }
}

/// For what a request waits.
public enum WaitReason: Sendable, Hashable, CustomStringConvertible {
    /// Others of its namespace are before it.
    case turn
    /// Too much of a pool is held.
    case pool(PoolName)
    /// What is left of a pool is kept for a larger request that has waited long.
    case reserved(PoolName)
    /// The circuit of a dependency is open.
    case circuitOpen(String)
    /// A dependency takes no more requests now.
    case rateLimited(String)
    /// As many requests as a dependency may have at once are under way.
    case bulkhead(String)
    /// Too large a part of the requests to a dependency are repetitions.
    case retryBudget(String)
    /// There is no such dependency, or not yet.
    case unknownDependency(String)
    /// So much waits already that nothing new is let in.
    case backpressure

    /// The reason in one CamelCase word, which stays the same.
    public var word: String {
        switch self {
        case .turn: "Queued"
        case .pool(.total): "ConcurrencyLimit"
        case .pool(.namespace): "NamespaceLimit"
        case .pool: "ResourcesExhausted"
        case .reserved: "ResourcesReserved"
        case .circuitOpen: "CircuitOpen"
        case .rateLimited: "RateLimited"
        case .bulkhead: "ProviderLimit"
        case .retryBudget: "RetryBudgetExhausted"
        case .unknownDependency: "ProviderNotFound"
        case .backpressure: "Backpressure"
        }
    }

    /// Whether it may last until somebody repairs something.
    public var isOutage: Bool {
        switch self {
        case .circuitOpen, .unknownDependency: true
        default: false
        }
    }

    /// The reason as the end of the sentence "it waits for".
    public var description: String {
        switch self {
        case .turn: "its turn"
        case .pool(let name): "\(name)"
        case .reserved(let name): "\(name), kept for a larger one"
        case .circuitOpen(let name): "the circuit of \(name) to close"
        case .rateLimited(let name): "the rate limit of \(name)"
        case .bulkhead(let name): "a place at \(name)"
        case .retryBudget(let name): "the retry budget of \(name)"
        case .unknownDependency(let name): "the provider \(name)"
        case .backpressure: "the queue to shrink"
        }
    }
}

/// Whether a gate let somebody through.
public enum GateVerdict<Passage: Sendable>: Sendable {
    /// It did; what it gave is handed to whoever passed.
    case passed(Passage)
    /// It did not, and will not before that moment; nil where only an event can open it.
    case closed(WaitReason, until: Duration?)
}

/// The gates of a queue.
public protocol AdmissionGates<Passage> {
    /// What somebody who passed is given, and gives back.
    associatedtype Passage: Sendable

    /// Lets one through, or says why not.
    ///
    /// One that was let through is admitted: it is never asked twice.
    mutating func pass(_ gate: Gate, at now: Duration) -> GateVerdict<Passage>
}

/// No gates at all.
public struct OpenGates: AdmissionGates {
    /// Makes it.
    public init() {}

    /// Lets everybody through.
    public mutating func pass(_ gate: Gate, at now: Duration) -> GateVerdict<Void> { .passed(()) }
}
