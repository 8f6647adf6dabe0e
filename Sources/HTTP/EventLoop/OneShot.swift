import Synchronization

/// A value that is set once by anyone and awaited once by one task.
///
/// The three states make resuming exactly once structural, whichever of setting and awaiting is
/// first.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Value, Never>)
        case done(Value)
    }

    private let state = Mutex(State.idle)

    /// Sets the value; later values are dropped.
    func set(_ value: Value) {
        let waiter: CheckedContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .idle:
                state = .done(value)
                return nil
            case .waiting(let continuation):
                state = .done(value)
                return continuation
            case .done:
                return nil
            }
        }
        waiter?.resume(returning: value)
    }

    /// Waits until the value is set.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let value: Value? = state.withLock { state in
                switch state {
                case .idle:
                    state = .waiting(continuation)
                    return nil
                case .done(let value):
                    return value
                case .waiting:
                    preconditionFailure("a one-shot value is awaited by one task")
                }
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}
