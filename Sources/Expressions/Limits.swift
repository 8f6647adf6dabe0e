/// The bounds of the language, each with a name and all in one place.
///
/// Expressions come from repositories and are hostile: every loop, tree and text below is counted
/// against one of these, and patterns against `PatternLimits`.
enum Limits {
    /// The longest expression, in bytes.
    static let expressionBytes = 65_536
    /// The deepest nesting of parentheses, arguments and literals while parsing.
    static let nesting = 128
    /// The tallest syntax tree, which is how deep evaluation goes down.
    ///
    /// Higher than `nesting`, since a chain such as `a + b + c` is as tall as it is long. At both bounds
    /// an expression takes under 384 KiB of stack, and under 4 MiB where not optimised.
    static let treeHeight = 400
    /// The most steps one evaluation may take; a step is about 15 ns.
    static let evaluationCost = 1_000_000
    /// How many bytes or elements are copied, compared or searched for the price of one step.
    static let unitsPerStep = 16
    /// The largest string or byte string an expression may make, in bytes.
    static let stringBytes = 4 << 20
    /// The most elements of a list or map an expression may make.
    static let elements = 500_000
    /// The largest result, counted as the bytes of its JSON text.
    static let outputBytes = 8 << 20
    /// The most strings with expressions in one template.
    static let templateExpressions = 10_000
    /// The deepest JSON a template may be.
    static let templateDepth = 256
    /// The longest text of a template, in bytes.
    static let templateBytes = 1 << 20
    /// The most tags of one text.
    static let templateTags = 10_000
    /// The deepest nesting of `if` and `for`.
    static let templateNesting = 64
    /// The most turns that all loops of one text take together.
    static let templateTurns = 100_000
    /// The most steps that all expressions of one text take together.
    static let templateCost = 4_000_000
    /// The widest indentation, and the most digits before or after the point that are rounded to.
    static let filterWidth = 100
    /// The deepest that types of values and schemas are looked into.
    static let typeDepth = 32
    /// The most elements of a list or map that are looked at for their types.
    static let typeElements = 256
    /// The most parts of types that are compared for one union.
    static let typeComparisons = 1024
    /// The most digits after the point that `%.Nf` may ask for.
    static let formatPrecision = 1000
}
