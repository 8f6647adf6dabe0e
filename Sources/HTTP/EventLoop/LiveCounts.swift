import Synchronization

/// How many handles of the C libraries, and boxes lent to them, are alive in this process.
///
/// Tests compare it before and after: what the libraries were lent must have come back.
package enum LiveCounts {
    static let easyHandles = Atomic<Int>(0)
    static let transfers = Atomic<Int>(0)
    static let connections = Atomic<Int>(0)
    static let requests = Atomic<Int>(0)
    static let responses = Atomic<Int>(0)

    /// Every count with its name.
    package static var all: [String: Int] {
        [
            "easy handles": easyHandles.load(ordering: .relaxed),
            "transfers": transfers.load(ordering: .relaxed),
            "connections": connections.load(ordering: .relaxed),
            "requests": requests.load(ordering: .relaxed),
            "responses": responses.load(ordering: .relaxed),
        ]
    }
}

extension Atomic<Int> {
    func increase() { add(1, ordering: .relaxed) }
    func decrease() { subtract(1, ordering: .relaxed) }
}
