import Observability
import POSIX
import TestSupport
import Testing

@testable import Operator

/// What commands of an earlier life of a server left in its data directory.
@Suite struct ScratchDirectoryTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `what earlier commands left is gone`() throws {
        try FileSystem.createDirectory(directory.file("scratch/task-1/made"))
        try FileSystem.createDirectory(directory.file("scratch-abc/task-2"))
        let scratch = try ScratchDirectory.empty(in: directory.path, logger: .silent)
        #expect(scratch == directory.file("scratch"))
        #expect(try FileSystem.list(scratch).isEmpty)
        #expect(try FileSystem.list(directory.path) == ["scratch"])
    }

    @Test func `a server starts where what was left cannot be removed`() throws {
        try FileSystem.createDirectory(directory.file("scratch/stuck"))
        let scratch = try ScratchDirectory.empty(in: directory.path, logger: .silent) {
            path throws(FileError) in
            throw FileError(operation: "remove", path: path, code: .permissionDenied)
        }
        #expect(scratch.hasPrefix(directory.file("scratch-")))
        #expect(try FileSystem.list(scratch).isEmpty)
        // The next start makes up for it.
        #expect(
            try ScratchDirectory.empty(in: directory.path, logger: .silent)
                == directory.file("scratch"))
        #expect(try FileSystem.list(directory.path) == ["scratch"])
    }
}
