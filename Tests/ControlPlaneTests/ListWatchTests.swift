import Synchronization
import Testing
import Values

@testable import ControlPlane

/// What a client sees of many objects, and of their changes.
@Suite struct ListWatchTests {
    private let maps = Samples.configMaps

    private func names(_ answer: Plane.Answer) -> [String] {
        (answer.json["items"]?.arrayValue ?? []).compactMap {
            $0["metadata"]?["name"]?.stringValue
        }
    }

    private func name(_ event: JSON?) -> String? {
        event?["object"]?["metadata"]?["name"]?.stringValue
    }

    @Test func `pages of one list are of one moment`() async throws {
        try await Plane.with { plane in
            for index in 0..<7 { try await plane.create(maps, Samples.configMap("m\(index)")) }
            let first = try await plane.get("\(maps)?limit=3")
            #expect(names(first) == ["m0", "m1", "m2"])
            #expect(first.json["metadata"]?["remainingItemCount"] == 4)
            try await plane.send("DELETE", "\(maps)/m4")
            try await plane.create(maps, Samples.configMap("m3a"))
            var token = first.json["metadata"]?["continue"]?.stringValue
            var rest: [String] = []
            while let next = token {
                let page = try await plane.get("\(maps)?limit=3&continue=\(next)")
                #expect(page.version == first.version)
                rest += names(page)
                token = page.json["metadata"]?["continue"]?.stringValue
            }
            #expect(rest == ["m3", "m4", "m5", "m6"])
            let exact = try await plane.get(
                "\(maps)?resourceVersion=\(first.version)&resourceVersionMatch=Exact")
            #expect(names(exact).count == 7)
            let bad = try await plane.get("\(maps)?continue=abc")
            #expect(bad.status == 400)
            let future = try await plane.get("\(maps)?resourceVersion=99999")
            #expect(future.status == 504)
            #expect(future.message.hasPrefix("Timeout: Too large resource version: 99999"))
        }
    }

