/// The bounds of this room.
public enum SchemaLimits {
    /// The deepest nesting of schemas in schemas.
    public static let maximumDepth = 64
    /// The most schemas in one definition, counting the nested ones.
    public static let maximumSchemas = 20_000
    /// The most violations one validation reports; the rest are left out.
    public static let maximumViolations = 100
}
