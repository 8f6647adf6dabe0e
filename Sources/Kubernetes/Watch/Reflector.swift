/// The rules by which lists and watches keep a cache up to date, without clock or connection.
///
/// It lists page by page, swaps the cache when the last page is there, and watches from the list's
/// version on. A watch that ends goes on from the last version seen; a version that the server no
/// longer keeps (410) means another list. Waits after failures double with jitter, so that many
/// clients do not come back together (law 27). The version to go on from never goes back (law 24).
///
/// Every event gets actions to perform in order; the last one's result is the next event.
///
/// Source: client-go tools/cache/reflector.go; kube-rs kube-runtime/src/watcher.rs.
public struct Reflector: Sendable {
    /// What happened.
    public enum Event: Sendable {
        /// The service starts.
        case started
        /// A page of a list arrived.
        case page(ObjectList)
        /// A list failed.
        case listFailed(KubernetesError)
        /// The server accepted the watch.
        case watchOpened
        /// The watch told of changes.
        case events([WatchEvent])
        /// The server ended the watch as announced.
        case watchEnded
        /// The watch could not be opened, or broke.
        case watchFailed(KubernetesError)
        /// A wait is over.
        case waited
    }

    /// What to do.
    public enum Action: Sendable, Hashable {
        /// Ask for a page; without a limit, for all.
        case list(limit: Int?, continueToken: String?)
        /// Swap the cache for these; the others are there as well, and cannot be read.
        case replace([KubernetesObject], unreadable: [UnreadableObject] = [], ResourceVersion)
        /// Open a watch that the server ends after the timeout.
        case watch(from: ResourceVersion, timeout: Duration)
        /// Apply changes to the cache.
        case apply([WatchEvent])
        /// Wait for the next changes of the open watch.
        case receive
        /// Let go of the watch.
        case close
        /// Wait.
        case wait(Duration)
        /// Give up.
        case fail(KubernetesError)
    }

    private enum Next { case list, watch }

    private enum State {
        case idle
        case listing(continued: Bool)
        case opening(at: Duration)
        case watching(since: Duration)
        case waiting(Next)
        case failed
    }

    private var state = State.idle
    /// The objects of the pages so far; apart from the state, so that adding to it copies nothing.
    private var listed: [KubernetesObject] = []
    /// Those of them that cannot be read.
    private var unreadable: [UnreadableObject] = []
    private let backoff: Backoff
    private let pageSize: Int?
    /// How often continue tokens of this list expired.
    private var listRestarts = 0
    private var staleLists = 0
    private var failures = 0
    private var watchFailures = 0

    /// How far changes are known; nil before the first list.
    public private(set) var version: ResourceVersion?

    /// Makes a reflector that has seen nothing.
    public init(
        pageSize: Int? = KubernetesLimits.listPageSize,
        backoff: Backoff = Backoff(
            minimum: KubernetesLimits.minimumReflectorBackoff,
            maximum: KubernetesLimits.maximumReflectorBackoff, jitter: 0.5)
    ) {
        self.pageSize = pageSize
        self.backoff = backoff
    }

    /// Takes an event and says what to do.
    ///
    /// - Parameters:
    ///   - now: Monotonic time.
    ///   - random: A number in 0..<1.
    public mutating func handle(
        _ event: Event, at now: Duration, random: Double, into actions: inout [Action]
    ) {
        switch (state, event) {
        case (.idle, .started): list(into: &actions)
        case (.listing, .page(let page)): receive(page, now, random, into: &actions)
        case (.listing(let continued), .listFailed(let error)):
            listFailed(error, isContinued: continued, random, into: &actions)
        case (.opening, .watchOpened):
            state = .watching(since: now)
            actions.append(.receive)
        case (.watching(let since), .events(let events)):
            receive(events, since, now, random, into: &actions)
        case (.opening(let since), .watchEnded), (.watching(let since), .watchEnded):
            watchEnded(since, now, random, into: &actions)
        case (.opening(let since), .watchFailed(let error)),
            (.watching(let since), .watchFailed(let error)):
            watchFailed(error, since, now, random, into: &actions)
        case (.waiting(.list), .waited): list(into: &actions)
        case (.waiting(.watch), .waited): watch(now, random, into: &actions)
        case (.failed, _): break
        default: preconditionFailure("a reflector in state \(state) cannot take \(event)")
        }
    }

    private mutating func list(into actions: inout [Action]) {
        listRestarts = 0
        listAgain(into: &actions)
    }

    private mutating func listAgain(into actions: inout [Action]) {
        listed = []
        unreadable = []
        state = .listing(continued: false)
        actions.append(.list(limit: limit, continueToken: nil))
    }

    /// Pages cannot outlive the server's history; a list that could not be finished in pages is
    /// asked for at once.
    private var limit: Int? {
        listRestarts < KubernetesLimits.listRestarts ? pageSize : nil
    }

