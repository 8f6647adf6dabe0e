import Git
public import HTTP
import Synchronization
import Values
import Workflows

/// Reads repositories: one bare clone each, and one parsed file for each blob that was read.
///
/// A file whose blob has not changed since it was last read is not read or parsed again, so a commit
/// costs what it changed.
public final class GitSource: Sendable {
    private struct Clone: Sendable {
        let repository: any GitClone
        var files: [String: ParsedFile] = [:]
        var linked: LinkedFiles?
    }

    /// The files that refer to definitions, read with those of all, and what that was made of.
    private struct LinkedFiles: Sendable {
        let blobs: [String: GitObjectID]
        let isStrict: Bool
        let unread: String?
        let given: [InventoryID: String]
        let yields: [String: FileYield]
    }

    private let store: any GitClones
    private let readsLocalDirectories: Bool
    private let clones = Mutex<[String: Clone]>([:])

    /// Makes a source whose clones live below a directory, and which fetches with a client of HTTP.
    ///
    /// - Parameter readsLocalDirectories: whether `file` URLs are read. Not where those who write
    ///   repositories may not read this machine: it holds the clones of all of them.
    public convenience init(
        directory: String, http: HTTPClient, readsLocalDirectories: Bool = true
    ) {
        self.init(
            clones: DirectoryClones(directory: directory, http: http),
            readsLocalDirectories: readsLocalDirectories)
    }

    /// Makes a source of clones that are kept elsewhere.
    public init(clones: any GitClones, readsLocalDirectories: Bool = true) {
        store = clones
        self.readsLocalDirectories = readsLocalDirectories
    }

    /// Fetches what a repository's spec asks for, and reads the files of that one commit.
    ///
    /// One call a UID at a time: the work queue sees to it.
    ///
    /// - Parameter given: the file that gave each object before, which stands before other files.
    func snapshot(
        of spec: RepositorySpec, uid: String, namespace: String, credentials: GitCredentials,
        given: [InventoryID: String] = [:]
    ) async throws(RepositoryProblem) -> SourceSnapshot {
        if !readsLocalDirectories, let url = try? GitURL(spec.url), url.scheme == .file {
            throw RepositoryProblem(
                reason: "LocalRepositoryRefused",
                message: "spec.url is a directory of the operator's own machine, which is not read "
                    + "on a cluster. Give an https URL")
        }
        var clone: Clone
        let commit: GitCommit
        let listing: GitListing
        do throws(GitError) {
            clone = try await self.clone(uid)
            commit = try await clone.repository.fetch(
                url: spec.url, reference: spec.reference, credentials: credentials,
                deadline: spec.timeout, maximumBytes: spec.maximumBytes)
            listing = try await clone.repository.files(
                ofCommit: commit.id, under: spec.path,
                matching: { GitSource.isManifest($0, below: spec.path) },
                limits: GitTreeLimits(maximumEntries: SyncLimits.entries))
        } catch {
            throw RepositoryProblem(error)
        }
        try GitSource.checkBounds(listing.files)
        var unread = GitSource.refusals(in: listing, below: spec.path)
        let names = Set(unread.map(\.path))
        let files = listing.files.filter { !names.contains($0.path) }
        clone.files = try await read(
            files, in: clone, namespace: namespace, isStrict: spec.isStrict, unread: &unread)
        link(&clone, unread: unread.first?.path, given, namespace, isStrict: spec.isStrict)
        let kept = clone
        clones.withLock { $0[uid] = kept }
        return GitSource.snapshot(of: commit, kept, unread: unread)
    }

    private static func snapshot(
        of commit: GitCommit, _ clone: Clone, unread: [SyncFailure]
    ) -> SourceSnapshot {
        var refused = RefusedSources()
        var resources: [DesiredResource] = []
        var failures: [SyncFailure] = []
        for (path, file) in clone.files.sorted(by: { $0.key < $1.key }) {
            let yield = clone.linked?.yields[path] ?? file.yield
            resources += yield.resources
            failures += yield.failures
            guard !yield.failures.isEmpty || !yield.isLegible else { continue }
            refused.add(path, ids: yield.refused, isLegible: yield.isLegible)
        }
        for failure in unread { refused.add(failure.path, isLegible: false) }
        return SourceSnapshot(
            commit: commit, resources: resources, failures: failures + unread, refused: refused)
    }

    /// Reads and parses the files whose blobs are new.
    private func read(
        _ listed: [GitFile], in clone: Clone, namespace: String, isStrict: Bool,
        unread: inout [SyncFailure]
    ) async throws(RepositoryProblem) -> [String: ParsedFile] {
        var files: [String: ParsedFile] = [:]
        for file in listed {
            if let known = clone.files[file.path], known.blob == file.blobID,
                known.isStrict == isStrict
            {
                files[file.path] = known
                continue
            }
            guard file.size <= SyncLimits.fileBytes else {
                unread.append(GitSource.tooLarge(file))
                continue
            }
            do throws(GitError) {
                let bytes = try await clone.repository.read(
                    file.blobID, path: file.path, maximumBytes: SyncLimits.fileBytes)
                let parsed = ManifestFile(bytes, path: file.path, isStrict: isStrict)
                files[file.path] = ParsedFile(
                    blob: file.blobID, isStrict: isStrict,
                    source: ManifestLinking.Source(parsed, bytes: bytes),
                    yield: FileYield(parsed, namespace: namespace))
            } catch {
                throw RepositoryProblem(error)
            }
        }
        return files
    }

