import Kubernetes
import Testing
import Values

@Suite struct ReflectorTests {
    /// A reflector that is led through a story.
    private struct Story {
        var reflector = Reflector(
            pageSize: 2,
            backoff: Backoff(minimum: .seconds(1), maximum: .seconds(30), jitter: 0))
        var now = Duration.zero
        var actions: [Reflector.Action] = []

        mutating func tell(_ event: Reflector.Event) -> [Reflector.Action] {
            actions = []
            reflector.handle(event, at: now, random: 0, into: &actions)
            return actions
        }

        mutating func listAll(_ objects: [KubernetesObject] = [], at number: Int) {
            _ = tell(
                .page(ObjectList(items: objects, resourceVersion: ReflectorTests.version(number))))
        }

        /// Up to an open watch from version 10.
        static var watching: Story {
            var story = Story()
            _ = story.tell(.started)
            story.listAll(at: 10)
            _ = story.tell(.watchOpened)
            return story
        }
    }

    private static func version(_ number: Int) -> ResourceVersion {
        ResourceVersion(String(number))
    }

    private static func object(_ name: String, _ number: Int) -> KubernetesObject {
        var object = KubernetesObject(.configMaps, ObjectKey(namespace: "n", name: name))
        object.metadata["resourceVersion"] = .string(String(number))
        return object
    }

    private static let timeout = KubernetesLimits.minimumWatchTimeout

