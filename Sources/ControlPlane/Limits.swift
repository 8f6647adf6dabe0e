/// The bounds of this room.
public enum ControlPlaneLimits {
    /// The most bytes of a request's body, which is what Kubernetes' API server reads.
    public static let requestBytes = 3 << 20
    /// The most bytes of one stored object, which is etcd's.
    public static let objectBytes = 3 << 19
    /// The deepest nesting of arrays and objects in an object.
    public static let objectDepth = 100
    /// The most changes kept to resume watches from and to continue lists over.
    public static let retainedChanges = 10_000
    /// The most bytes of objects that kept changes hold.
    public static let retainedChangeBytes = 48 << 20
    /// The most of the kept changes that a restart reads back: a start must not cost the past.
    public static let restoredChanges = 1_000
    /// The most events that wait for one watcher; one that falls further behind must list again.
    public static let watcherBacklog = 16_384
    /// The most writes of one transaction.
    public static let transactionWrites = 512
    /// The most writes that wait for their transaction; past it clients are told to come back.
    public static let waitingWrites = 16_384
    /// The most times a write without a resource version is made again after another came first.
    public static let conflictRetries = 64
    /// The most objects of one page when a client names no limit: none.
    public static let pageObjects = Int.max
    /// The most managers that may own fields of an object by updates; older ones are put together.
    public static let updateManagers = 10
    /// The most times the collector doubles the wait of half a second after which it looks again at
    /// what failed.
    public static let collectionDoublings = 6
    /// The bytes of lines that a watch puts together before it sends them; one line may be longer.
    public static let watchChunkBytes = 64 << 10
    /// The most operations of one JSON patch, which is Kubernetes' own.
    public static let patchOperations = 10_000
    /// How long an event is kept after it was last seen.
    public static let eventLifetime = Duration.seconds(3600)
    /// The most events kept, however young; a sweep deletes those written longest ago.
    public static let retainedEvents = 5_000
    /// The most events that a sweep deletes at once.
    public static let eventDeletions = 128
    /// The longest a watch lasts when its client names no timeout.
    public static let watchDuration = Duration.seconds(3600)
    /// How often a watch that asked for bookmarks gets one.
    public static let bookmarkInterval = Duration.seconds(60)
    /// How long before its end a watch gets its last bookmark.
    public static let lastBookmarkLead = Duration.seconds(2)
    /// The most bytes of all annotations of an object.
    public static let annotationBytes = 256 << 10
    /// The most bytes a secret's or a config map's data may have.
    public static let dataBytes = 1 << 20
    /// The most warnings of a review that one write is answered with.
    public static let warnings = 16
}
