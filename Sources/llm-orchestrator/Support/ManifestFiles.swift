import POSIX
import Workflows

/// Reads manifest files from disk.
enum ManifestFiles {
    /// The most bytes of a file that is read.
    static let maximumBytes = WorkflowLimits.maximumFileBytes
    /// The most files of a directory that are read.
    static let maximumFiles = 50_000
    /// What standard input is called in messages.
    static let standardInput = "stdin"

    private static let suffixes = [".yaml", ".yml", ".json"]

    /// The files at a path: itself, or what a directory holds, deeply, in order.
    ///
    /// Hidden names and links to directories are passed over, as they are in a repository.
    static func paths(at path: String) throws(CommandFailure) -> [String] {
        guard path != "-", FileSystem.isDirectory(path) else { return [path] }
        var found: [String] = []
        var root = path[...]
        while root.hasSuffix("/"), root.count > 1 { root.removeLast() }
        var pending = [String(root)]
        do throws(FileError) {
            while let next = pending.popLast() {
                for name in try FileSystem.list(next) where !name.hasPrefix(".") {
                    let file = next == "." ? name : "\(next)/\(name)"
                    if FileSystem.isDirectory(file) {
                        if !FileSystem.isSymbolicLink(file) { pending.append(file) }
                    } else if suffixes.contains(where: { name.hasSuffix($0) }) {
                        found.append(file)
                    }
                }
            }
        } catch {
            throw CommandFailure(error)
        }
        guard !found.isEmpty else {
            throw CommandFailure(.notFound, "\(path) holds no .yaml, .yml or .json file")
        }
        guard found.count <= maximumFiles else {
            throw CommandFailure(
                .usage,
                "\(path) holds \(found.count) files; at most \(maximumFiles) are read at once")
        }
        return found.sorted()
    }

    /// Reads and checks one file; `-` is standard input.
    ///
    /// - Parameter name: what standard input is called in messages.
    static func read(
        _ path: String, standardInput name: String? = nil
    ) throws(CommandFailure) -> ManifestFile {
        do throws(FileError) {
            if path == "-" {
                let bytes = try StandardStreams.readInput(maximumBytes: maximumBytes)
                return ManifestFile(bytes, path: name ?? standardInput)
            }
            return ManifestFile(
                try FileSystem.read(path, maximumBytes: maximumBytes), path: path)
        } catch {
            throw CommandFailure(error)
        }
    }
}
