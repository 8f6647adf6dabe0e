/// The bounds within which a YAML text is read: a hostile file costs no more than these allow.
public struct YAMLLimits: Sendable, Hashable {
    /// The most bytes of one file.
    public var maximumBytes: Int
    /// The deepest nesting of sequences and mappings, aliases included.
    public var maximumDepth: Int
    /// The most nodes of one file (scalars, keys, sequences, mappings), where an alias counts as
    /// many as it stands for.
    public var maximumNodes: Int
    /// The most bytes of all scalars and keys of one file, where an alias counts as many as it
    /// stands for.
    public var maximumExpandedBytes: Int
    /// The most documents of one file.
    public var maximumDocuments: Int

    /// Makes bounds; the defaults fit ordinary manifests of 1 MiB, which have about 100,000 nodes.
    public init(
        maximumBytes: Int = 1 << 20, maximumDepth: Int = 64, maximumNodes: Int = 200_000,
        maximumExpandedBytes: Int = 4 << 20, maximumDocuments: Int = 10_000
    ) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumNodes = maximumNodes
        self.maximumExpandedBytes = maximumExpandedBytes
        self.maximumDocuments = maximumDocuments
    }

    /// The most `%TAG` lines of one file; libyaml compares each with all before it.
    static let maximumTagDirectives = 64
    /// The most characters of the file that a message repeats.
    static let quotedCharacters = 60
    /// The most characters of a key that may be followed by `:` on its line: libyaml and its ports
    /// look no further ahead than 1,024.
    static let simpleKeyCharacters = 900
}
