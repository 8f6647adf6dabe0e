/// Deadlines in the order they pass: a binary heap.
///
/// Nothing is removed early. Who finds a deadline passed checks whether it still holds, and adds it
/// again where it has moved; activity on a stream thus costs nothing here.
struct DeadlineQueue {
    struct Entry {
        var deadline: Duration
        var id: UInt64
    }

    private var heap: [Entry] = []

    /// The first deadline.
    var next: Duration? { heap.first?.deadline }

    /// Adds a deadline.
    mutating func add(_ deadline: Duration, for id: UInt64) {
        heap.append(Entry(deadline: deadline, id: id))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the first deadline where it has passed.
    mutating func takePassed(at now: Duration) -> Entry? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
