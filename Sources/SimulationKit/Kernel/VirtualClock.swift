import Synchronization

/// Time that passes only when its owner says so, and then at once to the next moment that matters.
final class VirtualClock: Sendable {
    typealias Action = @Sendable () -> Void

    /// Names something that is to happen.
    typealias Appointment = UInt64

    fileprivate struct Entry {
        let moment: Duration
        let appointment: Appointment

        func precedes(_ other: Entry) -> Bool {
            (moment, appointment) < (other.moment, other.appointment)
        }
    }

    fileprivate struct State {
        var now = Duration.zero
        /// How often it was looked at since time passed last.
        var looks = 0
        var last: Appointment = 0
        var heap: [Entry] = []
        var actions: [Appointment: Action] = [:]
    }

    private let state = Mutex(State())

    /// How often it may be looked at without time passing: somebody turns in a circle.
    private static let maximumLooks = 5_000_000

    /// How much time has passed.
    var now: Duration {
        state.withLock { state in
            state.looks += 1
            precondition(
                state.looks < VirtualClock.maximumLooks, "something waits and never yields")
            return state.now
        }
    }

    /// How many things are to happen.
    var count: Int { state.withLock { $0.actions.count } }

    /// Has something happen after a duration; of two at one moment, the one asked for first is first.
    @discardableResult
    func after(_ delay: Duration, _ action: @escaping Action) -> Appointment {
        state.withLock { state in
            state.last += 1
            state.actions[state.last] = action
            state.push(Entry(moment: state.now + max(.zero, delay), appointment: state.last))
            return state.last
        }
    }

    /// Has it not happen.
    func cancel(_ appointment: Appointment) {
        state.withLock { _ = $0.actions.removeValue(forKey: appointment) }
    }

    /// Waits, or throws at once when the task is cancelled.
    func sleep(_ duration: Duration) async throws {
        let signal = Signal<Bool>()
        let appointment = after(duration) { signal.give(true) }
        let isOver = await withTaskCancellationHandler {
            await signal.value()
        } onCancel: {
            cancel(appointment)
            signal.give(false)
        }
        if !isOver { throw CancellationError() }
    }

    /// Goes to the next moment at which something happens, up to a limit, and has it happen.
    ///
    /// - Returns: Whether something did.
    func advance(upTo limit: Duration) -> Bool {
        let action = state.withLock { state -> Action? in
            while let first = state.heap.first {
                guard first.moment <= limit || state.actions[first.appointment] == nil else {
                    return nil
                }
                state.pop()
                guard let action = state.actions.removeValue(forKey: first.appointment) else {
                    continue
                }
                state.now = max(state.now, first.moment)
                state.looks = 0
                return action
            }
            return nil
        }
        action?()
        return action != nil
    }

    /// Forgets everything that was to happen, with what it would have happened to.
    func clear() {
        let actions = state.withLock { state in
            state.heap = []
            defer { state.actions = [:] }
            return state.actions
        }
        // Outside the lock: what goes with them may look at the time.
        withExtendedLifetime(actions) {}
    }

    /// Goes to a moment at which nothing happens.
    func skip(to moment: Duration) {
        state.withLock { $0.now = max($0.now, moment) }
    }
}

extension VirtualClock.State {
    fileprivate mutating func push(_ entry: VirtualClock.Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    fileprivate mutating func pop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].precedes(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
