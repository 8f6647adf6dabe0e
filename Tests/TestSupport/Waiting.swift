import POSIX
import Values

/// What a test waited for and did not come.
public struct DidNotHappen: Error, Sendable, CustomStringConvertible {
    /// What was expected, how long, and what was there instead.
    public let description: String
}

/// How long tests wait for what must come; a machine under load takes its time.
public enum Patience {
    /// For what takes a second or two.
    public static let usual = Duration.seconds(60)
    /// How often a condition is looked at that tells nobody when it changes.
    static let interval = Duration.milliseconds(15)
}

/// Looks again and again until a value is there, and gives it.
///
/// - Parameters:
///   - what: what is awaited, for the message where it does not come.
///   - limit: how long.
///   - state: tells what is there instead, for the message.
///   - value: looks; nil for not yet.
/// - Throws: ``DidNotHappen`` after the limit, and what `value` throws.
public func awaited<Value>(
    _ what: String, within limit: Duration = Patience.usual,
    state: () async -> String = { "" }, _ value: () async throws -> Value?
) async throws -> Value {
    let deadline = SystemClock.monotonic() + limit
    while true {
        if let found = try await value() { return found }
        guard SystemClock.monotonic() < deadline else {
            throw DidNotHappen(
                description: "waited \(limit) for \(what); there is \(await state())")
        }
        try await WallTimer.sleep(for: Patience.interval)
    }
}

/// Looks again and again until a condition holds.
public func awaited(
    _ what: String, within limit: Duration = Patience.usual,
    state: () async -> String = { "" }, _ holds: () async throws -> Bool
) async throws {
    let _: Void = try await awaited(what, within: limit, state: state) {
        try await holds() ? () : nil
    }
}
