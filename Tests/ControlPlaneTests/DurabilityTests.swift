import Glibc
import POSIX
import SQLite
import Synchronization
import TestSupport
import Testing
import Values

@testable import ControlPlane

/// What a restart, a crash or a second server finds.
@Suite struct DurabilityTests {
    private let maps = Samples.configMaps

    @Test func `a restart keeps objects, versions and watches`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("data")
        let (first, last) = try await Plane.with(directory: path) { plane in
            try await plane.create(Samples.definitions, Samples.definition)
            try await plane.create(Samples.widgets, Samples.widget("w"))
            let first = try await plane.create(maps, Samples.configMap("a"))
            let last = try await plane.merge("\(maps)/a", ["data": ["a": "2"]])
            try await plane.create(maps, Samples.configMap("b"))
            try await plane.send("DELETE", "\(maps)/b")
            return (first, last)
        }
        try await Plane.with(directory: path) { plane in
            #expect(try await plane.get("\(maps)/a").json == last.json)
            #expect(try await plane.get("\(Samples.widgets)/w").status == 200)
            let watch = try await plane.watch("\(maps)?watch=true&resourceVersion=\(first.version)")
            var types: [JSON?] = []
            for _ in 0..<3 { types.append(try await watch.next()?["type"]) }
            #expect(types == ["MODIFIED", "ADDED", "DELETED"])
            watch.cancel()
            let next = try await plane.create(maps, Samples.configMap("c"))
            #expect(Int(next.version) == (Int(last.version) ?? 0) + 3)
        }
    }

    @Test func `a restart keeps every object and the last changes alone`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("data")
        let early = try await Plane.with(directory: path) { plane in
            let early = try await plane.create(maps, Samples.configMap("early"))
            try await plane.create(maps, Samples.configMap("busy"))
            let (writers, writes) = (10, ControlPlaneLimits.restoredChanges / 10 + 10)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        for number in 0..<writes {
                            try await plane.merge(
                                "\(Samples.configMaps)/busy",
                                ["data": ["\(writer)": .string("\(number)")]])
                        }
                    }
                }
                try await group.waitForAll()
            }
            return early
        }
        try await Plane.with(directory: path) { plane in
            #expect(try await plane.get("\(maps)/early").json == early.json)
            let busy = try await plane.get("\(maps)/busy")
            let gone = try await plane.get(
                "\(maps)?watch=true&resourceVersion=\(early.version)")
            #expect(gone.status == 410 || gone.json["object"]?["code"] == 410, "\(gone.text)")
            let recent = (Int(busy.version) ?? 0) - 10
            let watch = try await plane.watch("\(maps)?watch=true&resourceVersion=\(recent)")
            #expect(try await watch.next()?["type"] == "MODIFIED")
            watch.cancel()
        }
    }

    @Test func `nobody else may read what is stored, in a directory open to all either`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let path = directory.file("data")
        try FileSystem.createDirectory(path, permissions: 0o755)
        try FileSystem.write("", to: "\(path)/control-plane.sqlite", permissions: 0o644)
        try await Plane.with(directory: path) { plane in
            try await plane.create(maps, Samples.configMap("a"))
            let files = try FileSystem.list(path).filter { $0.hasPrefix("control-plane.sqlite") }
            #expect(files.count > 1)
            let result = try await Program("stat").run(
                ["-c", "%a"] + files.map { "\(path)/\($0)" })
            #expect(Set(result.lines) == ["600"])
        }
    }

    @Test func `nobody else may read what a server that was killed left beside the database`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let (live, left) = (directory.file("live"), directory.file("left"))
        try FileSystem.createDirectory(left, permissions: 0o755)
        // As an earlier release left them: its log holds all there is, and everybody may read it.
        try await Plane.with(directory: live) { plane in
            try await plane.create(maps, Samples.configMap("a"))
            for name in try FileSystem.list(live) where name.hasPrefix("control-plane.sqlite") {
                try FileSystem.write(
                    try FileSystem.read("\(live)/\(name)"), to: "\(left)/\(name)")
            }
        }
        let names = try FileSystem.list(left)
        #expect(names.contains("control-plane.sqlite-wal"))
        try await Plane.with(directory: left) { plane in
            #expect(try await plane.get("\(maps)/a").status == 200)
            let result = try await Program("stat").run(
                ["-c", "%a"] + names.map { "\(left)/\($0)" })
            #expect(Set(result.lines) == ["600"], "\(result)")
        }
    }

    @Test func `a revision that goes is found among the objects by an index`() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("control-plane.sqlite")
        // What SQLite asks for each deleted revision, to keep `objects` from naming it.
        let question = "EXPLAIN QUERY PLAN SELECT 1 FROM objects WHERE revision = 1"
        func plan() throws -> String {
            try SQLiteDatabase(.file(file)).query(question).map { "\($0)" }.joined()
        }
        try await Plane.with(directory: directory.path) { _ in }
        #expect(try plan().contains("INDEX objects_revision"))
        // As an earlier release left it.
        try SQLiteDatabase(.file(file)).execute("DROP INDEX objects_revision")
        try await Plane.with(directory: directory.path) { plane in
            _ = try await plane.create(maps, Samples.configMap("a"))
        }
        #expect(try plan().contains("INDEX objects_revision"))
    }

    @Test func `two servers cannot share a directory`() async throws {
        let directory = try TemporaryDirectory()
        try await Plane.with(directory: directory.path) { _ in
            let error = await #expect(throws: ControlPlaneError.self) {
                _ = try await ControlPlane(
                    configuration: ControlPlaneConfiguration(
                        dataDirectory: directory.path, token: "t"))
            }
            #expect(error?.code == .locked)
        }
    }

    @Test func `data of a newer release is refused`() async throws {
        let directory = try TemporaryDirectory()
        try await Plane.with(directory: directory.path) { _ in }
        let file = directory.file("control-plane.sqlite")
        var bytes = try FileSystem.read(file, maximumBytes: 1 << 30)
        // The user version of a SQLite file is the big-endian word at offset 60.
        bytes[63] = 99
        try FileSystem.write(bytes, to: file)
        let error = await #expect(throws: ControlPlaneError.self) {
            _ = try await ControlPlane(
                configuration: ControlPlaneConfiguration(
                    dataDirectory: directory.path, token: "t"))
        }
        #expect(error?.code == .newerLayout)
    }

    @Test(arguments: [15, 90, 240])
    func `a kill at any point loses no answered write`(writes: Int) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, writes = writes as Int] in
            try await CrashingWriter.run(in: path, until: writes)
        }
        let answered = try FileSystem.readText("\(path)/answered", maximumBytes: 1 << 20)
            .split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(answered.count >= writes)
        try await Plane.with(directory: "\(path)/data") { plane in
            for line in answered {
                let object = try await plane.get("\(maps)/\(line[0])")
                #expect(object.status == 200)
                #expect((Int(object.version) ?? 0) >= (Int(line[1]) ?? .max))
            }
        }
    }
}

/// Writes from many tasks, notes each answer, and is killed in the middle of it.
enum CrashingWriter {
    static func run(in path: String, until writes: Int) async throws {
        let plane = try await Plane(directory: "\(path)/data")
        let notes = try NotedAnswers(path: "\(path)/answered", last: writes)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var index = 0
                    while true {
                        let name = "w\(worker)-\(index)"
                        let answer = try await plane.create(
                            Samples.configMaps, Samples.configMap(name))
                        try notes.add("\(name) \(answer.version)\n")
                        index += 1
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// A file of answers; the process is killed once enough are in it.
final class NotedAnswers: Sendable {
    private let path: String
    private let last: Int
    private let count = Atomic(0)

    init(path: String, last: Int) throws {
        self.path = path
        self.last = last
        try FileSystem.write([], to: path)
    }

    func add(_ line: String) throws {
        try FileSystem.append(Array(line.utf8), to: path)
        if count.add(1, ordering: .relaxed).newValue == last { kill(getpid(), SIGKILL) }
    }
}
