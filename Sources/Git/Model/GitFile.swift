/// A file of a commit.
public struct GitFile: Sendable, Hashable {
    /// The path from the root of the repository, with `/` between names.
    public var path: String
    /// The identifier of its content.
    public var blobID: GitObjectID
    /// The mode: `0o100644`, or `0o100755` for an executable.
    public var mode: UInt32
    /// The bytes of its content.
    public var size: Int

    /// Makes a file that is known from elsewhere.
    public init(path: String, blobID: GitObjectID, mode: UInt32 = 0o100644, size: Int) {
        self.path = path
        self.blobID = blobID
        self.mode = mode
        self.size = size
    }
}

/// An entry of a tree that is not read, with the reason.
public struct GitRefusedEntry: Sendable, Hashable {
    /// The path from the root of the repository; bytes that cannot be shown are replaced.
    public var path: String
    /// Why: ``GitError/Code/symlink``, ``GitError/Code/submodule``, ``GitError/Code/tooLarge`` or
    /// ``GitError/Code/invalidPath``.
    public var error: GitError
    /// Whether it is a file, or a link to a file of the same commit; otherwise it may be as good as a
    /// directory.
    public var isFile = false
}

/// The files of a commit under a path.
public struct GitListing: Sendable, Hashable {
    /// The files, in the order of their paths.
    public var files: [GitFile]
    /// The entries that are refused, in the order of their paths: one bad entry hides no other.
    public var refused: [GitRefusedEntry]

    /// Makes a listing.
    public init(files: [GitFile], refused: [GitRefusedEntry] = []) {
        self.files = files
        self.refused = refused
    }
}

/// A difference between two commits in one file.
public struct GitChange: Sendable, Hashable {
    /// What happened to the file.
    public enum Kind: String, Sendable, Hashable {
        /// It is new.
        case added
        /// Its content or mode is another.
        case modified
        /// It is gone.
        case deleted
    }

    /// The path from the root of the repository.
    public var path: String
    /// What happened.
    public var kind: Kind
}

/// What a repository's thread has done since it was opened.
public struct GitStatistics: Sendable, Hashable {
    /// Fetches that ended well.
    public var fetches = 0
    /// Those of them that found nothing new, and so received no object.
    public var unchangedFetches = 0
    /// Bytes of packs received.
    public var receivedBytes = 0
    /// Times that the clone was deleted and made anew.
    public var reclones = 0
}