    @Test func `selectors choose from lists and whole collections are deleted`() async throws {
        try await Plane.with { plane in
            for index in 0..<4 {
                try await plane.create(
                    maps, Samples.configMap("m\(index)", labels: ["odd": "\(index % 2)"]))
            }
            #expect(names(try await plane.get("\(maps)?labelSelector=odd%3D1")) == ["m1", "m3"])
            #expect(
                names(try await plane.get("/api/v1/configmaps?fieldSelector=metadata.name%3Dm2"))
                    == ["m2"])
            try await plane.send("DELETE", "\(maps)?labelSelector=odd%3D0")
            #expect(names(try await plane.get(maps)) == ["m1", "m3"])
        }
    }

    @Test func `lists come as tables and as metadata alone`() async throws {
        try await Plane.with { plane in
            try await plane.create(maps, Samples.configMap("a"))
            let table = try await plane.send(
                "GET", maps,
                accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
            #expect(table.json["kind"] == "Table")
            #expect(table.json["rows"]?[0]?["cells"]?[0] == "a")
            #expect(table.json["rows"]?[0]?["cells"]?[1] == 1)
            #expect(table.json["rows"]?[0]?["object"]?["kind"] == "PartialObjectMetadata")
            let partial = try await plane.send(
                "GET", maps,
                accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")
            #expect(partial.json["items"]?[0]?["data"] == nil)
            #expect(partial.json["items"]?[0]?["metadata"]?["name"] == "a")
            #expect(try await plane.send("GET", maps, accept: "text/html").status == 406)
        }
    }

    @Test func `a watch tells what is there, then every change, in order`() async throws {
        try await Plane.with { plane in
            try await plane.create(maps, Samples.configMap("a"))
            let watch = try await plane.watch("\(maps)?watch=true")
            #expect(name(try await watch.next()) == "a")
            _ = try await plane.merge("\(maps)/a", ["data": ["a": "2"]])
            try await plane.create(maps, Samples.configMap("b"))
            try await plane.send("DELETE", "\(maps)/a")
            var events: [String] = []
            var versions: [Int] = []
            for _ in 0..<3 {
                let event = try await watch.next()
                events.append("\(event?["type"]?.stringValue ?? "") \(name(event) ?? "")")
                let version = event?["object"]?["metadata"]?["resourceVersion"]?.stringValue
                versions.append(Int(version ?? "") ?? 0)
            }
            #expect(events == ["MODIFIED a", "ADDED b", "DELETED a"])
            #expect(versions == versions.sorted())
            watch.cancel()
        }
    }

    @Test func `a watch from a version misses nothing after it`() async throws {
        try await Plane.with { plane in
            let first = try await plane.create(maps, Samples.configMap("a"))
            for index in 0..<5 {
                _ = try await plane.merge("\(maps)/a", ["data": ["a": .string("v\(index)")]])
            }
            let watch = try await plane.watch("\(maps)?watch=true&resourceVersion=\(first.version)")
            for index in 0..<5 {
                let event = try await watch.next()
                #expect(event?["object"]?["data"]?["a"] == .string("v\(index)"))
            }
            watch.cancel()
        }
    }

    @Test func `what leaves a selector is deleted to its watch`() async throws {
        try await Plane.with { plane in
            let list = try await plane.get(maps)
            let watch = try await plane.watch(
                "\(maps)?watch=true&resourceVersion=\(list.version)&labelSelector=in%3Dyes")
            try await plane.create(maps, Samples.configMap("a", labels: ["in": "no"]))
            for value in ["yes", "no", "yes"] {
                _ = try await plane.merge(
                    "\(maps)/a", ["metadata": ["labels": ["in": .string(value)]]])
            }
            try await plane.send("DELETE", "\(maps)/a")
            var types: [JSON?] = []
            for _ in 0..<4 { types.append(try await watch.next()?["type"]) }
            #expect(types == ["ADDED", "DELETED", "ADDED", "DELETED"])
            watch.cancel()
        }
    }

    @Test func `initial events end with a bookmark`() async throws {
        try await Plane.with { plane in
            try await plane.create(maps, Samples.configMap("a"))
            let watch = try await plane.watch(
                "\(maps)?watch=true&sendInitialEvents=true&allowWatchBookmarks=true"
                    + "&resourceVersionMatch=NotOlderThan")
            #expect(name(try await watch.next()) == "a")
            let bookmark = try await watch.next()
            #expect(bookmark?["type"] == "BOOKMARK")
            #expect(
                bookmark?["object"]?["metadata"]?["annotations"]
                    == ["k8s.io/initial-events-end": "true"])
            watch.cancel()
        }
    }

    @Test func `a quiet watch gets bookmarks, the last shortly before its end`() async throws {
        let now = Timestamp(seconds: 1000)
        let long = WatchTimers.nextBookmark(after: now, deadline: Timestamp(seconds: 5000))
        #expect(long == Timestamp(seconds: 1060))
        let short = WatchTimers.nextBookmark(after: now, deadline: Timestamp(seconds: 1010))
        #expect(short == Timestamp(seconds: 1008))
        #expect(WatchTimers.nextBookmark(after: now, deadline: Timestamp(seconds: 1002)) == nil)
        try await Plane.with { plane in
            let watch = try await plane.watch(
                "\(maps)?watch=true&allowWatchBookmarks=true&timeoutSeconds=3")
            #expect(try await watch.next()?["type"] == "BOOKMARK")
            #expect(try await watch.next() == nil)
        }
    }

    @Test func `a watch ends when its time is over`() async throws {
        try await Plane.with { plane in
            let watch = try await plane.watch("\(maps)?watch=true&timeoutSeconds=1")
            #expect(try await watch.next() == nil)
        }
    }

    @Test func `a version that is not there yet is refused to a watch`() async throws {
        try await Plane.with { plane in
            let answer = try await plane.get("\(maps)?watch=true&resourceVersion=99999")
            #expect(answer.status == 504)
        }
    }

    @Test func `a watch sends what it begins with in pieces`() async throws {
        try await Plane.with { plane in
            let text = JSON.string(String(repeating: "x", count: 10_000))
            for index in 0..<40 {
                try await plane.create(maps, Samples.configMap("m\(index)", ["text": text]))
            }
            let server = plane.controlPlane.server
            let kind = try #require(
                server.catalog.resource(group: "", version: "v1", plural: "configmaps"))
            let watcher = try server.store.watch(
                kind.collection, namespace: nil, name: nil, from: .state, marksStart: true)
            watcher.end()
            let stream = WatchStream(
                server: server, resource: kind, watcher: watcher,
                query: try ListQuery(APIRequest(method: "GET", segments: []), kind), form: .object,
                table: nil, marksStart: true, wantsBookmarks: true,
                deadline: server.now() + .seconds(60))
            let pieces = Mutex<[[UInt8]]>([])
            try await stream.run { bytes in pieces.withLock { $0.append(bytes) } }
            let sizes = pieces.withLock { $0.map(\.count) }
            #expect(sizes.allSatisfy { $0 < ControlPlaneLimits.watchChunkBytes + 20_000 })
            let lines = pieces.withLock { $0.joined().split(separator: UInt8(ascii: "\n")) }
            #expect(lines.count == 41)
        }
    }
}
