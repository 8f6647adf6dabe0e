import TestSupport

/// Statuses as releases stored them before there were scopes.
///
/// They are kept as they were: what is stored somewhere must be read for ever (law 38).
enum V1 {
    /// One task has ended, one is about to start.
    static let running = status("running")

    /// One task waits for its third attempt; one of the two before was cut off.
    static let retrying = status("retrying")

    /// Paused with a task that is ready.
    static let paused = status("paused")

    /// Being cancelled while a task runs.
    static let cancelling = status("cancelling")

    /// Ended, with a failure and a skip behind it.
    static let completed = status("completed")

    private static func status(_ name: String) -> String {
        (try? Checkout.text("Tests/EngineTests/Fixtures/V1/\(name).json")) ?? ""
    }
}
