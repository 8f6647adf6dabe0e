/// Who may begin, and who waits: a state machine without clock or effects.
///
/// Between namespaces admission is fair: next is the one that holds the least of what is scarce, by
/// its weight, and of several that hold as much, the one that was served least. Within a namespace
/// the older request is next, where a higher ``Priority`` counts as age. A request that does not fit
/// lets others pass, for a while: see ``AdmissionLimits/backfillWindow``.
///
/// Requests that need the same are one class, and stop and go together, so that a decision costs
/// O(log waiting), and one that changes nothing costs O(1), however many wait.
///
/// Sources: Goyal, "Start-time Fair Queuing"; Ghodsi, "Dominant Resource Fairness"; Lifka, "The
/// ANL/IBM SP Scheduling System" (backfilling).
public struct AdmissionQueue<Ticket: Hashable & Sendable, Passage: Sendable>: Sendable {
    /// Somebody who is admitted.
    public struct Grant: Sendable {
        /// Who.
        public let ticket: Ticket
        /// How long it waited.
        public let waited: Duration
        /// Its class of priority.
        public let priority: Priority
        /// What its gate gave it; nil where it went through none.
        public let passage: Passage?
    }

    struct Entry: Sendable {
        let request: AdmissionRequest<Ticket>
        let flow: Int
        /// The class it waits in; nil once it is admitted.
        var place: Int?
        let rank: Rank
        let since: Duration
    }

    var pools: [PoolName: Pool] = [:]
    var flows: [Int: Flow] = [:]
    var flowNumbers: [String: Int] = [:]
    var nextFlow = 0
    var weights: [String: Double] = [:]
    var classes: [Int: RequestClass<Ticket>] = [:]
    var classNumbers: [RequestClass<Ticket>.Shape: Int] = [:]
    var nextClass = 0
    /// The namespaces with classes at a station, the next one first.
    var stations: [Station: IndexedHeap<Int, FlowKey>] = [:]
    /// The gates that somebody stands at, by what they lead to.
    var gatesByName: [String: Set<Gate>] = [:]
    /// The stations whose requests may go on: something changed since they stopped.
    var woken: Set<Station> = []
    /// When closed gates are to be tried again.
    var gateTimes: [Gate: Duration] = [:]
    var entries: [Ticket: Entry] = [:]
    var impatience = IndexedHeap<Ticket, Duration>()
    /// The class that what is free is kept for.
    var reservation: Int?
    /// Whether those who stood back for another must be looked at again.
    var reservationWasDropped = false
    /// The classes that wait for a shared resource, by since when their first one waits.
    var starving = IndexedHeap<Int, Duration>()
    var virtualTime = 0.0
    var arrivals: UInt64 = 0

    /// How many wait.
    public internal(set) var waitingCount = 0
    /// How many are admitted and not released.
    public internal(set) var admittedCount = 0

    /// Makes an empty queue without limits.
    public init() {}

    /// Sets how much of a pool may be held at once; nil takes the limit away.
    ///
    /// What is held beyond a lowered limit stays held until it is released.
    public mutating func setCapacity(_ capacity: Int64?, of name: PoolName) {
        guard pools[name]?.capacity != capacity || pools[name] == nil else { return }
        if capacity == nil, pools[name]?.used ?? 0 == 0, pools[name]?.needed.isEmpty ?? true {
            pools[name] = nil
            return
        }
        pools[name, default: Pool()].capacity = capacity
        woken.insert(.pool(name))
        if let reservation, let shape = classes[reservation]?.shape, !canEverFit(shape) {
            dropReservation()
        }
        guard name.isShared else { return }
        for flow in flows.keys.sorted() { updateShare(of: flow) }
    }

    /// The limit of a pool; nil where it has none.
    public func capacity(of name: PoolName) -> Int64? { pools[name]?.capacity }

