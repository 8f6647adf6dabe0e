/// The bounds of this room.
public enum SchemaLimits {
    /// The deepest nesting of schemas in schemas.
    public static let maximumDepth = 64
    /// The most schemas in one definition, counting the nested ones.
    public static let maximumSchemas = 20_000
    /// The most violations one validation reports; the rest are left out.
    public static let maximumViolations = 100
    /// The most instructions of one compiled pattern, which bounds counted repetition.
    public static let maximumPatternInstructions = 4000
    /// The deepest nesting of groups in a pattern.
    public static let maximumPatternDepth = 64
    /// The most Unicode scalars of a text that a pattern is matched against.
    public static let maximumPatternInput = 65_536
}
