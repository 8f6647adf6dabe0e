import Git
public import HTTP
import Synchronization
import Values
import Workflows

/// What one commit asks for: every resource that its files give, and what is wrong with the others.
struct SourceSnapshot: Sendable {
    let commit: GitCommit
    let resources: [DesiredResource]
    let failures: [SyncFailure]
    /// The files that gave less than they should: what they gave before stays in force.
    var failedPaths: Set<String> { Set(failures.map(\.path)) }
}

/// Reads repositories: one bare clone each, and one parsed file for each blob that was read.
///
/// A file whose blob has not changed since it was last read is not read or parsed again, so a commit
/// costs what it changed.
public final class GitSource: Sendable {
    private struct ParsedFile: Sendable {
        let blob: GitObjectID
        let isStrict: Bool
        let resources: [DesiredResource]
        let failures: [SyncFailure]
        /// The file, where it refers to definitions that others may hold and so is read again with them.
        var bytes: [UInt8]?
    }

    private struct Clone: Sendable {
        let repository: any GitClone
        var files: [String: ParsedFile] = [:]
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
    func snapshot(
        of spec: RepositorySpec, uid: String, namespace: String, credentials: GitCredentials
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
                ofCommit: commit.id, under: spec.path, matching: GitSource.isManifest,
                limits: GitTreeLimits(maximumEntries: SyncLimits.entries))
        } catch {
            throw RepositoryProblem(error)
        }
        try GitSource.checkBounds(listing.files)
        let (files, tooLarge) = try await read(
            listing.files, in: clone, namespace: namespace, isStrict: spec.isStrict)
        clone.files = files
        let kept = clone
        clones.withLock { $0[uid] = kept }
        let refused = listing.refused.filter { GitSource.mayHoldManifests($0.path) }.map { entry in
            SyncFailure(
                path: entry.path, code: entry.error.code.rawValue, message: entry.error.message)
        }
        let ordered = files.sorted { $0.key < $1.key }.map(\.value)
        return SourceSnapshot(
            commit: commit, resources: ordered.flatMap(\.resources),
            failures: ordered.flatMap(\.failures) + tooLarge + refused)
    }

    /// Reads and parses the files whose blobs are new.
    private func read(
        _ listed: [GitFile], in clone: Clone, namespace: String, isStrict: Bool
    ) async throws(RepositoryProblem) -> ([String: ParsedFile], tooLarge: [SyncFailure]) {
        var files: [String: ParsedFile] = [:]
        var tooLarge: [SyncFailure] = []
        for file in listed {
            if let known = clone.files[file.path], known.blob == file.blobID,
                known.isStrict == isStrict
            {
                files[file.path] = known
                continue
            }
            guard file.size <= SyncLimits.fileBytes else {
                tooLarge.append(GitSource.tooLarge(file))
                continue
            }
            do throws(GitError) {
                let bytes = try await clone.repository.read(
                    file.blobID, path: file.path, maximumBytes: SyncLimits.fileBytes)
                files[file.path] = GitSource.parse(
                    bytes, path: file.path, blob: file.blobID, namespace: namespace,
                    isStrict: isStrict)
            } catch {
                throw RepositoryProblem(error)
            }
        }
        link(&files, namespace: namespace)
        return (files, tooLarge)
    }

    /// Reads the files that refer to definitions again, with those of the whole commit.
    private func link(_ files: inout [String: ParsedFile], namespace: String) {
        let users = files.filter { $0.value.bytes != nil }
        guard !users.isEmpty else { return }
        var definitions = DefinitionCatalogue()
        for (_, file) in files.sorted(by: { $0.key < $1.key }) {
            for resource in file.resources {
                definitions.add(
                    kind: resource.kind, resource.name, resource.json["spec"] ?? .null)
            }
        }
        for (path, file) in users {
            files[path] = GitSource.parse(
                file.bytes ?? [], path: path, blob: file.blob, namespace: namespace,
                isStrict: file.isStrict, definitions: definitions)
        }
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
    @Sendable public static func isManifest(_ path: String) -> Bool {
        let isHidden = path.split(separator: "/").contains { $0.hasPrefix(".") }
        return !isHidden && [".yaml", ".yml", ".json"].contains { path.hasSuffix($0) }
    }

    /// Whether an entry that is not read could have given something: a link to a directory could.
    private static func mayHoldManifests(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return isManifest(path) || !name.contains(".")
    }

    private static func parse(
        _ bytes: [UInt8], path: String, blob: GitObjectID, namespace: String, isStrict: Bool,
        definitions: DefinitionCatalogue = DefinitionCatalogue()
    ) -> ParsedFile {
        let file = ManifestFile(bytes, path: path, isStrict: isStrict, definitions: definitions)
        var failures = file.diagnostics.errors.map { diagnostic in
            SyncFailure(
                path: path, position: diagnostic.position, code: diagnostic.code.rawValue,
                message: diagnostic.messageWithSuggestion)
        }
        var resources: [DesiredResource] = []
        for resource in file.resources where !resource.hasErrors {
            if let failure = refusal(of: resource, path: path, namespace: namespace) {
                failures.append(failure)
                continue
            }
            resources.append(
                DesiredResource(
                    kind: resource.kind, name: resource.name, path: path, json: resource.json,
                    digest: resource.digest))
        }
        return ParsedFile(
            blob: blob, isStrict: isStrict, resources: resources, failures: failures,
            bytes: file.usesDefinitions ? bytes : nil)
    }

    /// Why a valid manifest is still not applied from git.
    private static func refusal(
        of resource: Workflows.ManifestResource, path: String, namespace: String
    ) -> SyncFailure? {
        guard ["Workflow", "Template"].contains(resource.kind) else {
            return SyncFailure(
                path: path, position: resource.position, code: "KindNotSynced",
                message:
                    "a repository gives Workflow and Template; \(resource.kind) is not applied "
                    + "from git")
        }
        guard let other = resource.namespace, other != namespace else { return nil }
        return SyncFailure(
            path: path, position: resource.position, code: "ForeignNamespace",
            message:
                "metadata.namespace is \(other); this repository applies to \(namespace) only. "
                + "Remove the line")
    }
}

extension Diagnostic {
    /// The message, and what to do about it.
    fileprivate var messageWithSuggestion: String {
        suggestion.map { "\(message); \($0)" } ?? message
    }
}
