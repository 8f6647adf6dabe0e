/// Where a request stands among others: by when it came, less its head start, then by arrival.
struct Rank: Sendable, Hashable, Comparable {
    let moment: Duration
    /// The order of those of one moment, where their owner knows it.
    var sequence: UInt64 = 0
    let arrival: UInt64

    static func < (first: Rank, second: Rank) -> Bool {
        (first.moment, first.sequence, first.arrival)
            < (second.moment, second.sequence, second.arrival)
    }
}

/// The requests of one class and one priority, by rank.
///
/// As they come in the order of their ranks, adding one and taking the first are O(1), and finding
/// one is O(log n). Taking one out of the middle moves the ones behind it: only a cancel does.
struct Lane<Ticket: Hashable & Sendable>: Sendable {
    private var items: [(rank: Rank, ticket: Ticket)] = []
    /// What is before it was taken.
    private var head = 0

    var count: Int { items.count - head }

    var first: (rank: Rank, ticket: Ticket)? { head < items.count ? items[head] : nil }

    mutating func insert(_ ticket: Ticket, _ rank: Rank) {
        if let last = items.last, head < items.count, rank < last.rank {
            items.insert((rank, ticket), at: head + countBefore(rank))
        } else {
            items.append((rank, ticket))
        }
    }

    mutating func removeFirst() {
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 256, head > items.count / 2 {
            items.removeFirst(head)
            head = 0
        }
    }

    mutating func remove(_ rank: Rank) {
        let place = head + countBefore(rank)
        guard place < items.count, items[place].rank == rank else { return }
        if place == head { removeFirst() } else { items.remove(at: place) }
    }

    /// How many are before a rank.
    func countBefore(_ rank: Rank) -> Int {
        var low = head
        var high = items.count
        while low < high {
            let middle = (low + high) / 2
            if items[middle].rank < rank { low = middle + 1 } else { high = middle }
        }
        return low - head
    }
}
