/// The bounds of this room, each named once (law 34).
public enum KubernetesLimits {
    /// The objects asked for in one page of a list.
    public static let listPageSize = 500
    /// The most objects one list or one cache may hold.
    public static let maximumObjects = 1_000_000
    /// The most bytes of the reply to a request about one object: etcd's limit with room to spare.
    public static let maximumObjectBytes = 8 << 20
    /// The most bytes of one page of a list.
    public static let maximumListBytes = 512 << 20
    /// The most bytes of one event of a watch.
    public static let maximumEventBytes = 8 << 20
    /// How often a paged list starts again after its continue token expired, before it asks for
    /// everything in one page.
    public static let listRestarts = 2
    /// How often a request that the server refused with `Retry-After` is sent again.
    public static let maximumRetries = 5
    /// The longest `Retry-After` that is waited for inside a request.
    public static let maximumRetryAfter = Duration.seconds(30)
    /// How long a request may take when its caller says nothing.
    public static let requestTimeout = Duration.seconds(30)
    /// What a request that is sent again has at least, however little its caller has left.
    public static let minimumRequestTimeout = Duration.milliseconds(10)
    /// The most bytes of a kubeconfig, certificate or token file.
    public static let maximumConfigurationBytes = 1 << 20
    /// How long a token read from a file is used before the file is looked at again.
    public static let tokenLifetime = Duration.seconds(10)
    /// The shortest time that a watch is open on the server.
    public static let minimumWatchTimeout = Duration.seconds(300)
    /// The longest time that a watch is open on the server.
    public static let maximumWatchTimeout = Duration.seconds(600)
    /// How long beyond the server's timeout a silent watch is kept (law 27).
    public static let watchTimeoutMargin = Duration.seconds(30)
    /// The first wait after a failed list or watch.
    public static let minimumReflectorBackoff = Duration.milliseconds(800)
    /// The longest wait after failed lists or watches.
    public static let maximumReflectorBackoff = Duration.seconds(30)
    /// A watch that lived longer than this without failing clears the backoff.
    public static let steadyWatch = Duration.seconds(60)
    /// How many watches may fail in a row without an event before everything is listed again.
    public static let watchFailuresBeforeList = 5
    /// How many lists may be older than the cache in a row before the reflector gives up.
    public static let staleLists = 8
    /// The events of core/v1 that wait to be written.
    public static let eventBuffer = 1024
    /// The events that are remembered for counting repetitions.
    public static let eventMemory = 4096
    /// The most bytes of an event's message.
    public static let eventMessageBytes = 1024
    /// The most bytes of an event's reason.
    public static let eventReasonBytes = 128
    /// The events that one object may cause at once.
    public static let eventBurst = 25
    /// How long until one object may cause another event after its burst.
    public static let eventRefill = Duration.seconds(300)
    /// The most characters of a server's message that an error repeats.
    public static let errorMessageCharacters = 4096
    /// How many of the objects of a list that cannot be read are told by name.
    public static let namedUnreadable = 8
    /// The most causes that an error keeps.
    public static let errorCauses = 64
}
