import Admission

/// The rules of admission, as slow and as plain as they can be written.
///
/// It looks at everybody each time, and shares no code with the queue it judges.
struct NaiveQueue {
    struct Waiting {
        let ticket: Int
        let namespace: String
        var rank: Duration
        let since: Duration
        let arrival: Int
        let demands: [Demand]
        let gate: String?
    }

    var capacities: [PoolName: Int64] = [:]
    var weights: [String: Double] = [:]
    var waiting: [Waiting] = []
    var admitted: [Int: (namespace: String, demands: [Demand])] = [:]
    var starts: [String: (start: Double, number: Int)] = [:]
    var virtualTime = 0.0
    var numbers = 0
    var arrivals = 0

    func used(_ pool: PoolName, of namespace: String? = nil) -> Int64 {
        admitted.values.filter { namespace == nil || $0.namespace == namespace }
            .flatMap(\.demands).filter { $0.pool == pool }.reduce(0) { $0 + $1.amount }
    }

    mutating func add(
        _ ticket: Int, _ namespace: String, _ priority: Priority, _ demands: [Demand],
        _ gate: String?, at now: Duration
    ) {
        if starts[namespace] == nil {
            starts[namespace] = (virtualTime, numbers)
            numbers += 1
        }
        if !waiting.contains(where: { $0.namespace == namespace }) {
            let start = starts[namespace]?.start ?? 0
            starts[namespace]?.start = max(start, virtualTime)
        }
        arrivals += 1
        waiting.append(
            Waiting(
                ticket: ticket, namespace: namespace, rank: now - priority.headStart, since: now,
                arrival: arrivals, demands: demands, gate: gate))
    }

    mutating func setPriority(_ priority: Priority, of ticket: Int) {
        for place in waiting.indices where waiting[place].ticket == ticket {
            waiting[place].rank = waiting[place].since - priority.headStart
        }
    }

    mutating func remove(_ ticket: Int) {
        let namespace =
            admitted.removeValue(forKey: ticket)?.namespace
            ?? waiting.first { $0.ticket == ticket }?.namespace
        waiting.removeAll { $0.ticket == ticket }
        guard let namespace, !waiting.contains(where: { $0.namespace == namespace }),
            !admitted.values.contains(where: { entry in
                entry.namespace == namespace && entry.demands.contains { isShared($0.pool) }
            }),
            let start = starts[namespace], start.start <= virtualTime
        else { return }
        starts[namespace] = nil
    }

    private func isShared(_ pool: PoolName) -> Bool {
        switch pool {
        case .total, .resource: true
        default: false
        }
    }

    private func share(of namespace: String) -> Double {
        var share = 0.0
        for (pool, capacity) in capacities where isShared(pool) && capacity > 0 {
            share = max(share, Double(used(pool, of: namespace)) / Double(capacity))
        }
        return share / (weights[namespace] ?? 1)
    }

    func fits(_ item: Waiting) -> Bool {
        item.demands.allSatisfy { demand in
            capacities[demand.pool].map { used(demand.pool) + demand.amount <= $0 } ?? true
        }
    }

    /// Admits one after the other until nobody can be.
    mutating func admit(closed: Set<String>) -> [Int] {
        var granted: [Int] = []
        while true {
            let able = waiting.filter { item in
                fits(item) && item.gate.map { !closed.contains($0) } ?? true
            }
            let best = able.min { first, second in
                let keys = [first, second].map { item in
                    let start = starts[item.namespace] ?? (0, 0)
                    return (share(of: item.namespace), start.start, start.number)
                }
                if keys[0] != keys[1] { return keys[0] < keys[1] }
                return (first.rank, first.arrival) < (second.rank, second.arrival)
            }
            guard let best else { return granted }
            waiting.removeAll { $0.ticket == best.ticket }
            admitted[best.ticket] = (best.namespace, best.demands)
            let start = starts[best.namespace]?.start ?? 0
            virtualTime = max(virtualTime, start)
            starts[best.namespace]?.start = start + 1 / (weights[best.namespace] ?? 1)
            granted.append(best.ticket)
        }
    }

    /// The order of the waiting of a namespace.
    func line(of namespace: String) -> [Waiting] {
        waiting.filter { $0.namespace == namespace }
            .sorted { ($0.rank, $0.arrival) < ($1.rank, $1.arrival) }
    }
}
