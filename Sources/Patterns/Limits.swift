/// The bounds of this room: patterns and texts come from manifests and answers, and are hostile.
public enum PatternLimits {
    /// The longest pattern, in bytes.
    public static let bytes = 4096
    /// The deepest nesting of groups.
    public static let nesting = 64
    /// The largest count in `x{n,m}` (that of RE2).
    public static let repetitions = 1000
    /// The most instructions a pattern compiles to, its counts written out.
    public static let instructions = 10_000
    /// How many moves of one place in a pattern are made for the price of one step.
    public static let movesPerStep = 8
    /// How many bytes of a text are copied for the price of one step.
    public static let bytesPerStep = 16
    /// What it costs to learn of a character which category it is of, or which other cases it has.
    public static let movesPerProperty = 16
    /// The most steps of a match whose caller gives no budget of its own.
    public static let steps = 4_000_000
}
