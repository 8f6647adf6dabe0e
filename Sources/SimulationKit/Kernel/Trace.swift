import Synchronization

/// What happened in a simulation, as a hash, and as lines where somebody reads them.
final class Trace: Sendable {
    private struct State {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var count = 0
        var lines: [String] = []

        mutating func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

        mutating func mix(_ number: Int64) {
            hash = (hash ^ UInt64(bitPattern: number)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
    }

    /// Whether lines are kept.
    let isVerbose: Bool
    private let clock: VirtualClock
    private let state = Mutex(State())

    init(clock: VirtualClock, isVerbose: Bool) {
        self.clock = clock
        self.isVerbose = isVerbose
    }

    /// The hash of everything so far.
    var hash: UInt64 { state.withLock(\.hash) }

    /// How many things happened.
    var count: Int { state.withLock(\.count) }

    /// The lines so far.
    var lines: [String] { state.withLock(\.lines) }

    /// Notes that something happened, with what it is about in numbers and a name.
    ///
    /// - Parameter detail: what a reader sees beside that; it does not count for the hash.
    func note(
        _ kind: String, _ numbers: Int64..., name: String = "", bytes: [UInt8] = [],
        detail: @autoclosure () -> String = ""
    ) {
        let moment = clock.now
        let line =
            isVerbose
            ? "\(Trace.text(moment)) \(kind) \(numbers.map(String.init).joined(separator: " "))"
                + " \(name) \(detail())" : nil
        state.withLock { state in
            state.count += 1
            state.mix(moment.components.seconds)
            state.mix(moment.components.attoseconds)
            for number in numbers { state.mix(number) }
            for byte in kind.utf8 { state.mix(byte) }
            for byte in name.utf8 { state.mix(byte) }
            for byte in bytes { state.mix(byte) }
            if let line { state.lines.append(line) }
        }
    }

    /// Adds a line for a reader, which does not count for the hash.
    func say(_ text: @autoclosure () -> String) {
        guard isVerbose else { return }
        let line = "\(Trace.text(clock.now)) \(text())"
        state.withLock { $0.lines.append(line) }
    }

    /// A moment as seconds with six digits.
    private static func text(_ moment: Duration) -> String {
        let (seconds, attoseconds) = moment.components
        let digits = String(attoseconds / 1_000_000_000_000)
        return "\(seconds).\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)"
    }
}