    @Test func `the cache is swapped when the last page came, and watched from the list's version`()
    {
        var story = Story()
        #expect(story.tell(.started) == [.list(limit: 2, continueToken: nil)])
        let first = ObjectList(
            items: [Self.object("a", 1), Self.object("b", 2)], resourceVersion: Self.version(10),
            continueToken: "t")
        #expect(story.tell(.page(first)) == [.list(limit: 2, continueToken: "t")])
        let last = ObjectList(items: [Self.object("c", 3)], resourceVersion: Self.version(10))
        #expect(
            story.tell(.page(last)) == [
                .replace(
                    [Self.object("a", 1), Self.object("b", 2), Self.object("c", 3)],
                    Self.version(10)),
                .watch(from: Self.version(10), timeout: Self.timeout),
            ])
    }

    @Test func `an expired continue token starts the list again, and at last without pages`() {
        var story = Story()
        _ = story.tell(.started)
        let page = ObjectList(
            items: [Self.object("a", 1)], resourceVersion: Self.version(10), continueToken: "t")
        let gone = KubernetesError(.gone, "expired")
        _ = story.tell(.page(page))
        #expect(story.tell(.listFailed(gone)) == [.list(limit: 2, continueToken: nil)])
        _ = story.tell(.page(page))
        #expect(story.tell(.listFailed(gone)) == [.list(limit: nil, continueToken: nil)])
        let all = ObjectList(items: [Self.object("b", 2)], resourceVersion: Self.version(11))
        // Nothing of the pages before is left.
        #expect(
            story.tell(.page(all)).first == .replace([Self.object("b", 2)], Self.version(11)))
    }

    @Test func `law 27: a watch from a version that is gone lists again after a wait`() {
        var story = Story.watching
        #expect(
            story.tell(.events([.failed(KubernetesError(.gone, "too old"))])) == [
                .close, .wait(.seconds(1)),
            ])
        #expect(story.tell(.waited) == [.list(limit: 2, continueToken: nil)])
    }

    @Test func `law 27: lists that come to nothing are ever further apart`() {
        var story = Story.watching
        var waits: [Duration] = []
        for number in 11..<20 {
            for action in story.tell(.watchFailed(KubernetesError(.gone, "too old"))) {
                if case .wait(let wait) = action { waits.append(wait) }
            }
            _ = story.tell(.waited)
            story.listAll(at: number)
        }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30, 30, 30].map { Duration.seconds($0) })
    }

    @Test func `events before a failure are applied, and the watch goes on from them`() {
        var story = Story.watching
        let event = WatchEvent.added(Self.object("a", 12))
        let broken = KubernetesError(.transport, "reset")
        #expect(
            story.tell(.events([event, .failed(broken), .added(Self.object("b", 13))])) == [
                .apply([event]), .close, .wait(.seconds(1)),
            ])
        #expect(
            story.tell(.waited) == [.watch(from: Self.version(12), timeout: Self.timeout)])
    }

    @Test func `a bookmark moves the version on, and nothing moves it back`() {
        var story = Story.watching
        _ = story.tell(.events([.bookmark(Self.version(20))]))
        _ = story.tell(.events([.modified(Self.object("a", 15))]))
        #expect(story.reflector.version == Self.version(20))
        story.now = .seconds(400)
        #expect(
            story.tell(.watchEnded) == [
                .close, .watch(from: Self.version(20), timeout: Self.timeout),
            ])
    }

    @Test func `a server that ends watches at once is not asked in a tight loop`() {
        var story = Story.watching
        #expect(story.tell(.watchEnded) == [.close, .wait(.seconds(1))])
        _ = story.tell(.waited)
        _ = story.tell(.watchOpened)
        #expect(story.tell(.watchEnded) == [.close, .wait(.seconds(2))])
    }

    @Test func `a server that is busy is asked again when it said, from the same version`() {
        var story = Story.watching
        let busy = KubernetesError(.tooManyRequests, "busy", retryAfter: .seconds(7))
        #expect(story.tell(.watchFailed(busy)) == [.close, .wait(.seconds(7))])
        #expect(
            story.tell(.waited) == [.watch(from: Self.version(10), timeout: Self.timeout)])
    }

    @Test func `a watch that fails again and again without an event ends in a list`() {
        var story = Story.watching
        for _ in 1..<KubernetesLimits.watchFailuresBeforeList {
            _ = story.tell(.watchFailed(KubernetesError(.malformedReply, "not JSON")))
            #expect(
                story.tell(.waited) == [.watch(from: Self.version(10), timeout: Self.timeout)])
        }
        _ = story.tell(.watchFailed(KubernetesError(.malformedReply, "not JSON")))
        #expect(story.tell(.waited) == [.list(limit: 2, continueToken: nil)])
    }

    @Test func `law 24: a list from before what was seen is asked for again, and then given up`() {
        var story = Story.watching
        _ = story.tell(.watchFailed(KubernetesError(.gone, "too old")))
        for _ in 1..<KubernetesLimits.staleLists {
            _ = story.tell(.waited)
            story.listAll(at: 9)
            #expect(story.reflector.version == Self.version(10))
        }
        _ = story.tell(.waited)
        story.listAll(at: 9)
        guard case .fail(let error)? = story.actions.last else {
            Issue.record("the reflector goes on: \(story.actions)")
            return
        }
        #expect(error.code == .versionWentBack)
    }

    @Test func `a failed list is tried again, and a useless configuration is not`() {
        var story = Story()
        _ = story.tell(.started)
        #expect(
            story.tell(.listFailed(KubernetesError(.forbidden, "no"))) == [.wait(.seconds(1))])
        _ = story.tell(.waited)
        let useless = KubernetesError(.configuration, "no such token file")
        #expect(story.tell(.listFailed(useless)) == [.fail(useless)])
        #expect(story.tell(.waited) == [])
    }

    @Test func `law 27: the server is asked to end a watch after five to ten minutes`() {
        for random in [0.0, 0.5, 0.999] {
            var reflector = Reflector()
            var actions: [Reflector.Action] = []
            reflector.handle(.started, at: .zero, random: random, into: &actions)
            let list = ObjectList(items: [], resourceVersion: Self.version(1))
            reflector.handle(.page(list), at: .zero, random: random, into: &actions)
            guard case .watch(_, let timeout)? = actions.last else {
                Issue.record("no watch: \(actions)")
                return
            }
            #expect(timeout >= .seconds(300) && timeout <= .seconds(600))
        }
    }
}
