public import Schemas

/// A kind of custom resource: what a `CustomResourceDefinition` says of it.
public struct ResourceDefinition: Sendable, Hashable {
    /// A column of `kubectl get`.
    public struct PrinterColumn: Sendable, Hashable {
        /// The column's heading.
        public var name: String
        /// The kind of value: `string`, `integer`, `number`, `boolean` or `date`.
        public var type: String
        /// The simple JSON path of the value, as `.status.phase`.
        public var jsonPath: String
        /// What the column says.
        public var description: String
        /// Columns above zero are shown only by `-o wide`.
        public var priority: Int

        /// Makes a column.
        public init(
            _ name: String, _ jsonPath: String, type: String = "string", description: String,
            priority: Int = 0
        ) {
            self.name = name
            self.type = type
            self.jsonPath = jsonPath
            self.description = description
            self.priority = priority
        }
    }

    /// The API group.
    public var group: String
    /// The version served and stored.
    public var version: String
    /// The kind, as objects write it.
    public var kind: String
    /// The plural, as URLs write it.
    public var plural: String
    /// The singular, which `kubectl` accepts.
    public var singular: String
    /// Shorter names, which `kubectl` accepts.
    public var shortNames: [String]
    /// Whether objects live in namespaces.
    public var namespaced: Bool
    /// The schema of whole objects, from `spec` and `status` down.
    public var schema: Schema
    /// The columns of `kubectl get`.
    public var printerColumns: [PrinterColumn]
    /// Whether `status` is written through a subresource of its own.
    public var hasStatus: Bool
    /// Names that `kubectl get` expands to several kinds.
    public var categories: [String]

    /// Makes a definition in the product's own group.
    public init(
        kind: String, plural: String, shortNames: [String], schema: Schema,
        printerColumns: [PrinterColumn], hasStatus: Bool = true
    ) {
        group = APIGroup.name
        version = APIGroup.version
        self.kind = kind
        self.plural = plural
        singular = kind.lowercased()
        self.shortNames = shortNames
        namespaced = true
        self.schema = schema
        self.printerColumns = printerColumns
        self.hasStatus = hasStatus
        categories = ["orchestrator"]
    }

    /// What an object's `apiVersion` says.
    public var apiVersion: String { "\(group)/\(version)" }

    /// The name of the definition as an object: `workflows.orchestrator.llm`.
    public var name: String { "\(plural).\(group)" }

    /// Every kind of the product, in the order in which they are installed.
    public static let all: [ResourceDefinition] = [
        .workflow, .template, .workflowRun, .runCheckpoint, .workflowRepository, .approval,
        .deadLetter, .provider,
    ]

    /// The kind of that name, or nil.
    public static func named(_ kind: String) -> ResourceDefinition? {
        all.first { $0.kind == kind }
    }
}