    /// How much of a pool is held; it stops at the end of 64 bits.
    public func used(of name: PoolName) -> Int64 { Int64(clamping: pools[name]?.used ?? 0) }

    /// Sets how large a part a namespace may have beside others, 1 where nothing is set.
    public mutating func setWeight(_ weight: Double, of namespace: String) {
        let weight = max(weight, 0.001)
        weights[namespace] = weight
        guard let flow = flowNumbers[namespace] else { return }
        flows[flow]?.weight = weight
        updateShare(of: flow)
    }

    /// Adds a request, which waits until ``admit(at:gates:_:)`` grants it.
    ///
    /// - Parameters:
    ///   - since: When it began to wait, where that was not now.
    ///   - sequence: Its place among those that began at the same moment; they are in the order of
    ///     their arrival where it is the same.
    /// - Returns: What it needs more of than there will ever be, or than
    ///   ``AdmissionLimits/amount``, and then it was not added; nil where it waits, or is known
    ///   already.
    @discardableResult
    public mutating func add(
        _ request: AdmissionRequest<Ticket>, at now: Duration, since: Duration? = nil,
        sequence: UInt64 = 0
    ) -> PoolName? {
        guard entries[request.ticket] == nil else { return nil }
        for demand in request.demands {
            let capacity = pools[demand.pool]?.capacity ?? AdmissionLimits.amount
            if demand.amount > min(capacity, AdmissionLimits.amount) { return demand.pool }
        }
        let flow = flowNumber(of: request.namespace)
        let since = since ?? now
        arrivals += 1
        let rank = Rank(
            moment: since - request.priority.headStart, sequence: sequence, arrival: arrivals)
        let place = classNumber(
            RequestClass<Ticket>.Shape(flow: flow, demands: request.demands, gate: request.gate))
        classes[place]?.insert(request.ticket, request.priority, rank)
        entries[request.ticket] = Entry(
            request: request, flow: flow, place: place, rank: rank, since: since)
        if flows[flow]?.waiting == 0 {
            // Who comes back after a rest is not owed what it did not ask for.
            let start = flows[flow]?.key.start ?? 0
            flows[flow]?.key.start = max(start, virtualTime)
            keyChanged(of: flow)
        }
        flows[flow]?.waiting += 1
        waitingCount += 1
        if let patience = request.patience { impatience.set(request.ticket, since + patience) }
        return nil
    }

    /// Changes how urgent somebody is who waits, and has waited as long as before.
    public mutating func setPriority(_ priority: Priority, of ticket: Ticket) {
        guard let entry = entries[ticket], let place = entry.place,
            entry.request.priority != priority
        else { return }
        var request = entry.request
        request.priority = priority
        let rank = Rank(
            moment: entry.since - priority.headStart, sequence: entry.rank.sequence,
            arrival: entry.rank.arrival)
        classes[place]?.remove(entry.request.priority, entry.rank)
        classes[place]?.insert(ticket, priority, rank)
        entries[ticket] = Entry(
            request: request, flow: entry.flow, place: place, rank: rank, since: entry.since)
    }

    /// Counts somebody as admitted who was before, whatever the limits say now.
    public mutating func addAdmitted(_ request: AdmissionRequest<Ticket>, at now: Duration) {
        guard entries[request.ticket] == nil else { return }
        let flow = flowNumber(of: request.namespace)
        entries[request.ticket] = Entry(
            request: request, flow: flow, place: nil, rank: Rank(moment: now, arrival: 0),
            since: now)
        take(request.demands, flow: flow)
        admittedCount += 1
    }

    /// Takes a request out, or gives back what it holds; unknown ones are ignored.
    ///
    /// - Returns: Whether it had been admitted.
    @discardableResult
    public mutating func remove(_ ticket: Ticket) -> Bool {
        guard let entry = entries.removeValue(forKey: ticket) else { return false }
        guard let place = entry.place else {
            release(entry.request.demands, flow: entry.flow)
            admittedCount -= 1
            dropIfIdle(entry.flow)
            return true
        }
        impatience.remove(ticket)
        classes[place]?.remove(entry.request.priority, entry.rank)
        leave(place, flow: entry.flow)
        dropIfIdle(entry.flow)
        return false
    }

