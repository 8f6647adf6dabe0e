/// What decides whose turn it is: the namespace that holds the least of what is scarce, then the one
/// that was served the least, then the older one.
struct FlowKey: Sendable, Hashable, Comparable {
    /// The largest part of any shared pool that it holds, over its weight: dominant resource fairness.
    var share: Double
    /// The virtual time at which its next request is due: start-time fair queueing.
    var start: Double
    /// The order of arrival, which makes keys total.
    var number: Int

    static func < (first: FlowKey, second: FlowKey) -> Bool {
        (first.share, first.start, first.number) < (second.share, second.start, second.number)
    }
}

/// The requests of one namespace.
struct Flow: Sendable {
    let namespace: String
    var key: FlowKey
    var weight: Double
    /// What it holds of shared pools; wide enough for the sum of any amounts.
    var held: [PoolName: Int128] = [:]
    /// Its classes by the station they are at; no empty lists.
    var classes: [Station: [Int]] = [:]
    var waiting = 0
}

/// Where a class of requests is: on its way, or stopped by one thing.
enum Station: Sendable, Hashable {
    /// Nothing is known that stops it.
    case open
    /// So much of a pool is not free.
    case pool(PoolName)
    /// A gate is closed.
    case gate(Gate)

    var isGate: Bool { if case .gate = self { true } else { false } }
}

/// Requests of one namespace that need the same: what stops one of them stops all.
struct RequestClass<Ticket: Hashable & Sendable>: Sendable {
    /// What makes a class.
    struct Shape: Sendable, Hashable {
        let flow: Int
        let demands: [Demand]
        let gate: Gate?
    }

    let shape: Shape
    var station = Station.open
    var reason = WaitReason.turn
    private var lanes: [Lane<Ticket>] = Array(repeating: Lane(), count: Priority.allCases.count)
    private(set) var count = 0

    init(_ shape: Shape) { self.shape = shape }

    mutating func insert(_ ticket: Ticket, _ priority: Priority, _ rank: Rank) {
        lanes[priority.lane].insert(ticket, rank)
        count += 1
    }

    mutating func remove(_ priority: Priority, _ rank: Rank) {
        lanes[priority.lane].remove(rank)
        count -= 1
    }

    /// The one whose turn is next.
    var first: (rank: Rank, ticket: Ticket)? {
        var least: (rank: Rank, ticket: Ticket)?
        for lane in lanes {
            guard let head = lane.first else { continue }
            if let present = least, present.rank < head.rank { continue }
            least = head
        }
        return least
    }

    func countBefore(_ rank: Rank) -> Int { lanes.reduce(0) { $0 + $1.countBefore(rank) } }
}

extension Priority {
    fileprivate var lane: Int {
        switch self {
        case .low: 0
        case .normal: 1
        case .high: 2
        case .critical: 3
        }
    }
}

/// A pool, and the namespaces with requests that wait for it.
struct Pool: Sendable {
    var capacity: Int64?
    /// What is held: wide enough for the sum of any amounts, so that what is given back is what was
    /// taken, also where no limit keeps the sum small.
    var used: Int128 = 0
    /// How many waiting classes need how much.
    var needed: [Int64: Int] = [:]

    /// What is free; nil where it has no bound.
    var free: Int64? { capacity.map { Int64(clamping: max(0, Int128($0) - used)) } }

    func fits(_ amount: Int64) -> Bool { free.map { amount <= $0 } ?? true }

    /// Whether it is free enough for any of those that wait.
    var servesSomebody: Bool { needed.keys.contains { fits($0) } }
}
