internal import Values

/// The timers of one run, at most one a slot, earliest first: an indexed binary heap.
///
/// A slot is a task's index, or one of those the run itself has, which are below zero. Setting and
/// clearing are O(log timers), and nothing stale is ever kept, so the heap is bounded by the slots.
struct TimerHeap: Sendable {
    private struct Entry: Sendable {
        var time: Timestamp
        var slot: Int32
    }

    private var entries: [Entry] = []
    /// The place of each slot's entry, or -1; those of the run come first.
    ///
    /// As long as the last slot that ever had a timer needs: few tasks have one.
    private var places: [Int32] = []

    private func place(of slot: Int) -> Int {
        let index = slot + TimerSlot.count
        return index < places.count ? Int(places[index]) : -1
    }

    /// The earliest timer; of two at one time, that of the task of smaller index, and the run's
    /// own last.
    var first: (time: Timestamp, slot: Int)? {
        entries.first.map { ($0.time, Int($0.slot)) }
    }

    /// The time a slot's timer is set to.
    func time(ofSlot slot: Int) -> Timestamp? {
        let place = place(of: slot)
        return place < 0 ? nil : entries[place].time
    }

    /// Sets a slot's timer, in place of the one it had.
    mutating func set(_ slot: Int, to time: Timestamp) {
        clear(slot)
        entries.append(Entry(time: time, slot: Int32(slot)))
        let missing = slot + TimerSlot.count + 1 - places.count
        if missing > 0 { places.append(contentsOf: repeatElement(-1, count: missing)) }
        places[slot + TimerSlot.count] = Int32(entries.count - 1)
        siftUp(entries.count - 1)
    }

    /// Clears a slot's timer, where it has one.
    mutating func clear(_ slot: Int) {
        let place = place(of: slot)
        guard place >= 0 else { return }
        places[slot + TimerSlot.count] = -1
        let last = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = last
        note(last, at: place)
        siftUp(place)
        siftDown(Int(places[Int(last.slot) + TimerSlot.count]))
    }

    private static func precedes(_ first: Entry, _ second: Entry) -> Bool {
        // As unsigned numbers the slots below zero come last.
        first.time == second.time
            ? UInt32(bitPattern: first.slot) < UInt32(bitPattern: second.slot)
            : first.time < second.time
    }

    private mutating func siftUp(_ start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard TimerHeap.precedes(entries[place], entries[parent]) else { return }
            exchange(place, parent)
            place = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < entries.count && TimerHeap.precedes(entries[child], entries[least]) {
                least = child
            }
            guard least != place else { return }
            exchange(place, least)
            place = least
        }
    }

    private mutating func exchange(_ first: Int, _ second: Int) {
        entries.swapAt(first, second)
        note(entries[first], at: first)
        note(entries[second], at: second)
    }

    private mutating func note(_ entry: Entry, at place: Int) {
        places[Int(entry.slot) + TimerSlot.count] = Int32(place)
    }
}

/// The slots of the timers that are the run's own.
enum TimerSlot {
    /// The run's own timeout.
    static let runDeadline = -1
    /// The repetition of a failed write.
    static let rewrite = -2
    /// The write of changes that could wait until now.
    static let lag = -3
    /// How many there are.
    static let count = 3
}
