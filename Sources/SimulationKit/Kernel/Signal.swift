import Synchronization

/// A value that comes once, for one task that waits for it; only the first one given counts.
final class Signal<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, Never>)
        case given(Value)
        case done
    }

    private let state = Mutex(State.empty)

    /// Gives the value; later ones are dropped.
    ///
    /// - Returns: Whether this was the first.
    @discardableResult
    func give(_ value: Value) -> Bool {
        let (isFirst, waiter) = state.withLock {
            state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .empty:
                state = .given(value)
                return (true, nil)
            case .waiting(let waiter):
                state = .done
                return (true, waiter)
            case .given, .done: return (false, nil)
            }
        }
        waiter?.resume(returning: value)
        return isFirst
    }

    /// Whether nobody waits for a value any more, as one was given.
    var isGiven: Bool {
        state.withLock { state in
            switch state {
            case .empty, .waiting: false
            case .given, .done: true
            }
        }
    }

    /// Waits for the value, whether or not the task is cancelled.
    func value() async -> Value {
        await withCheckedContinuation { waiter in
            let given = state.withLock { state -> Value? in
                guard case .given(let value) = state else {
                    state = .waiting(waiter)
                    return nil
                }
                state = .done
                return value
            }
            if let given { waiter.resume(returning: given) }
        }
    }
}
