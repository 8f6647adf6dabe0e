import POSIX
import TestSupport
import Testing

@Suite struct FileSystemTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `what is written is read, and nothing is left beside it`() throws {
        let path = directory.file("value")
        try FileSystem.write("first", to: path)
        try FileSystem.write("second", to: path, permissions: 0o600)
        #expect(try FileSystem.readText(path) == "second")
        #expect(try FileSystem.list(directory.path) == ["value"])
    }

    @Test func `what is made private, nobody else may read`() async throws {
        let (open, absent) = (directory.file("open"), directory.file("absent"))
        try FileSystem.write("kept", to: open, permissions: 0o644)
        try FileSystem.makePrivate(open)
        try FileSystem.makePrivate(absent)
        let result = try await Program("stat").run(["-c", "%a", open, absent])
        #expect(result.output == "600\n600\n")
        #expect(try FileSystem.readText(open) == "kept")
        try FileSystem.link(open, at: directory.file("link"))
        #expect(throws: FileError.self) { try FileSystem.makePrivate(directory.file("link")) }
    }

    @Test func `what is made private only where it is there, is made nowhere else`() async throws {
        let (open, link) = (directory.file("open"), directory.file("link"))
        try FileSystem.write("kept", to: open, permissions: 0o644)
        try FileSystem.link(open, at: link)
        #expect(throws: FileError.self) { try FileSystem.makePrivate(link, creates: false) }
        #expect(try await Program("stat").run(["-c", "%a", open]).output == "644\n")
        try FileSystem.makePrivate(open, creates: false)
        #expect(try await Program("stat").run(["-c", "%a", open]).output == "600\n")
        try FileSystem.makePrivate(directory.file("absent"), creates: false)
        #expect(try FileSystem.list(directory.path) == ["link", "open"])
    }

    @Test func `a write that fails leaves the old file and no other`() throws {
        let path = directory.file("taken")
        try FileSystem.createDirectory("\(path)/inside")
        let error = #expect(throws: FileError.self) { try FileSystem.write("x", to: path) }
        #expect(error?.code == .isDirectory)
        #expect(error?.path == path)
        #expect(try FileSystem.list(directory.path) == ["taken"])
    }

    @Test func `a file larger than the bound is refused whole`() throws {
        let path = directory.file("large")
        try FileSystem.write([UInt8](repeating: 7, count: 200_000), to: path)
        #expect(try FileSystem.read(path, maximumBytes: 200_000).count == 200_000)
        let error = #expect(throws: FileError.self) {
            try FileSystem.read(path, maximumBytes: 199_999)
        }
        #expect(error?.code == .tooLarge)
    }

    @Test func `a part of a file is what is between its offset and the bound`() throws {
        let path = directory.file("parts")
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try FileSystem.write(bytes, to: path)
        #expect(try FileSystem.read(path, from: 0, maximumBytes: 70_000) == Array(bytes[..<70_000]))
        #expect(
            try FileSystem.read(path, from: 130_000, maximumBytes: 1 << 20)
                == Array(bytes[130_000...]))
        #expect(try FileSystem.read(path, from: 200_000, maximumBytes: 10).isEmpty)
        #expect(try FileSystem.read(path, from: 1 << 40, maximumBytes: 10).isEmpty)
        for offset in [0, -1] {
            let file = offset == 0 ? directory.file("none") : path
            let error = #expect(throws: FileError.self) {
                try FileSystem.read(file, from: offset, maximumBytes: 10)
            }
            #expect(error?.code == (offset == 0 ? .notFound : .invalidArgument))
        }
    }

    @Test func `a missing file is said by its path and reason`() throws {
        let path = directory.file("none")
        let error = #expect(throws: FileError.self) { try FileSystem.read(path) }
        #expect(error?.description == "cannot read \(path): No such file or directory")
        #expect(error?.code == .notFound)
    }

    @Test func `a path with a zero byte is refused instead of cut`() throws {
        try FileSystem.write("x", to: directory.file("a"))
        let error = #expect(throws: FileError.self) {
            try FileSystem.read(directory.file("a\0b"))
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test func `appending adds to the end`() throws {
        let path = directory.file("log")
        try FileSystem.append(Array("one\n".utf8), to: path)
        try FileSystem.append(Array("two\n".utf8), to: path)
        #expect(try FileSystem.readText(path) == "one\ntwo\n")
    }

    @Test func `a listing is sorted by bytes`() throws {
        for name in ["b", "a", "B", "é", "10", "9"] {
            try FileSystem.write("", to: directory.file(name))
        }
        #expect(try FileSystem.list(directory.path) == ["10", "9", "B", "a", "b", "é"])
    }

    @Test func `removal takes a deep tree and leaves what links point to`() throws {
        let outside = try TemporaryDirectory()
        try FileSystem.write("kept", to: outside.file("kept"))
        let tree = directory.file("tree")
        try FileSystem.createDirectory("\(tree)/" + String(repeating: "d/", count: 200))
        try FileSystem.write("x", to: "\(tree)/d/d/file")
        try FileSystem.link(outside.path, at: "\(tree)/d/link")
        try FileSystem.remove(tree)
        #expect(!FileSystem.exists(tree))
        #expect(try FileSystem.list(outside.path) == ["kept"])
        try FileSystem.remove(tree)
    }

    @Test func `removal takes names of any bytes, directories without rights, and any depth`()
        async throws
    {
        let script = """
            mkdir -p tree/readonly tree/dark/below && cd tree
            echo x > "$(printf 'not \\377 text')" && mkdir "$(printf '\\376')"
            echo x > "$(printf '\\376/x')"
            echo x > readonly/file && echo x > dark/below/file
            chmod 0555 readonly && chmod 0 dark/below && chmod 0 dark
            half=$(printf 'ten-letter/%.0s' $(seq 300)) && mkdir -p "$half" "other/$half"
            mv other "$half"
            """
        let made = try await ChildProcess.collect(
            ChildConfiguration(
                executable: "sh", arguments: ["-c", script],
                environment: ["PATH": "/usr/bin:/bin"], workingDirectory: directory.path))
        #expect(made.status.isSuccess, "\(String(decoding: made.error, as: UTF8.self))")
        try FileSystem.remove(directory.file("tree"))
        #expect(!FileSystem.exists(directory.file("tree")))
    }

    @Test func `a lock has one holder, and is free when the holder lets it go`() throws {
        let path = directory.file("lock")
        var lock: FileLock? = try FileLock(path: path)
        let error = #expect(throws: FileError.self) { try FileLock(path: path) }
        #expect(error?.code == .wouldBlock)
        #expect(lock?.path == path)
        lock = nil
        _ = try FileLock(path: path)
        #expect(try FileSystem.readText(path) == "\(Host.processID)\n")
    }
}
