/// The names that one text has used, and the sequences of them: its objects mostly repeat both.
///
/// A repeated name costs a look instead of a string, and objects with the same names in the same
/// order share one sorted list of them, so a list of a thousand like objects holds its names once.
/// Both tables forget what collides; a text made to collide costs what it would without them.
struct JSONNames {
    /// The most names of an object whose sequence is remembered.
    private static let maximumShape = 64
    /// The places where a name or a sequence may stand, one after the other.
    private static let probes = 4
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    private struct Entry {
        var hash: UInt64 = 0
        /// Where the name stands in the text, and its length; -1 in an entry without a name.
        var start = 0
        var length = -1
        var index = 0
    }

    private struct Shape {
        var sequence: [Int] = []
        var names: [String] = []
        /// The position that each sorted name has in the sequence; empty where that is sorted.
        var order: [Int] = []
    }

    /// Every name in the order of its index.
    private var names: [String] = []
    private var entries: [Entry]
    private var shapes: [Shape]
    private let shift: Int

    /// Makes tables whose size follows that of the text, up to a bound.
    init(textLength: Int) {
        var bits = 3
        while bits < 8, textLength >> (bits + 5) > 0 { bits += 1 }
        shift = 64 - bits
        entries = Array(repeating: Entry(), count: 1 << bits)
        shapes = Array(repeating: Shape(), count: 1 << (bits - 2))
    }

    /// The name of an index.
    subscript(index: Int) -> String { names[index] }

    /// Takes up a name that no table finds again, as one with escapes is.
    mutating func add(_ name: String) -> Int {
        names.append(name)
        return names.count - 1
    }

    /// The index of a name in plain text, where it is known; the hash is its own.
    @inline(__always)
    func find(_ range: Range<Int>, hash: UInt64, in bytes: Span<UInt8>) -> Int? {
        let home = slot(hash)
        for step in 0..<JSONNames.probes {
            let entry = entries[(home &+ step) & (entries.count &- 1)]
            if entry.hash == hash, entry.length == range.count,
                JSONNames.same(bytes, entry.start, range.lowerBound, entry.length)
            {
                return entry.index
            }
            if entry.length < 0 { return nil }
        }
        return nil
    }

    /// Takes up a name in plain text.
    mutating func add(_ name: String, at range: Range<Int>, hash: UInt64) -> Int {
        let index = add(name)
        // A full neighbourhood forgets the name at home.
        var place = slot(hash)
        for step in 0..<JSONNames.probes {
            let next = (slot(hash) + step) & (entries.count - 1)
            guard entries[next].length < 0 else { continue }
            place = next
            break
        }
        entries[place] = Entry(
            hash: hash, start: range.lowerBound, length: range.count, index: index)
        return index
    }

    /// Mixes eight bytes into a hash.
    @inline(__always)
    static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* multiplier
        return product ^ product >> 32
    }

    private func slot(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash &* JSONNames.multiplier) >> UInt64(shift))
    }

    /// Whether two parts of the text are the same; eight bytes follow the start of each.
    @inline(__always)
    private static func same(_ bytes: Span<UInt8>, _ first: Int, _ second: Int, _ length: Int)
        -> Bool
    {
        var done = 0
        while done &+ ByteWord.count <= length {
            let left = ByteWord(bytes, at: first &+ done)
            guard left.bits == ByteWord(bytes, at: second &+ done).bits else { return false }
            done &+= ByteWord.count
        }
        let rest = length &- done
        guard rest > 0 else { return true }
        return ByteWord(bytes, at: first &+ done).prefix(rest)
            == ByteWord(bytes, at: second &+ done).prefix(rest)
    }
}

extension JSONNames {
    /// The names of one object in order, and where each stood.
    struct Arrangement {
        /// The sorted names.
        let names: [String]
        /// The position in the text's order of each sorted name; empty where that is sorted.
        let order: [Int]
        /// The position of a name that another repeats, where one does.
        var repeated: Int?
    }

    /// Arranges the names of one object, as it did for the last with the same ones.
    mutating func arrange(_ sequence: ArraySlice<Int>) -> Arrangement {
        guard sequence.count <= JSONNames.maximumShape else { return sort(sequence) }
        var hash: UInt64 = 0
        for index in sequence {
            hash = JSONNames.mix(hash, UInt64(truncatingIfNeeded: index &+ 1))
        }
        let home = slot(hash) >> 2
        var free: Int?
        for step in 0..<JSONNames.probes {
            let place = (home + step) & (shapes.count - 1)
            if sequence.elementsEqual(shapes[place].sequence) {
                return Arrangement(names: shapes[place].names, order: shapes[place].order)
            }
            if free == nil, shapes[place].sequence.isEmpty { free = place }
        }
        let arrangement = sort(sequence)
        if arrangement.repeated == nil {
            shapes[free ?? home] = Shape(
                sequence: Array(sequence), names: arrangement.names, order: arrangement.order)
        }
        return arrangement
    }

    private func sort(_ sequence: ArraySlice<Int>) -> Arrangement {
        let given = sequence.map { names[$0] }
        var isSorted = true
        for position in given.indices.dropFirst()
        where !JSONObject.precedes(given[position - 1], given[position]) {
            isSorted = false
            break
        }
        if isSorted { return Arrangement(names: given, order: []) }
        let order = given.indices.sorted { JSONObject.precedes(given[$0], given[$1]) }
        let repeated = zip(order, order.dropFirst()).first { first, second in
            JSONObject.same(given[first], given[second])
        }
        return Arrangement(
            names: order.map { given[$0] }, order: order, repeated: repeated?.0)
    }
}
