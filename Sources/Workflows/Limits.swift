import Resources

/// The bounds of this room.
public enum WorkflowLimits {
    /// The most bytes of one manifest file.
    public static let maximumFileBytes = 4 << 20
    /// The most nodes of one manifest file, aliases expanded.
    public static let maximumFileNodes = 1_000_000
    /// The most documents of one manifest file.
    public static let maximumDocuments = 1000
    /// The most diagnostics that are reported of one document.
    public static let maximumDiagnostics = 200
    /// The most bytes of a run's resolved inputs, which its checkpoint holds.
    public static let maximumInputBytes = 64 << 10
    /// How deep arrays and objects may lie in one another in a run's inputs, and in what its tasks give.
    public static let maximumValueDepth = 64
    /// How deep arrays and objects may lie in one another in a definition that a run is started with,
    /// which its status holds: no deeper than API servers take that.
    public static let maximumDefinitionDepth = 90
    /// The deepest nesting of a schema in its short form.
    public static let maximumShorthandDepth = 16
    /// The deepest nesting of templates in templates.
    public static let maximumTemplateDepth = 8
    /// The most templates that are linked into one definition.
    public static let maximumLinkedTemplates = 200
    /// The most tasks of a definition that refer to templates; more are told as unknown fields.
    public static let maximumTemplateReferences = 2000
    /// The most bytes that the parameters of one template may put into it.
    public static let maximumLinkedBytes = 256 << 10
    /// The deepest nesting of a parameter of a template.
    public static let maximumLiteralDepth = 64
    /// The most names that are compared for suggestions, in one definition.
    public static let maximumComparisons = 100_000
    /// The most cells of one source line that a rendered diagnostic shows.
    public static let maximumSourceColumns = 120
    /// The most tasks that are gone through for their types before no loop's body is gone through twice,
    /// as the type of `previous` asks for.
    public static let maximumTypedTasks = 20_000
    /// The most of one resource that a definition may ask for, in its units: 1Pi.
    public static let maximumResourceAmount = 0x1p50
    /// How deep containers may be nested: a body in a body in a body.
    public static let maximumNesting = 8
    /// The most iterations of one loop, where it does not say fewer.
    public static let maximumIterations = WorkflowSpecSchema.maximumIterations
}
