public import Kubernetes

/// The bounds of reading a repository, all in one place.
public enum SyncLimits {
    /// The most files with manifests below a repository's path.
    public static let files = 5_000
    /// The most entries of the trees below a repository's path, directories included.
    public static let entries = 50_000
    /// The most bytes of one file.
    public static let fileBytes = 1 << 20
    /// The most bytes of all files together.
    public static let totalBytes = 64 << 20
    /// The most objects of one repository, all of which its status lists.
    public static let resources = 5_000
    /// The most failures that a status lists.
    public static let failures = 50
    /// How many objects are applied at once.
    public static let concurrentApplies = 16
    /// The most bytes that one fetch may bring, where the repository does not say.
    public static let fetchBytes = 256 << 20
    /// The most bytes that a repository may allow one fetch to bring.
    public static let maximumFetchBytes = 1 << 30
    /// The longest time between two looks at a repository.
    public static let interval = Duration.seconds(366 * 86_400)
    /// How long it takes until a sync that failed is tried again: each try fetches.
    public static let backoff = Backoff(minimum: .milliseconds(500), maximum: .seconds(60))
    /// The longest time that one fetch may take: it keeps a worker that other repositories wait for.
    public static let timeout = Duration.seconds(600)
}
