import Console
import Git
import GitOps
import Kubernetes
import Operator
import POSIX
import Resources
import Values
import Workflows

/// What the manifests on disk ask for.
struct DesiredManifests {
    /// The repository they are in, if they are in one.
    let repository: WorkingRepository?
    /// The paths that were named, from the top of the repository where there is one.
    let roots: [String]
    /// All files, their mistakes with them.
    let files: [ManifestFile]
    /// What those without mistakes ask for.
    private(set) var resources: [DesiredResource] = []
    /// The files with mistakes.
    private(set) var refused = RefusedSources()

    init(paths: [String], isStrict: Bool) throws(CommandFailure) {
        let repository = paths.first.flatMap { try? WorkingRepository(containing: $0) }
        self.repository = repository
        roots = paths.map { repository?.path(of: $0) ?? $0 }
        files = try ManifestFiles.readAll(paths, isStrict: isStrict)
        for file in files {
            let name = repository?.path(of: file.path) ?? file.path
            refuse(file, at: name)
            resources += DesiredManifests.resources(of: file, at: name)
        }
    }

    /// The files of a commit of another machine's repository.
    init(_ contents: [(path: String, bytes: [UInt8])], isStrict: Bool) {
        (repository, roots) = (nil, [])
        files = ManifestFiles.linked(contents, isStrict: isStrict)
        for file in files {
            refuse(file, at: file.path)
            resources += DesiredManifests.resources(of: file, at: file.path)
        }
    }

    private mutating func refuse(_ file: ManifestFile, at path: String) {
        guard file.diagnostics.hasErrors else { return }
        let ids = file.resources.filter(\.hasErrors).map {
            InventoryID(kind: $0.kind, name: $0.name)
        }
        refused.add(path, ids: ids, isLegible: file.isLegible)
    }

    /// The objects of a file that a repository gives.
    static func resources(of file: ManifestFile, at path: String) -> [DesiredResource] {
        file.resources.filter { !$0.hasErrors && ResourceType.synced(kind: $0.kind) != nil }.map {
            DesiredResource(
                kind: $0.kind, name: $0.name, path: path, json: $0.json, digest: $0.digest)
        }
    }
}

/// What manifests are compared with.
struct PlanBase {
    /// What it is, in a few words.
    let title: String
    /// The objects that there are.
    var present: [InventoryID: ChangePlan.Present] = [:]
    /// The name under which objects are applied.
    var repository = ""
    /// Whether objects are removed that no file asks for.
    var prunes = true
    /// The runs under way, by workflow; nil where that is not known.
    var activeRuns: [String: [String]]?

    // MARK: A commit

    /// The objects that a commit gives below the same paths; none where there is no repository.
    static func commit(
        _ revision: String?, _ desired: DesiredManifests
    ) async throws(CommandFailure) -> PlanBase {
        guard let repository = desired.repository else {
            guard let revision else { return PlanBase(title: "nothing, as there is no repository") }
            throw CommandFailure(
                .notFound, "--against \(revision): the manifests are in no git repository")
        }
        do throws(GitError) {
            let id: GitObjectID
            do throws(GitError) {
                id = try repository.resolve(revision ?? "HEAD")
            } catch {
                // A repository without a commit has nothing yet.
                guard revision == nil else { throw error }
                return PlanBase(title: "nothing, as there is no commit yet")
            }
            var base = PlanBase(title: "\(revision ?? "HEAD") (\(id.hexadecimal.prefix(10)))")
            let objects = try await GitRepository.open(directory: repository.objects)
            let roots = desired.roots
            let listing = try await objects.files(
                ofCommit: id,
                matching: { path in
                    roots.contains { GitSource.isManifest(path, below: $0) }
                }, limits: GitTreeLimits(maximumEntries: SyncLimits.entries))
            var contents: [(path: String, bytes: [UInt8])] = []
            for file in listing.files where file.size <= SyncLimits.fileBytes {
                let bytes = try await objects.read(
                    file.blobID, path: file.path, maximumBytes: SyncLimits.fileBytes)
                contents.append((file.path, bytes))
            }
            base.add(contents)
            return base
        } catch {
            throw CommandFailure(.notFound, error.description)
        }
    }

    /// Adds the objects of the files of a commit.
    mutating func add(_ contents: [(path: String, bytes: [UInt8])]) {
        for manifest in ManifestFiles.linked(contents) {
            for resource in DesiredManifests.resources(of: manifest, at: manifest.path)
            where present[resource.id] == nil {
                present[resource.id] = ChangePlan.Present(
                    path: resource.path, json: resource.json)
            }
        }
    }

    // MARK: A server

    /// The objects of a namespace, with the runs under way.
    static func server(_ arguments: ParsedArguments) async throws(CommandFailure) -> PlanBase {
        let connection = try Connection.open(arguments)
        var base = PlanBase(title: "the namespace \(connection.namespace)")
        do throws(KubernetesError) {
            let repositories = try await connection.client.list(
                .workflowRepositories, namespace: connection.namespace)
            let name = arguments.value("repository")
            let chosen = repositories.items.first { $0.name == name }
            if let name, chosen == nil {
                throw KubernetesError(
                    .notFound, "there is no WorkflowRepository \(name)")
            }
            let only = repositories.items.count == 1 ? repositories.items.first : nil
            let repository = chosen ?? only
            base.repository = repository.map { ResourceName.labelValue($0.name) } ?? ""
            base.prunes = repository != nil && repository?.spec["prune"] != false
            for type in [ResourceType.workflows, .templates] {
                let list = try await connection.client.list(type, namespace: connection.namespace)
                for object in list.items { base.add(object, kind: type.kind) }
            }
            let runs = try await connection.client.list(
                .workflowRuns, namespace: connection.namespace)
            base.activeRuns = Dictionary(
                grouping: runs.items.filter { !$0.hasEnded },
                by: { $0.spec["workflowRef"]?["name"]?.stringValue ?? "" }
            ).mapValues { $0.map(\.name).sorted() }
        } catch {
            throw CommandFailure(error)
        }
        return base
    }

    private mutating func add(_ object: KubernetesObject, kind: String) {
        let id = InventoryID(kind: kind, name: object.name)
        // What nobody applied from git is taken over by whoever applies it first.
        let owner = object.label(Labels.repository)
        let observed = SyncPlan.Observed(
            digest: object.annotation(Annotations.manifestDigest).flatMap { Digest($0) },
            repository: owner ?? repository, spec: object.spec,
            isKept: object.annotation(Annotations.prune) == "disabled" || owner == nil)
        present[id] = ChangePlan.Present(
            path: object.annotation(Annotations.path) ?? "", json: object.json, observed: observed)
    }
}
