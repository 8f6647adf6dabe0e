/// The decisions.
extension AdmissionQueue {
    /// Admits everybody who may be, in their order.
    ///
    /// - Parameters:
    ///   - gates: The gates that requests name.
    ///   - grant: Is given each one admitted, at once.
    public mutating func admit<Gates: AdmissionGates>(
        at now: Duration, gates: inout Gates, _ grant: (Grant) -> Void
    ) where Gates.Passage == Passage {
        for (gate, time) in gateTimes where time <= now { woken.insert(.gate(gate)) }
        var stash: [(place: Int, station: Station)] = []
        repeat {
            // Each turn but the last took a reservation from a class that cannot have it again now.
            for (place, station) in stash where classes[place] != nil {
                enter(station, place)
                woken.insert(station)
            }
            stash.removeAll()
            reservationWasDropped = false
            reserve(at: now)
            admitInTurn(at: now, gates: &gates, stash: &stash, grant)
        } while reservationWasDropped && !stash.isEmpty
        for (place, station) in stash where classes[place] != nil { enter(station, place) }
    }

    private mutating func admitInTurn<Gates: AdmissionGates>(
        at now: Duration, gates: inout Gates, stash: inout [(place: Int, station: Station)],
        _ grant: (Grant) -> Void
    ) where Gates.Passage == Passage {
        while let candidate = next() {
            let (place, station) = candidate
            guard let head = classes[place]?.first, let shape = classes[place]?.shape else {
                continue
            }
            if let (pool, reason) = obstacle(to: place, shape) {
                // Nothing is kept from others for one that its own namespace or run stops.
                if reservation == place, !pool.isShared { dropReservation() }
                stop(place, at: .pool(pool), reason, from: station, stash: &stash)
                continue
            }
            var passage: Passage?
            if let gate = shape.gate {
                switch gates.pass(gate, at: now) {
                case .passed(let given): passage = given
                case .closed(let reason, let until):
                    // What it might have held is not kept from others while its gate is closed.
                    if reservation == place { dropReservation() }
                    woken.remove(.gate(gate))
                    stop(place, at: .gate(gate), reason, from: station, stash: &stash)
                    // Last, as who was alone at the gate took its time along when it left.
                    gateTimes[gate] = until
                    continue
                }
            }
            grantFirst(head.ticket, of: place, passage, at: now, grant)
        }
    }

    /// The next class that may go on: the first of the namespace whose turn it is.
    private mutating func next() -> (place: Int, station: Station)? {
        var best = stations[.open]?.first
        for station in woken {
            guard let first = stations[station]?.first, canServe(station) else {
                woken.remove(station)
                continue
            }
            if let present = best, present.key < first.key { continue }
            best = first
        }
        guard let best, let stations = flows[best.name]?.classes else { return nil }
        // Its first may wait at any of them. No two have one rank, so the order of a set decides nothing.
        var least: (place: Int, station: Station, rank: Rank)?
        for (station, places) in stations where station == .open || woken.contains(station) {
            for place in places {
                guard let rank = classes[place]?.first?.rank else { continue }
                if let present = least, present.rank < rank { continue }
                least = (place, station, rank)
            }
        }
        return least.map { ($0.place, $0.station) }
    }

    private func canServe(_ station: Station) -> Bool {
        guard case .pool(let name) = station else { return true }
        return pools[name]?.servesSomebody ?? true
    }

    /// What a class cannot have of what it needs; nil where it can have all.
    private func obstacle(
        to place: Int, _ shape: RequestClass<Ticket>.Shape
    ) -> (PoolName, WaitReason)? {
        for demand in shape.demands where pools[demand.pool]?.fits(demand.amount) == false {
            return (demand.pool, .pool(demand.pool))
        }
        guard let reservation, reservation != place,
            let kept = classes[reservation]?.shape.demands
        else { return nil }
        for demand in shape.demands {
            guard let free = pools[demand.pool]?.free,
                let wanted = kept.first(where: { $0.pool == demand.pool })?.amount
            else { continue }
            if free - demand.amount < wanted { return (demand.pool, .reserved(demand.pool)) }
        }
        return nil
    }

