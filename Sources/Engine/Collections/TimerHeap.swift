internal import Values

/// The timers of one run, at most one a slot, earliest first: an indexed binary heap.
///
/// A slot is a task's index, or one of those the run itself has. Setting and clearing are
/// O(log timers), and nothing stale is ever kept, so the heap is bounded by the slots.
struct TimerHeap: Sendable {
    private struct Entry: Sendable {
        var time: Timestamp
        var slot: Int32
    }

    private var entries: [Entry] = []
    /// The place of each slot's entry, or -1.
    private var places: [Int32]

    init(slots: Int) { places = Array(repeating: -1, count: slots) }

    /// The earliest timer; of two at one time, that of the smaller slot.
    var first: (time: Timestamp, slot: Int)? {
        entries.first.map { ($0.time, Int($0.slot)) }
    }

    /// The time a slot's timer is set to.
    func time(ofSlot slot: Int) -> Timestamp? {
        places[slot] < 0 ? nil : entries[Int(places[slot])].time
    }

    /// Sets a slot's timer, in place of the one it had.
    mutating func set(_ slot: Int, to time: Timestamp) {
        if places[slot] >= 0 { clear(slot) }
        entries.append(Entry(time: time, slot: Int32(slot)))
        places[slot] = Int32(entries.count - 1)
        siftUp(entries.count - 1)
    }

    /// Clears a slot's timer, where it has one.
    mutating func clear(_ slot: Int) {
        guard places[slot] >= 0 else { return }
        let place = Int(places[slot])
        places[slot] = -1
        let last = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = last
        places[Int(last.slot)] = Int32(place)
        siftUp(place)
        siftDown(Int(places[Int(last.slot)]))
    }

    private static func precedes(_ first: Entry, _ second: Entry) -> Bool {
        first.time == second.time ? first.slot < second.slot : first.time < second.time
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
        places[Int(entries[first].slot)] = Int32(first)
        places[Int(entries[second].slot)] = Int32(second)
    }
}
