import POSIX
import Synchronization

/// The disk of a machine, in memory: it outlives the processes that write to it.
final class SimulatedDisk: Sendable {
    private let content = Mutex<[String: [UInt8]]>([:])

    /// The paths of all files below a directory, sorted.
    func files(below directory: String) -> [String] {
        content.withLock { content in
            content.keys.filter { $0.hasPrefix(directory + "/") }.sorted()
        }
    }

    /// The bytes of a file; nil where there is none.
    func bytes(_ path: String) -> [UInt8]? { content.withLock { $0[path] } }

    /// Replaces a file as a whole.
    func replace(_ path: String, _ bytes: [UInt8]) { content.withLock { $0[path] = bytes } }

    /// Adds to a file, which is made where there is none.
    func append(_ path: String, _ bytes: [UInt8]) {
        content.withLock { $0[path, default: []] += bytes }
    }

    /// Removes a file, or all below a directory.
    func remove(_ path: String) {
        content.withLock { content in
            if content.removeValue(forKey: path) != nil { return }
            content = content.filter { !$0.key.hasPrefix(path + "/") }
        }
    }

    /// Loses everything.
    func clear() { content.withLock { $0 = [:] } }
}
