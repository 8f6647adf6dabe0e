/// A chain of names that starts at a free variable, as far as it is known without evaluating.
///
/// `tasks.fetch.outputs.items[0].id` gives `["tasks", "fetch", "outputs", "items"]`.
public struct Reference: Sendable, Hashable {
    /// The names, the variable's first.
    public var path: [String]
    /// Where the variable stands in the source, in bytes of UTF-8.
    public var offset: Int

    /// Makes a reference.
    public init(path: [String], offset: Int) {
        self.path = path
        self.offset = offset
    }
}
