import Kubernetes
import TestSupport
import Testing
import Values

@Suite struct ObjectStoreTests {
    private func object(
        _ name: String, _ version: Int, uid: String = "u", labels: JSONObject = [:]
    ) -> KubernetesObject {
        var object = KubernetesObject(.configMaps, ObjectKey(namespace: "n", name: name))
        object.metadata["resourceVersion"] = .string(String(version))
        object.metadata["uid"] = .string(uid)
        object.labels = labels
        return object
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "n", name: name) }

    private func version(_ number: Int) -> ResourceVersion { ResourceVersion(String(number)) }

    @Test func `a list is swapped in whole, and what it lacks is deleted exactly once`() {
        var store = ObjectStore()
        let first = store.replace(with: [object("a", 1), object("b", 2)], at: version(3))
        #expect(first == [.added(object("a", 1)), .added(object("b", 2))])
        let second = store.replace(with: [object("b", 5), object("c", 4)], at: version(6))
        #expect(
            second == [
                .updated(old: object("b", 2), new: object("b", 5)), .added(object("c", 4)),
                .deleted(object("a", 1)),
            ])
        #expect(store.replace(with: [object("b", 5), object("c", 4)], at: version(6)) == [])
        #expect(store.keys == [key("b"), key("c")])
    }

    @Test func `law 24: a list older than what was seen changes nothing`() {
        var store = ObjectStore()
        _ = store.replace(with: [object("a", 9)], at: version(10))
        #expect(store.replace(with: [], at: version(8)) == nil)
        #expect(store[key("a")] == object("a", 9))
        #expect(store.version == version(10))
    }

    @Test func `law 24: no event takes an object back, nor brings a deleted one back`() {
        var store = ObjectStore()
        _ = store.replace(with: [object("a", 9)], at: version(10))
        #expect(store.apply([.modified(object("a", 10))]) == [])
        #expect(store.apply([.modified(object("a", 12))]).count == 1)
        #expect(store.apply([.deleted(object("a", 13)), .modified(object("a", 11))]).count == 1)
        #expect(store[key("a")] == nil)
        #expect(store.staleEvents == 2)
    }

    @Test(arguments: ["a list", "an event"])
    func `what was made here and deleted before it was seen is told as deleted once`(
        by means: String
    ) {
        var store = ObjectStore()
        _ = store.replace(with: [], at: version(1))
        store.recordWrite(object("a", 5))
        #expect(store.replace(with: [], at: version(4)) == [], "it was made after the list")
        #expect(store.apply([.deleted(object("a", 5, uid: "older"))]) == [])
        store.recordWrite(object("a", 6))
        let told =
            means == "a list"
            ? store.replace(with: [], at: version(8)) : store.apply([.deleted(object("a", 8))])
        #expect(told?.map(\.object.name) == ["a"])
        #expect(store.replace(with: [], at: version(9)) == [])
    }

    @Test func `versions that are no numbers lose the check and not the event`() {
        var store = ObjectStore()
        var odd = object("a", 1)
        odd.metadata["resourceVersion"] = "abc"
        _ = store.replace(with: [], at: ResourceVersion("xyz"))
        #expect(store.apply([.added(odd)]) == [.added(odd)])
        store.recordWrite(odd)
        #expect(store.isCurrent(key("a")))
    }

    @Test func `law 23: an object is not current until our own write of it was seen`() {
        var store = ObjectStore()
        _ = store.replace(with: [object("a", 5), object("b", 6)], at: version(6))
        store.recordWrite(object("a", 8))
        #expect(!store.isCurrent(key("a")))
        #expect(store.isCurrent(key("b")))
        _ = store.apply([.modified(object("b", 7))])
        #expect(!store.isCurrent(key("a")))
        _ = store.apply([.modified(object("a", 8))])
        #expect(store.isCurrent(key("a")))
    }

    @Test(arguments: [true, false])
    func `law 23: a bookmark or the object's end clears the watermark`(bookmark: Bool) {
        var store = ObjectStore()
        _ = store.replace(with: [object("a", 5)], at: version(6))
        store.recordWrite(object("a", 8))
        _ = store.apply([bookmark ? .bookmark(version(9)) : .deleted(object("a", 9))])
        #expect(store.isCurrent(key("a")))
    }

    @Test func `law 34: watermarks that were seen are forgotten`() {
        var store = ObjectStore()
        for number in 1...10_000 {
            store.recordWrite(object("o\(number)", number))
            _ = store.apply([.bookmark(version(number))])
        }
        #expect(store.isCurrent(key("o10000")))
    }

    @Test func `an index follows every change of its label`() {
        var store = ObjectStore(indexes: [.label("team"), .owner])
        _ = store.replace(
            with: [object("a", 1, labels: ["team": "x"]), object("b", 2, labels: ["team": "x"])],
            at: version(2))
        #expect(store.objects(index: "team", value: "x").map(\.name) == ["a", "b"])
        #expect(store.count(index: "team", value: "x") == 2)
        _ = store.apply([
            .modified(object("a", 3, labels: ["team": "y"])), .deleted(object("b", 4)),
        ])
        #expect(store.objects(index: "team", value: "x").isEmpty)
        #expect(store.count(index: "team", value: "x") == 0)
        #expect(store.objects(index: "team", value: "y").map(\.name) == ["a"])
    }

    @Test(arguments: 0..<100)
    func `law 25: lost, doubled and reordered events and then a list give the same objects`(
        seed: Int
    ) {
        var random = SeededRandom(seed: UInt64(seed))
        var server: [String: KubernetesObject] = [:]
        var events: [WatchEvent] = []
        var next = 10
        for _ in 0..<300 {
            next += 1
            let name = "o\(random.below(12))"
            if let present = server[name], random.chance(30) {
                var last = present
                last.metadata["resourceVersion"] = .string(String(next))
                server[name] = nil
                events.append(.deleted(last))
            } else {
                let new = object(name, next)
                events.append(server[name] == nil ? .added(new) : .modified(new))
                server[name] = new
            }
        }
        var store = ObjectStore()
        var mirror = Mirror()
        mirror.apply(store.replace(with: [], at: version(10)) ?? [])
        var disturbed: [WatchEvent] = []
        for event in events where !random.chance(10) {
            disturbed.append(event)
            if random.chance(10) { disturbed.append(event) }
            if random.chance(10), disturbed.count > 2 {
                disturbed.swapAt(disturbed.count - 1, random.below(disturbed.count))
            }
        }
        var versions: [ObjectKey: UInt64] = [:]
        for event in disturbed {
            mirror.apply(store.apply([event]))
            for object in store.objects {
                let number = object.resourceVersion?.number ?? 0
                #expect(number >= versions[object.key, default: 0])
                versions[object.key] = number
            }
        }
        let list = server.values.sorted { $0.name < $1.name }
        mirror.apply(store.replace(with: list, at: version(next)) ?? [])
        #expect(store.objects == list)
        #expect(mirror.objects.values.sorted { $0.name < $1.name } == list)
        #expect(mirror.isConsistent)
    }

    /// What somebody believes who hears only of changes.
    private struct Mirror {
        var objects: [ObjectKey: KubernetesObject] = [:]
        var isConsistent = true

        mutating func apply(_ changes: [ObjectChange]) {
            for change in changes {
                switch change {
                case .added(let object):
                    isConsistent = isConsistent && objects[object.key] == nil
                    objects[object.key] = object
                case .updated(let old, let new):
                    isConsistent = isConsistent && objects[new.key] == old
                    objects[new.key] = new
                case .deleted(let object):
                    isConsistent = isConsistent && objects[object.key] != nil
                    objects[object.key] = nil
                }
            }
        }
    }
}
