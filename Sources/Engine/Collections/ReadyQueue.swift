/// The tasks that wait only for a place: the most urgent first, and among those the one of smallest
/// index.
///
/// One set of bits for each urgency, so that taking the first is as cheap as with one. The order is a
/// function of the tasks alone, and not of when each became ready.
struct ReadyQueue: Sendable {
    /// How many urgencies there are; 0 is the most urgent.
    static let urgencies = 4

    private var sets: [TaskSet]
    private(set) var count = 0

    init(capacity: Int) {
        sets = Array(repeating: TaskSet(capacity: capacity), count: ReadyQueue.urgencies)
    }

    var isEmpty: Bool { count == 0 }

    mutating func grow(to capacity: Int) {
        for urgency in sets.indices { sets[urgency].grow(to: capacity) }
    }

    mutating func insert(_ task: Int, urgency: UInt8) {
        let before = sets[Int(urgency)].count
        sets[Int(urgency)].insert(task)
        count += sets[Int(urgency)].count - before
    }

    mutating func remove(_ task: Int, urgency: UInt8) {
        let before = sets[Int(urgency)].count
        sets[Int(urgency)].remove(task)
        count += sets[Int(urgency)].count - before
    }

    /// The task that starts next, or nil when none is ready.
    var first: Int? {
        guard count > 0 else { return nil }
        for urgency in sets.indices where !sets[urgency].isEmpty { return sets[urgency].first }
        return nil
    }
}
