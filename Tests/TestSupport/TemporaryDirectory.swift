public import POSIX

/// A directory of one test, gone when the test lets it go.
public final class TemporaryDirectory: Sendable {
    /// The directory's path.
    public let path: String

    /// Makes a directory.
    public init() throws(FileError) {
        path = try FileSystem.makeTemporaryDirectory(prefix: "orchestrator-test")
    }

    deinit { try? FileSystem.remove(path) }

    /// The path of a name inside.
    public func file(_ name: String) -> String { "\(path)/\(name)" }
}
