/// Values to look for in texts, all at once.
///
/// What is found is told by the bytes and not by the characters: a secret in front of a combining
/// mark is no other secret. A longer value is found before a shorter one that begins where it does.
struct SecretPatterns: Sendable {
    /// The values by their first byte, the longest first; empty for most bytes.
    private var heads = [[[UInt8]]](repeating: [], count: 256)
    /// The values in the order in which they were added last.
    private var order: [[UInt8]] = []

    /// How many there are.
    var count: Int { order.count }

    /// Whether a value is one of them.
    func contains(_ value: [UInt8]) -> Bool { heads[Int(value[0])].contains(value) }

    /// Adds a value; the one that was added longest ago goes where there are more than so many.
    ///
    /// - Returns: what changed: whether the value is new, and the one that went.
    mutating func add(_ value: [UInt8], limit: Int) -> (isNew: Bool, dropped: [UInt8]?) {
        if let place = order.firstIndex(of: value) {
            order.append(order.remove(at: place))
            return (false, nil)
        }
        order.append(value)
        let head = Int(value[0])
        let place = heads[head].firstIndex { $0.count < value.count } ?? heads[head].count
        heads[head].insert(value, at: place)
        guard order.count > limit else { return (true, nil) }
        let oldest = order.removeFirst()
        heads[Int(oldest[0])].removeAll { $0 == oldest }
        return (true, oldest)
    }

    /// Removes a value.
    mutating func remove(_ value: [UInt8]) {
        order.removeAll { $0 == value }
        heads[Int(value[0])].removeAll { $0 == value }
    }

    /// The text with something else in the place of each value; nil where none is in it.
    ///
    /// Cost: O(text), and for each byte that a value begins with O(value).
    func masking(_ text: [UInt8], with mask: [UInt8]) -> [UInt8]? {
        guard !order.isEmpty else { return nil }
        var result: [UInt8]?
        var kept = 0
        var place = 0
        while place < text.count {
            let values = heads[Int(text[place])]
            guard !values.isEmpty,
                let found = values.first(where: { text[place...].starts(with: $0) })
            else {
                place += 1
                continue
            }
            var masked = result ?? []
            masked += text[kept..<place]
            masked += mask
            result = masked
            place += found.count
            kept = place
        }
        guard var result else { return nil }
        result += text[kept...]
        return result
    }
}
