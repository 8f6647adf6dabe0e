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

    /// Reads and checks the files at some paths, each of which may refer to definitions of the others.
    ///
    /// - Parameters:
    ///   - paths: Files, directories, and `-` for standard input.
    ///   - name: What standard input is called in messages.
    ///   - isStrict: Whether warnings are errors.
    static func readAll(
        _ paths: [String], standardInput name: String? = nil, isStrict: Bool = false
    ) throws(CommandFailure) -> [ManifestFile] {
        var contents: [(path: String, bytes: [UInt8])] = []
        for path in paths {
            for file in try self.paths(at: path) {
                contents.append(try self.contents(of: file, standardInput: name))
            }
        }
        return linked(contents, isStrict: isStrict)
    }

    /// Checks files, each of which may refer to definitions of the others.
    static func linked(
        _ contents: [(path: String, bytes: [UInt8])], isStrict: Bool = false
    ) -> [ManifestFile] {
        let files = contents.map { ManifestFile($0.bytes, path: $0.path, isStrict: isStrict) }
        let sources = zip(files, contents).map { ManifestLinking.Source($0, bytes: $1.bytes) }
        let linked = ManifestLinking.link(sources, isStrict: isStrict)
        return files.indices.map { linked[$0] ?? files[$0] }
    }

    /// Reads and checks one file; `-` is standard input.
    static func read(_ path: String) throws(CommandFailure) -> ManifestFile {
        let (name, bytes) = try contents(of: path, standardInput: nil)
        return ManifestFile(bytes, path: name)
    }

    /// The bytes of a file, and what it is called in messages.
    private static func contents(
        of path: String, standardInput name: String?
    ) throws(CommandFailure) -> (path: String, bytes: [UInt8]) {
        do throws(FileError) {
            if path == "-" {
                let bytes = try StandardStreams.readInput(maximumBytes: maximumBytes)
                return (name ?? standardInput, bytes)
            }
            return (path, try FileSystem.read(path, maximumBytes: maximumBytes))
        } catch {
            throw CommandFailure(error)
        }
    }
}
