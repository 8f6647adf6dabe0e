import Kubernetes
import POSIX
import Values

/// Where runs are kept after they left the API: one file a run, written once and whole.
///
/// The name follows from the run's identity, so a crash between the archive and the delete archives
/// the same run into the same file.
struct RunArchive: Sendable {
    let directory: String
    /// What keeps a text under a path; nil means files.
    var keeping: (@Sendable (_ path: String, _ text: String) throws(FileError) -> Void)?

    /// The file of a run: `NAMESPACE/YYYY-MM/NAME.UID.json`, by the month it ended in.
    func path(of run: KubernetesObject) -> String {
        let end = run.status["completionTime"]?.stringValue ?? "unknown"
        return "\(directory)/\(run.namespace)/\(end.prefix(7))/\(run.name).\(run.uid ?? "").json"
    }

    /// Writes a run to its file; on return it is on the disk.
    func keep(_ run: KubernetesObject) throws(FileError) {
        let path = path(of: run)
        if let keeping {
            try keeping(path, run.json.text)
            return
        }
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        try FileSystem.createDirectory(parent.joined(separator: "/"), permissions: 0o700)
        var json = run.json
        json[["metadata", "managedFields"]] = nil
        try FileSystem.write(json.text + "\n", to: path, permissions: 0o600)
    }
}
