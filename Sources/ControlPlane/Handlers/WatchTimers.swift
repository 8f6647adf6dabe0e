internal import Synchronization
internal import Values

/// The deadlines and bookmarks of all watches, looked at by one tick for all of them.
final class WatchTimers: Sendable {
    private struct Entry {
        let watcher: Watcher
        let deadline: Timestamp
        var nextBookmark: Timestamp?
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// Keeps the time of a watch until ``stop(_:)``.
    func start(_ stream: WatchStream) -> Int {
        let bookmark =
            stream.wantsBookmarks
            ? WatchTimers.nextBookmark(after: stream.server.now(), deadline: stream.deadline) : nil
        return state.withLock { state in
            state.next += 1
            state.entries[state.next] = Entry(
                watcher: stream.watcher, deadline: stream.deadline, nextBookmark: bookmark)
            return state.next
        }
    }

    func stop(_ timer: Int) {
        state.withLock { $0.entries[timer] = nil }
    }

    /// When a watch gets its next bookmark: after an interval, and shortly before its end, so that
    /// the watch that follows starts where this one ended.
    static func nextBookmark(after now: Timestamp, deadline: Timestamp) -> Timestamp? {
        let last = deadline + (.zero - ControlPlaneLimits.lastBookmarkLead)
        guard last > now else { return nil }
        return min(now + ControlPlaneLimits.bookmarkInterval, last)
    }

    /// Ends what is over and gives bookmarks that are due.
    func tick(_ now: Timestamp, store: ObjectStore) {
        var over: [Watcher] = []
        var due: [Watcher] = []
        state.withLock { state in
            for (timer, entry) in state.entries {
                if entry.deadline <= now {
                    over.append(entry.watcher)
                } else if let bookmark = entry.nextBookmark, bookmark <= now {
                    due.append(entry.watcher)
                    state.entries[timer]?.nextBookmark = WatchTimers.nextBookmark(
                        after: now, deadline: entry.deadline)
                }
            }
        }
        for watcher in over { watcher.end() }
        for watcher in due { store.bookmark(watcher) }
    }
}
