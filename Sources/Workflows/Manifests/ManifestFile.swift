public import Values
import YAML

/// A file of manifests: its resources with everything that is wrong with them, each in its place.
///
/// One file may hold several YAML documents, or one JSON text. A file that cannot be read as YAML has
/// no resources and one diagnostic; otherwise each document is checked for itself, so that one mistake
/// hides no other. Pure, and bounded by ``WorkflowLimits``.
public struct ManifestFile: Sendable {
    /// The path shown in messages.
    public let path: String
    /// The resources, in file order; those that are wrong are among them as far as they have a name.
    public let resources: [ManifestResource]
    /// All that is wrong or doubtful, in file order, with positions.
    public let diagnostics: Diagnostics
    /// Whether a task refers to a definition, which another file may hold.
    public let usesDefinitions: Bool
    /// The workflows and templates, as other files refer to them.
    public let definitions: [ManifestDefinition]
    /// Whether every document says which resource it is; otherwise the file may hold any.
    public let isLegible: Bool
    let source: SourceText

    /// Reads and checks a file.
    ///
    /// - Parameters:
    ///   - bytes: The file, YAML or JSON in UTF-8.
    ///   - path: The path shown in messages.
    ///   - taskTypes: The types that tasks may have.
    ///   - isStrict: Whether a warning is an error, which keeps its resource from being used.
    ///   - definitions: What tasks may refer to, besides the definitions of the file itself.
    public init(
        _ bytes: [UInt8], path: String, taskTypes: TaskTypes = .builtIn, isStrict: Bool = false,
        definitions: DefinitionCatalogue = DefinitionCatalogue()
    ) {
        self.path = path
        let limits = YAMLLimits(
            maximumBytes: WorkflowLimits.maximumFileBytes,
            maximumNodes: WorkflowLimits.maximumFileNodes,
            maximumExpandedBytes: WorkflowLimits.maximumFileBytes,
            maximumDocuments: WorkflowLimits.maximumDocuments)
        var reader = ManifestReader(
            source: SourceText([]), taskTypes: taskTypes, isStrict: isStrict)
        do throws(YAMLError) {
            let documents = try YAMLStream.parse(bytes, limits: limits)
            reader = ManifestReader(
                source: SourceText(bytes), taskTypes: taskTypes, isStrict: isStrict)
            reader.read(documents, definitions: definitions)
        } catch {
            reader = ManifestReader(
                source: SourceText(bytes), taskTypes: taskTypes, isStrict: isStrict)
            reader.refuse(error)
        }
        source = reader.source
        resources = reader.resources
        usesDefinitions = reader.usesDefinitions
        self.definitions = reader.definitions
        isLegible = reader.isLegible
        diagnostics = Diagnostics(reader.diagnostics)
    }

    /// Reads and checks a text.
    public init(
        _ text: String, path: String, taskTypes: TaskTypes = .builtIn, isStrict: Bool = false,
        definitions: DefinitionCatalogue = DefinitionCatalogue()
    ) {
        self.init(
            Array(text.utf8), path: path, taskTypes: taskTypes, isStrict: isStrict,
            definitions: definitions)
    }

    /// Whether nothing keeps any of the resources from being used.
    public var isUsable: Bool { !diagnostics.hasErrors }
}

/// One resource of a manifest file.
public struct ManifestResource: Sendable {
    /// The number of its document in the file, from 0.
    public let index: Int
    /// The kind.
    public let kind: String
    /// The name.
    public let name: String
    /// The namespace, where the manifest says one.
    public let namespace: String?
    /// The dialect it is written in.
    public let dialect: ManifestDialect
    /// The object in canonical form: as it is written where that is canonical already.
    public let json: JSON
    /// Where its document starts.
    public let position: SourcePosition
    /// The digest of the object in canonical form, whatever the order of its fields.
    public let digest: Digest
    /// The plan, where it is a definition and nothing is wrong with it.
    public let plan: WorkflowPlan?
    /// Whether one of the file's diagnostics is an error in this resource.
    public let hasErrors: Bool
}
