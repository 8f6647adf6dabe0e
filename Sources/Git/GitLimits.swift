/// The bounds of this room: a hostile repository or server costs no more than these allow.
public enum GitLimits {
    /// The most bytes of packs that one fetch receives, unless the caller says otherwise.
    public static let fetchBytes = 256 << 20
    /// The most bytes of the list of references that a server sends.
    public static let advertisementBytes = 64 << 20
    /// The most bytes of one request of ours.
    public static let requestBytes = 16 << 20
    /// The most objects in one pack.
    public static let packObjects = 5_000_000
    /// The most bytes of one object, unpacked; a delta may claim any size and is refused here.
    public static let objectBytes = 512 << 20
    /// The most bytes of one tree object, which holds the names of one directory.
    public static let treeBytes = 8 << 20
    /// The most bytes of one commit or tag that are read.
    public static let commitBytes = 1 << 20
    /// The most packs in a clone before it is made anew: libgit2 never repacks.
    public static let packs = 256
    /// The most bytes of packs in a clone before it is made anew: what no branch holds stays in them.
    public static let cloneBytes = 4 << 30
    /// The most symbolic links of one listing that are looked at for what they lead to.
    static let resolvedLinks = 1000
    /// The most tags of tags that are followed.
    public static let tagDepth = 8
    /// The most redirects that a fetch follows, all on one host.
    public static let redirects = 3
    /// The most references that an error names.
    public static let namedReferences = 5
    /// The most names that are searched for the one that was meant.
    static let suggestedNames = 1000
    /// The most bytes of a URL.
    public static let urlBytes = 2048
    /// The most bytes of the name of a reference.
    public static let referenceBytes = 256
    /// The most bytes that libgit2 keeps mapped, and in one window of them.
    static let mappedBytes = 512 << 20
    static let mappedWindowBytes = 32 << 20
    /// The most pack files that libgit2 keeps open, all clones together.
    static let openPacks = 256
    /// The most bytes of objects that libgit2 caches, all clones together.
    static let cacheBytes = 32 << 20
    /// The stack of a repository's thread.
    static let threadStackBytes = 1 << 20
}

/// The bounds of one walk through the files of a commit.
public struct GitTreeLimits: Sendable, Hashable {
    /// The most entries that are looked at, directories included.
    public var maximumEntries: Int
    /// The deepest nesting of directories below the path.
    public var maximumDepth: Int
    /// The most bytes of one path.
    public var maximumPathBytes: Int

    /// Makes bounds; the defaults fit a large monorepo.
    public init(
        maximumEntries: Int = 200_000, maximumDepth: Int = 64, maximumPathBytes: Int = 4096
    ) {
        self.maximumEntries = maximumEntries
        self.maximumDepth = maximumDepth
        self.maximumPathBytes = maximumPathBytes
    }
}