    private mutating func receive(
        _ page: ObjectList, _ now: Duration, _ random: Double, into actions: inout [Action]
    ) {
        listed += page.items
        unreadable += page.unreadable
        guard listed.count + unreadable.count <= KubernetesLimits.maximumObjects else {
            let limit = KubernetesLimits.maximumObjects
            fail(KubernetesError(.tooLarge, "cannot keep more than \(limit) objects"), &actions)
            return
        }
        if let token = page.continueToken {
            state = .listing(continued: true)
            actions.append(.list(limit: limit, continueToken: token))
            return
        }
        if let version, page.resourceVersion.isOlder(than: version) {
            listWasStale(page.resourceVersion, version, random, into: &actions)
            return
        }
        staleLists = 0
        version = page.resourceVersion
        actions.append(.replace(listed, unreadable: unreadable, page.resourceVersion))
        listed = []
        unreadable = []
        watch(now, random, into: &actions)
    }

    /// A list from before what was seen: a lagging replica, which catches up, or a restored backup.
    private mutating func listWasStale(
        _ listed: ResourceVersion, _ seen: ResourceVersion, _ random: Double,
        into actions: inout [Action]
    ) {
        staleLists += 1
        self.listed = []
        guard staleLists < KubernetesLimits.staleLists else {
            fail(
                KubernetesError(
                    .versionWentBack,
                    "the API server lists version \(listed), and \(seen) was seen before; was it "
                        + "restored from a backup? Starting again reads everything anew"),
                &actions)
            return
        }
        wait(.list, atLeast: nil, random, into: &actions)
    }

    private mutating func listFailed(
        _ error: KubernetesError, isContinued: Bool, _ random: Double,
        into actions: inout [Action]
    ) {
        if Reflector.endsService(error) {
            fail(error, &actions)
        } else if error.code == .gone, isContinued, limit != nil {
            listRestarts += 1
            listAgain(into: &actions)
        } else {
            wait(.list, atLeast: error.retryAfter, random, into: &actions)
        }
    }

    private mutating func watch(
        _ now: Duration, _ random: Double, into actions: inout [Action]
    ) {
        guard let version else { return list(into: &actions) }
        state = .opening(at: now)
        let range = KubernetesLimits.maximumWatchTimeout - KubernetesLimits.minimumWatchTimeout
        actions.append(
            .watch(from: version, timeout: KubernetesLimits.minimumWatchTimeout + range * random))
    }

    private mutating func receive(
        _ events: [WatchEvent], _ since: Duration, _ now: Duration, _ random: Double,
        into actions: inout [Action]
    ) {
        var failure: KubernetesError?
        var end = events.endIndex
        for (position, event) in events.enumerated() {
            if case .failed(let error) = event {
                failure = error
                end = position
                break
            }
            guard let seen = event.resourceVersion else { continue }
            if let version, seen.isOlder(than: version) { continue }
            version = seen
        }
        if end > 0 {
            // What the server tells is progress, whatever comes of the connection.
            failures = 0
            watchFailures = 0
            actions.append(.apply(end == events.endIndex ? events : Array(events[..<end])))
        }
        guard let failure else {
            actions.append(.receive)
            return
        }
        watchFailed(failure, since, now, random, into: &actions)
    }

    private mutating func watchEnded(
        _ since: Duration, _ now: Duration, _ random: Double, into actions: inout [Action]
    ) {
        actions.append(.close)
        // A server that ends watches as soon as they open must not be asked in a tight loop.
        if now - since < .seconds(1) {
            wait(.watch, atLeast: nil, random, into: &actions)
        } else {
            watchFailures = 0
            watch(now, random, into: &actions)
        }
    }

    private mutating func watchFailed(
        _ error: KubernetesError, _ since: Duration, _ now: Duration, _ random: Double,
        into actions: inout [Action]
    ) {
        actions.append(.close)
        if Reflector.endsService(error) { return fail(error, &actions) }
        if now - since >= KubernetesLimits.steadyWatch { failures = 0 }
        switch error.code {
        case .tooManyRequests: wait(.watch, atLeast: error.retryAfter, random, into: &actions)
        case .transport, .timeout, .unavailable, .internalError, .malformedReply, .unauthorized,
            .forbidden:
            watchFailures += 1
            // A line that cannot be read comes again with every watch; a list goes around it.
            let next: Next =
                watchFailures >= KubernetesLimits.watchFailuresBeforeList ? .list : .watch
            if next == .list { watchFailures = 0 }
            wait(next, atLeast: error.retryAfter, random, into: &actions)
        default: wait(.list, atLeast: error.retryAfter, random, into: &actions)
        }
    }

    private mutating func wait(
        _ next: Next, atLeast: Duration?, _ random: Double, into actions: inout [Action]
    ) {
        let delay = backoff.delay(afterFailures: failures, random: random)
        failures += 1
        state = .waiting(next)
        let asked = min(atLeast ?? .zero, KubernetesLimits.maximumRetryAfter)
        actions.append(.wait(max(delay, asked)))
    }

    private mutating func fail(_ error: KubernetesError, _ actions: inout [Action]) {
        state = .failed
        actions.append(.fail(error))
    }

    private static func endsService(_ error: KubernetesError) -> Bool {
        switch error.code {
        case .cancelled, .configuration: true
        default: false
        }
    }
}
