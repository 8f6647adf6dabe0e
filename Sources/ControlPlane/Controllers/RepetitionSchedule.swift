/// When to look again at places at which something failed for now: pure, in ticks of a clock.
struct RepetitionSchedule {
    private struct Entry {
        var failures: Int
        /// Nil while a look is under way.
        var due: Int?
    }

    private var entries: [ObjectReference: Entry] = [:]
    private var now = 0

    var count: Int { entries.count }

    /// Has a place looked at again, after twice as long as the last time.
    mutating func failed(_ place: ObjectReference) {
        let failures = (entries[place]?.failures ?? 0) + 1
        let doublings = min(failures - 1, ControlPlaneLimits.collectionDoublings)
        entries[place] = Entry(failures: failures, due: now + 1 << doublings)
    }

    /// Forgets how often a place failed.
    mutating func succeeded(_ place: ObjectReference) { entries[place] = nil }

    /// Lets one tick pass, and gives the places to look at now, in order.
    mutating func advance() -> [ObjectReference] {
        now += 1
        var due: [ObjectReference] = []
        for (place, entry) in entries where entry.due.map({ $0 <= now }) ?? false {
            entries[place]?.due = nil
            due.append(place)
        }
        return due.sorted()
    }
}
