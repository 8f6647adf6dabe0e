internal import Schemas
internal import Values

/// One kind of object that the server serves in one version.
///
/// Built-in kinds and those of custom resource definitions differ in their fields' schema and in
/// what a ``KindRules`` adds; everything else treats them alike.
struct APIResource: Sendable {
    let group: String
    let version: String
    let kind: String
    let listKind: String
    let plural: String
    let singular: String
    let shortNames: [String]
    let categories: [String]
    let isNamespaced: Bool
    let verbs: [String]
    /// Whether `status` is written through a subresource of its own, so that each of the two
    /// writers cannot touch what the other owns.
    let hasStatus: Bool
    /// Whether `metadata.generation` counts the changes of what is outside `metadata` and `status`.
    let countsGenerations: Bool
    /// The kind's fields beside `apiVersion`, `kind` and `metadata`.
    let schema: Schema
    /// How server-side apply and field ownership see those fields and the metadata.
    let fieldType: FieldType
    let columns: [PrinterColumn]
    /// What only this kind does; nil for kinds without rules of their own.
    let rules: KindRules
    /// The version objects of this kind are stored in.
    let storageVersion: String
    /// Whether the kind comes from a custom resource definition.
    let isCustom: Bool

    var groupVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The plural and the group, as messages name the resource.
    var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    var collection: CollectionKey { CollectionKey(group: group, plural: plural) }

    /// Whether a replacement may come without the version it was made from.
    ///
    /// Source: `AllowUnconditionalUpdate` of the kinds' strategies in Kubernetes.
    var allowsUnconditionalUpdate: Bool {
        !isCustom && rules != .lease && rules != .customResourceDefinition
    }

    func allows(_ verb: String) -> Bool { verbs.contains(verb) }

    static let allVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]
}

/// The rules that single kinds add to what all have in common.
enum KindRules: Sendable, Hashable {
    case none
    case namespace
    case configMap
    case secret
    case event
    case serviceAccount
    case lease
    case customResourceDefinition
    /// A question answered at once and never stored.
    case review
}

/// One column of a table of objects.
struct PrinterColumn: Sendable, Hashable {
    /// Where the cell's value comes from.
    enum Source: Sendable, Hashable {
        case name
        /// A JSONPath into the object, read as the column's type says.
        case path(String)
        case age
        /// The number of members or elements at a path.
        case count([String])
        /// What only the events' table shows.
        case event(EventColumn)
    }

    var name: String
    var type: String
    var format = ""
    var description: String
    /// Nonzero for columns that only `-o wide` shows.
    var priority = 0
    var source: Source

    static let name = PrinterColumn(
        name: "Name", type: "string", format: "name",
        description: "Name must be unique within a namespace.", source: .name)

    static let age = PrinterColumn(
        name: "Age", type: "string",
        description: "CreationTimestamp is a timestamp representing the server time when this "
            + "object was created.", source: .age)
}