    /// Begins to keep what is free for the class whose first request has waited longest for a
    /// resource, once that is too long: others no longer pass it.
    ///
    /// There is one at a time. Two could each keep what the other needs, for ever.
    private mutating func reserve(at now: Duration) {
        while reservation == nil, let (place, since) = starving.first,
            now - since >= AdmissionLimits.backfillWindow
        {
            guard let shape = classes[place]?.shape, canEverFit(shape) else {
                starving.remove(place)
                continue
            }
            guard let head = firstSince(of: place), head <= since else {
                // The one that waited so long is gone; another is first now.
                starving.set(place, firstSince(of: place) ?? now)
                continue
            }
            reservation = place
        }
    }

    private func firstSince(of place: Int) -> Duration? {
        (classes[place]?.first?.ticket).flatMap { entries[$0]?.since }
    }

    func canEverFit(_ shape: RequestClass<Ticket>.Shape) -> Bool {
        shape.demands.allSatisfy { demand in
            pools[demand.pool]?.capacity.map { demand.amount <= $0 } ?? true
        }
    }

    private mutating func stop(
        _ place: Int, at station: Station, _ reason: WaitReason, from old: Station,
        stash: inout [(place: Int, station: Station)]
    ) {
        exit(old, place)
        classes[place]?.reason = reason
        classes[place]?.station = station
        // Where the station is awake, others at it may be served: this one is set aside meanwhile.
        if woken.contains(station) {
            stash.append((place, station))
        } else {
            enter(station, place)
        }
    }

    private mutating func grantFirst(
        _ ticket: Ticket, of place: Int, _ passage: Passage?, at now: Duration,
        _ grant: (Grant) -> Void
    ) {
        guard var entry = entries[ticket] else { return }
        classes[place]?.remove(entry.request.priority, entry.rank)
        entry.place = nil
        entries[ticket] = entry
        impatience.remove(ticket)
        admittedCount += 1
        if reservation == place { dropReservation() }
        if let key = flows[entry.flow]?.key {
            virtualTime = max(virtualTime, key.start)
            let weight = flows[entry.flow]?.weight ?? 1
            flows[entry.flow]?.key.start = key.start + 1 / weight
        }
        take(entry.request.demands, flow: entry.flow)
        leave(place, flow: entry.flow)
        grant(
            Grant(
                ticket: ticket, waited: now - entry.since, priority: entry.request.priority,
                passage: passage))
    }

    /// Lets everybody try again who stood back for the one that is served now.
    mutating func dropReservation() {
        guard let place = reservation else { return }
        reservation = nil
        reservationWasDropped = true
        for demand in classes[place]?.shape.demands ?? [] { woken.insert(.pool(demand.pool)) }
    }
}

/// The bookkeeping.
extension AdmissionQueue {
    mutating func flowNumber(of namespace: String) -> Int {
        if let number = flowNumbers[namespace] { return number }
        let number = nextFlow
        nextFlow += 1
        flowNumbers[namespace] = number
        flows[number] = Flow(
            namespace: namespace, key: FlowKey(share: 0, start: virtualTime, number: number),
            weight: weights[namespace] ?? 1)
        return number
    }

    mutating func classNumber(_ shape: RequestClass<Ticket>.Shape) -> Int {
        if let number = classNumbers[shape] { return number }
        let number = nextClass
        nextClass += 1
        classNumbers[shape] = number
        classes[number] = RequestClass(shape)
        enter(.open, number)
        return number
    }