    /// Reads the files that refer to definitions again, with those of the whole commit.
    ///
    /// Nothing is read where nothing has changed. Of two files that give one object, that stands
    /// which stands for ``SyncPlan``.
    private func link(
        _ clone: inout Clone, unread: String?, _ given: [InventoryID: String],
        _ namespace: String, isStrict: Bool
    ) {
        let blobs = clone.files.mapValues(\.blob)
        if let known = clone.linked, known.blobs == blobs, known.isStrict == isStrict,
            known.unread == unread, known.given == given
        {
            return
        }
        let sources = clone.files.sorted { $0.key < $1.key }.map(\.value.source)
        let linked = ManifestLinking.link(sources, unread: unread, isStrict: isStrict) {
            given[InventoryID(kind: $0.kind, name: $0.name)] == $1
        }
        var yields: [String: FileYield] = [:]
        for (index, file) in linked {
            yields[sources[index].path] = FileYield(file, namespace: namespace)
        }
        clone.linked = LinkedFiles(
            blobs: blobs, isStrict: isStrict, unread: unread, given: given, yields: yields)
    }

    /// What is not read of a listing, with why.
    private static func refusals(in listing: GitListing, below path: String) -> [SyncFailure] {
        var found = listing.refused.filter { mayHoldManifests($0, below: path) }.map { entry in
            SyncFailure(
                path: entry.path, code: entry.error.code.rawValue, message: entry.error.message)
        }
        // The files are in the order of their bytes, so those of one text need not be neighbours.
        var seen: [String: GitFile] = [:]
        var repeated: Set<String> = []
        for file in listing.files {
            if seen.updateValue(file, forKey: file.path) != nil { repeated.insert(file.path) }
        }
        found += repeated.sorted().map { path in
            SyncFailure(
                path: path, code: "AmbiguousPath",
                message: "two files have this name in different bytes (an accent that is one "
                    + "character, or two): rename one of them")
        }
        return found
    }

    private static func tooLarge(_ file: GitFile) -> SyncFailure {
        SyncFailure(
            path: file.path, code: GitError.Code.tooLarge.rawValue,
            message: "the file has \(file.size) bytes; a manifest has at most "
                + "\(SyncLimits.fileBytes). Split it")
    }

    private static func checkBounds(_ files: [GitFile]) throws(RepositoryProblem) {
        guard files.count <= SyncLimits.files else {
            throw RepositoryProblem(
                reason: "TooManyFiles",
                message: "the path holds \(files.count) manifests; one repository reads at most "
                    + "\(SyncLimits.files). Split it by spec.path")
        }
        let bytes = files.map { min($0.size, SyncLimits.fileBytes) }.reduce(0, +)
        guard bytes <= SyncLimits.totalBytes else {
            throw RepositoryProblem(
                reason: "TooManyBytes",
                message: "the manifests have \(bytes) bytes together; one repository reads at most "
                    + "\(SyncLimits.totalBytes). Split it by spec.path")
        }
    }

    /// Removes the clone of a repository that is gone.
    func remove(uid: String) {
        clones.withLock { _ = $0.removeValue(forKey: uid) }
        store.remove(uid: uid)
    }

    private func clone(_ uid: String) async throws(GitError) -> Clone {
        if let known = clones.withLock({ $0[uid] }) { return known }
        return Clone(repository: try await store.open(uid: uid))
    }

    /// Whether a path is a manifest: YAML or JSON, with no hidden name on the way.
    ///
    /// - Parameter root: what is asked for by name, and so is read whatever it is called.
    public static func isManifest(_ path: String, below root: String = "") -> Bool {
        guard let rest = GitSource.part(of: path, below: root) else { return false }
        if rest.isEmpty { return true }
        let isHidden = rest.split(separator: "/").contains { $0.hasPrefix(".") }
        return !isHidden && [".yaml", ".yml", ".json"].contains { rest.hasSuffix($0) }
    }

    /// Whether an entry that is not read could have given something: a link to a directory could.
    private static func mayHoldManifests(_ entry: GitRefusedEntry, below root: String) -> Bool {
        let rest = GitSource.part(of: entry.path, below: root) ?? ""
        let isHidden = rest.split(separator: "/").contains { $0.hasPrefix(".") }
        return isManifest(entry.path, below: root) || !isHidden && !entry.isFile
    }

    /// The part of a path below a directory, or nothing for that itself; nil elsewhere.
    private static func part(of path: String, below root: String) -> Substring? {
        if root.isEmpty { return path[...] }
        if path == root { return "" }
        return path.hasPrefix(root + "/") ? path.dropFirst(root.count + 1) : nil
    }
}
