internal import Synchronization

/// The documents that change only with the kinds served, made once each.
final class DocumentCache: Sendable {
    private struct State {
        var generation = 0
        var documents: [String: [UInt8]] = [:]
    }

    private let state = Mutex(State())

    /// The document of that name, made if it is not there.
    func document(_ name: String, _ make: () -> [UInt8]) -> [UInt8] {
        let (known, generation) = state.withLock { ($0.documents[name], $0.generation) }
        if let known { return known }
        let made = make()
        // One made of kinds that have changed meanwhile is right for its request, not for later ones.
        state.withLock { if $0.generation == generation { $0.documents[name] = made } }
        return made
    }

    func removeAll() {
        state.withLock {
            $0.generation += 1
            $0.documents = [:]
        }
    }
}
