import Schemas

extension ResourceDefinition {
    /// `WorkflowRepository`: a git repository whose manifests are applied.
    public static let workflowRepository = ResourceDefinition(
        kind: "WorkflowRepository", plural: "workflowrepositories", shortNames: ["wfrepo"],
        schema: CommonSchemas.resource(
            "A git repository whose manifests are applied to the namespace it is in.",
            spec: repositorySpec, status: repositoryStatus),
        printerColumns: [
            CommonSchemas.ready,
            PrinterColumn(
                "Revision", ".status.lastAppliedRevision",
                description: "The branch and commit applied last."),
            CommonSchemas.statusMessage,
            CommonSchemas.age,
            PrinterColumn("URL", ".spec.url", description: "The repository.", priority: 1),
            PrinterColumn(
                "Suspended", ".spec.suspend", type: "boolean",
                description: "Whether reconciliation is suspended.", priority: 1),
        ])

    private static let repositorySpec = Schema.object(
        "Which manifests of which repository are applied, and how.", required: ["url"],
        [
            "url": .string(
                "Where the repository is: https, http, ssh, git or file.",
                pattern: "^(https?|ssh|git|file)://.+$|^/.+$|^[A-Za-z0-9_.-]+@[^:/]+:.+$",
                maximumLength: 2048),
            "ref": .object(
                "What is read; of several the most exact: commit, tag, branch. The repository's"
                    + " own default branch where absent.",
                [
                    "branch": .string("A branch.", minimumLength: 1, maximumLength: 255),
                    "tag": .string("A tag.", minimumLength: 1, maximumLength: 255),
                    "commit": .string(
                        "A commit, in full.", pattern: "^[0-9a-f]{40}([0-9a-f]{24})?$"),
                ]),
            "path": .string(
                "The directory whose manifests are applied, without leading slash; all of the"
                    + " repository where absent.",
                maximumLength: 1024),
            "interval": CommonSchemas.duration(
                "How often the repository is looked at; 1m where absent."),
            "timeout": CommonSchemas.duration(
                "How long one fetch may take; 60s where absent."),
            "suspend": .boolean("Whether nothing is fetched or applied for now."),
            "prune": .boolean(
                "Whether objects are deleted once the repository no longer holds them; true where"
                    + " absent."),
            "strict": .boolean(
                "Whether a warning about a manifest keeps it from being applied, as an error does."),
            "secretRef": .object(
                "The Secret with credentials: username and password, or bearerToken.",
                required: ["name"],
                ["name": .string("Its name.", minimumLength: 1, maximumLength: 253)]),
            "maximumBytes": .integer(
                "The most bytes one fetch may bring; 256 MiB where absent.", minimum: 1024),
        ])

    private static let repositoryStatus = Schema.object(
        "What was fetched and applied.",
        [
            "conditions": CommonSchemas.conditions,
            "observedGeneration": CommonSchemas.observedGeneration,
            "lastAppliedRevision": .string("What was applied last: branch@sha1:commit."),
            "lastAttemptedRevision": .string("What was tried last: branch@sha1:commit."),
            "lastHandledReconcileAt": .string(
                "The last value of the annotation orchestrator.llm/reconcile-at that was obeyed."),
            "inventory": .object(
                "The objects that were applied.",
                [
                    "entries": .array(
                        "One entry an object.",
                        of: .object(
                            "An applied object.", required: ["id"],
                            [
                                "id": .string("Its kind and name, as Workflow/nightly."),
                                "path": .string("The file it was read from."),
                                "digest": .string("The digest of what was applied."),
                            ]), keys: ["id"])
                ]),
            "failures": .array(
                "What could not be applied.",
                of: .object(
                    "One error and its place.",
                    [
                        "path": .string("The file."),
                        "line": .integer("The line, from 1.", minimum: 0),
                        "column": .integer("The column, from 1.", minimum: 0),
                        "code": .string("The stable code of the error."),
                        "message": .string("What is wrong."),
                    ]), listType: .atomic),
        ])
}
