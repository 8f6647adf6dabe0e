/// A chain of names that starts at a free variable, as far as it is known without evaluating.
///
/// `tasks.fetch.outputs.items[0].id` gives `["tasks", "fetch", "outputs", "items"]`.
public struct Reference: Sendable, Hashable {
    /// The names, the variable's first.
    public var path: [String]
    /// Where the variable stands in the source, in bytes of UTF-8.
    public var offset: Int
    /// Whether the filter `default` stands ready for what is not there.
    public var mayBeMissing: Bool

    /// Makes a reference.
    public init(path: [String], offset: Int, mayBeMissing: Bool = false) {
        self.path = path
        self.offset = offset
        self.mayBeMissing = mayBeMissing
    }
}
