import Console
import POSIX
import Values
import Workflows

/// `validate`: tells everything that is wrong with manifests, without any server.
enum ValidateCommand: Command {
    static let specification = CommandSpecification(
        "validate", "Checks manifests and tells everything that is wrong with them.",
        positionals: [
            .init(
                "FILE", repeats: true, "manifests, or directories of them; - reads standard input")
        ],
        options: [
            .value(
                "output", "o", "FORMAT", choices: ["text", "json"],
                "how the diagnostics are printed"),
            .flag("strict", nil, "take warnings for errors"),
        ],
        examples: [
            ("validate workflow.yaml", "check one file"),
            ("validate manifests/ -o json", "diagnostics for an editor"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        var files: [ManifestFile] = []
        for path in arguments.positionals {
            for file in try ManifestFiles.paths(at: path) {
                files.append(try ManifestFiles.read(file))
            }
        }
        let isJSON = arguments.value("output") == "json"
        if isJSON {
            let all = files.flatMap { $0.diagnosticsJSON.arrayValue ?? [] }
            Output.line(JSON.array(all).prettyText)
        } else {
            for file in files where !file.diagnostics.all.isEmpty { Output.note(file.rendered()) }
        }
        let errors = files.map { $0.diagnostics.errors.count }.reduce(0, +)
        let warnings = files.map { $0.diagnostics.warnings.count }.reduce(0, +)
        let resources = files.map(\.resources.count).reduce(0, +)
        if !isJSON {
            Output.line(
                "\(files.count) files, \(resources) resources, \(errors) errors, "
                    + "\(warnings) warnings")
        }
        return errors > 0 || (arguments.has("strict") && warnings > 0) ? .invalidManifest : .success
    }
}

/// Reads manifest files from disk.
enum ManifestFiles {
    /// The most bytes of a file that is read.
    static let maximumBytes = 4 << 20

    /// The files at a path: itself, or what a directory holds, deeply, in order.
    static func paths(at path: String) throws(CommandFailure) -> [String] {
        guard FileSystem.isDirectory(path) else { return [path] }
        var found: [String] = []
        var pending = [path]
        do throws(FileError) {
            while let next = pending.popLast() {
                for name in try FileSystem.list(next) where !name.hasPrefix(".") {
                    let file = "\(next)/\(name)"
                    if FileSystem.isDirectory(file) {
                        pending.append(file)
                    } else if [".yaml", ".yml", ".json"].contains(where: { name.hasSuffix($0) }) {
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
        return found.sorted()
    }

    /// Reads and checks one file; `-` is standard input.
    static func read(_ path: String) throws(CommandFailure) -> ManifestFile {
        do throws(FileError) {
            if path == "-" {
                let bytes = try StandardStreams.readInput(maximumBytes: maximumBytes)
                return ManifestFile(bytes, path: "stdin")
            }
            return ManifestFile(
                try FileSystem.read(path, maximumBytes: maximumBytes), path: path)
        } catch {
            throw CommandFailure(error)
        }
    }
}
