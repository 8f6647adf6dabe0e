import Git
import Workflows

/// A file of a commit as far as it was read by itself.
struct ParsedFile: Sendable {
    let blob: GitObjectID
    let isStrict: Bool
    /// What others refer to, and what it is read again with.
    let source: ManifestLinking.Source
    /// What it gives, unless it is read again with the definitions of others.
    let yield: FileYield
}

/// What one file gives, and what is wrong with it.
struct FileYield: Sendable {
    private(set) var resources: [DesiredResource] = []
    private(set) var failures: [SyncFailure] = []
    /// The objects that it holds and that are refused.
    private(set) var refused: Set<InventoryID> = []
    /// Whether all that it holds is known.
    let isLegible: Bool

    init(_ file: ManifestFile, namespace: String) {
        isLegible = file.isLegible
        failures = file.diagnostics.errors.map { diagnostic in
            SyncFailure(
                path: file.path, position: diagnostic.position, code: diagnostic.code.rawValue,
                message: diagnostic.messageWithSuggestion)
        }
        for resource in file.resources {
            let id = InventoryID(kind: resource.kind, name: resource.name)
            if resource.hasErrors {
                refused.insert(id)
            } else if let failure = FileYield.refusal(
                of: resource, path: file.path, namespace: namespace)
            {
                failures.append(failure)
                refused.insert(id)
            } else {
                resources.append(
                    DesiredResource(
                        kind: resource.kind, name: resource.name, path: file.path,
                        json: resource.json, digest: resource.digest))
            }
        }
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
