/// The tasks that wait only for a place: those that need none, then the most urgent first, and among
/// those the one of smallest index.
///
/// One set of bits for each level, so that taking the first is as cheap as with one. The order is a
/// function of the tasks alone, and not of when each became ready.
struct ReadyQueue: Sendable {
    /// The level of tasks that take no place, and, behind it, one for each urgency.
    private var sets: InlineArray<5, TaskSet>
    /// A bit for each level that has a member, so that few sets are asked.
    private var occupied: UInt8 = 0

    init(capacity: Int) { sets = .init(repeating: TaskSet(capacity: capacity)) }

    var isEmpty: Bool { occupied == 0 }

    mutating func grow(to capacity: Int) {
        for level in sets.indices { sets[level].grow(to: capacity) }
    }

    mutating func insert(_ task: Int, level: UInt8) {
        sets[Int(level)].insert(task)
        occupied |= 1 << level
    }

    mutating func remove(_ task: Int, level: UInt8) {
        sets[Int(level)].remove(task)
        if sets[Int(level)].isEmpty { occupied &= ~(1 << level) }
    }

    /// The task that starts next, or nil when none is ready.
    var first: Int? {
        isEmpty ? nil : sets[occupied.trailingZeroBitCount].first
    }
}