    /// Puts a class at a station.
    private mutating func enter(_ station: Station, _ place: Int) {
        guard let shape = classes[place]?.shape, let key = flows[shape.flow]?.key else { return }
        classes[place]?.station = station
        flows[shape.flow]?.classes[station, default: []].append(place)
        stations[station, default: IndexedHeap()].set(shape.flow, key)
        if case .gate(let gate) = station { gatesByName[gate.name, default: []].insert(gate) }
        if case .pool(let name) = station, let amount = shape.amount(of: name) {
            pools[name]?.needed[amount, default: 0] += 1
            if case .resource = name, let since = firstSince(of: place) {
                starving.set(place, since)
            }
        }
    }

    /// Takes a class from a station.
    private mutating func exit(_ station: Station, _ place: Int) {
        starving.remove(place)
        guard let shape = classes[place]?.shape,
            var present = flows[shape.flow]?.classes[station],
            let index = present.firstIndex(of: place)
        else { return }
        present.swapAt(index, present.count - 1)
        present.removeLast()
        flows[shape.flow]?.classes[station] = present.isEmpty ? nil : present
        if present.isEmpty {
            stations[station]?.remove(shape.flow)
            if stations[station]?.isEmpty == true {
                stations[station] = nil
                if case .gate(let gate) = station { forget(gate) }
            }
        }
        if case .pool(let name) = station, let amount = shape.amount(of: name) {
            pools[name]?.needed[amount, default: 1] -= 1
            if pools[name]?.needed[amount] == 0 { pools[name]?.needed[amount] = nil }
        }
    }

    /// Nobody stands at a gate any more.
    private mutating func forget(_ gate: Gate) {
        gateTimes[gate] = nil
        gatesByName[gate.name]?.remove(gate)
        if gatesByName[gate.name]?.isEmpty == true { gatesByName[gate.name] = nil }
    }

    /// One of a class does not wait any more.
    mutating func leave(_ place: Int, flow: Int) {
        flows[flow]?.waiting -= 1
        waitingCount -= 1
        guard let present = classes[place], present.count == 0 else { return }
        if reservation == place { dropReservation() }
        exit(present.station, place)
        classNumbers[present.shape] = nil
        classes[place] = nil
    }

    mutating func take(_ demands: [Demand], flow: Int) {
        for demand in demands {
            pools[demand.pool, default: Pool()].used += Int128(demand.amount)
            if demand.pool.isShared {
                flows[flow]?.held[demand.pool, default: 0] += Int128(demand.amount)
            }
        }
        updateShare(of: flow)
    }

    mutating func release(_ demands: [Demand], flow: Int) {
        for demand in demands {
            pools[demand.pool]?.used -= Int128(demand.amount)
            woken.insert(.pool(demand.pool))
            if demand.pool.isShared, let held = flows[flow]?.held[demand.pool] {
                let rest = held - Int128(demand.amount)
                flows[flow]?.held[demand.pool] = rest == 0 ? nil : rest
            }
            if let pool = pools[demand.pool], pool.used == 0, pool.capacity == nil,
                pool.needed.isEmpty
            {
                pools[demand.pool] = nil
            }
        }
        updateShare(of: flow)
    }

    mutating func updateShare(of flow: Int) {
        guard let present = flows[flow] else { return }
        var share = 0.0
        for (name, amount) in present.held {
            guard let capacity = pools[name]?.capacity, capacity > 0 else { continue }
            share = max(share, Double(amount) / Double(capacity))
        }
        flows[flow]?.key.share = share / present.weight
        keyChanged(of: flow)
    }

    mutating func keyChanged(of flow: Int) {
        guard let present = flows[flow] else { return }
        for station in present.classes.keys { stations[station]?.set(flow, present.key) }
    }

    /// Forgets a namespace that neither waits nor holds anything, nor was served ahead of others.
    mutating func dropIfIdle(_ flow: Int) {
        guard let present = flows[flow], present.waiting == 0, present.held.isEmpty,
            present.key.start <= virtualTime
        else { return }
        flows[flow] = nil
        flowNumbers[present.namespace] = nil
    }
}

extension RequestClass.Shape {
    fileprivate func amount(of pool: PoolName) -> Int64? {
        demands.first { $0.pool == pool }?.amount
    }
}