    /// Tells that a gate may be open, whatever it said before.
    public mutating func gateMayOpen(_ name: String) {
        for gate in gatesByName[name] ?? [] { woken.insert(.gate(gate)) }
    }

    /// Whether somebody is known, and admitted.
    public func isAdmitted(_ ticket: Ticket) -> Bool {
        entries[ticket].map { $0.place == nil } ?? false
    }

    /// Whether somebody waits.
    public func isWaiting(_ ticket: Ticket) -> Bool { entries[ticket]?.place != nil }

    /// For what somebody waits; nil where it does not.
    public func reason(of ticket: Ticket) -> WaitReason? {
        guard let place = entries[ticket]?.place, let reason = classes[place]?.reason else {
            return nil
        }
        // What was kept for another when it was looked at last may be kept for itself by now, or taken.
        if case .reserved(let pool) = reason, reservation == nil || reservation == place {
            return .pool(pool)
        }
        return reason
    }

    /// The place of somebody among the waiting of its namespace, from 1, by the order in which they
    /// would go if all of them could; nil where it does not wait.
    ///
    /// Only those count that it waits with: those who go through its gate, and, where something else
    /// stops it, those that no gate stops.
    ///
    /// O(classes of the namespace × log waiting).
    public func position(of ticket: Ticket) -> Int? {
        guard let entry = entries[ticket], let own = entry.place.flatMap({ classes[$0] }) else {
            return nil
        }
        var position = 1
        for (station, places) in flows[entry.flow]?.classes ?? [:] {
            let isShared = !station.isGate && !own.station.isGate
            for place in places {
                guard let other = classes[place] else { continue }
                let isSameGate =
                    other.shape.gate != nil
                    && other.shape.gate?.name == own.shape.gate?.name
                if isShared || isSameGate { position += other.countBefore(entry.rank) }
            }
        }
        return position
    }

    /// Who waits for a share of a dependency's limits; O(classes).
    public func demand(for name: String) -> LimitDemand {
        var demand = LimitDemand()
        for entry in classes.values {
            switch entry.reason {
            case .rateLimited(name), .bulkhead(name), .retryBudget(name):
                demand.waiting += Int64(entry.count)
                if entry.shape.gate?.isRepetition(at: name) == true {
                    demand.retries += Int64(entry.count)
                }
            default: break
            }
        }
        return demand
    }

    /// How many wait of a namespace.
    public func waitingCount(of namespace: String) -> Int {
        flowNumbers[namespace].flatMap { flows[$0]?.waiting } ?? 0
    }

    /// Those who wait, in no order.
    public var waiting: [Ticket] { entries.filter { $0.value.place != nil }.map(\.key) }

    /// When there may be something to do without any event; nil where never.
    public var nextWake: Duration? {
        let gate = gateTimes.values.min()
        guard let patience = impatience.first?.key else { return gate }
        return gate.map { min($0, patience) } ?? patience
    }

    /// Takes out those who wait for something that is out of order for longer than they wanted.
    public mutating func expire(at now: Duration) -> [(ticket: Ticket, reason: WaitReason)] {
        var gone: [(Ticket, WaitReason)] = []
        while let (ticket, due) = impatience.first, due <= now {
            guard let entry = entries[ticket], let place = entry.place,
                let stopped = classes[place],
                let patience = entry.request.patience
            else {
                impatience.remove(ticket)
                continue
            }
            if stopped.reason.isOutage, !woken.contains(stopped.station) {
                gone.append((ticket, stopped.reason))
                remove(ticket)
            } else {
                // Something else stops it, which time will bring.
                impatience.set(ticket, now + max(patience, .seconds(1)))
            }
        }
        return gone
    }
}
