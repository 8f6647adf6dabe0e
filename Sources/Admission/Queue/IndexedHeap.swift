/// The smallest of many that have names, whose keys may change: a binary heap that knows its places.
///
/// Every change is O(log n). Of two equal keys the order is not told: make keys total.
struct IndexedHeap<Name: Hashable & Sendable, Key: Comparable & Sendable>: Sendable {
    private var entries: [(name: Name, key: Key)] = []
    private var places: [Name: Int] = [:]

    var isEmpty: Bool { entries.isEmpty }

    var first: (name: Name, key: Key)? { entries.first }

    func contains(_ name: Name) -> Bool { places[name] != nil }

    /// Puts a name in, or moves it to where its new key says.
    mutating func set(_ name: Name, _ key: Key) {
        if let place = places[name] {
            let isSmaller = key < entries[place].key
            entries[place].key = key
            if isSmaller { siftUp(place) } else { siftDown(place) }
            return
        }
        entries.append((name, key))
        places[name] = entries.count - 1
        siftUp(entries.count - 1)
    }

    mutating func remove(_ name: Name) {
        guard let place = places.removeValue(forKey: name) else { return }
        let last = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = last
        places[last.name] = place
        siftUp(place)
        siftDown(place)
    }

    private mutating func siftUp(_ start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard entries[place].key < entries[parent].key else { return }
            exchange(place, parent)
            place = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < entries.count && entries[child].key < entries[least].key { least = child }
            guard least != place else { return }
            exchange(place, least)
            place = least
        }
    }

    private mutating func exchange(_ first: Int, _ second: Int) {
        entries.swapAt(first, second)
        places[entries[first].name] = first
        places[entries[second].name] = second
    }
}
