/// The bounds of the room.
public enum AdmissionLimits {
    /// The most requests of one queue that wait; what comes beyond is refused.
    public static let waiting = 1_000_000
    /// The most of one pool that a request may hold, in thousandths: 1Pi of it.
    public static let amount: Int64 = 1000 << 50
    /// How long the head of a line may wait for a resource before later, smaller requests stop
    /// passing it.
    public static let backfillWindow = Duration.seconds(30)
    /// The parts of a sliding window; its edge is as coarse as one of them.
    public static let windowParts = 10
    /// The most tokens that one request is believed to have used.
    public static let usedTokens: Int64 = 1 << 40
    /// The largest figure that is believed of a limit, or kept of what was used beyond one.
    public static let figure: Int64 = 1 << 53
    /// The longest window over which requests of a dependency are counted.
    public static let window = Duration.seconds(86_400)
    /// The longest that a circuit stays open before it is tried again.
    public static let openDuration = Duration.seconds(31 * 86_400)
    /// The longest that a request waits for a dependency that is out of order.
    public static let patience = Duration.seconds(366 * 86_400)
    /// The most requests at once of one dependency; more is as good as no limit.
    public static let concurrent: Int64 = 1 << 31
    /// The longest wait for a dependency that is taken from what it says itself.
    public static let pause = Duration.seconds(86_400)
    /// The most fallbacks of one dependency that are looked at.
    public static let fallbacks = 8

    /// How far the clocks of two processes that share a limit may be apart.
    public static let clockSkew = Duration.seconds(2)
    /// How far ahead of their time tokens are drawn from a shared bucket.
    public static let drawHorizon = Duration.seconds(10)
    /// How long after its drawing began a token may be spent; then it is lost.
    public static let tokenLife = Duration.seconds(12)
    /// How long a share is its holder's without being renewed.
    public static let shareLife = Duration.seconds(30)
    /// When a share whose permits are in use is renewed: early enough to fail twice.
    public static let shareRenewal = Duration.seconds(10)
    /// The most holders of one ledger; who comes later waits until a share ends.
    public static let holders = 64
    /// What was used beyond a limit is remembered as at most so long a wait.
    public static let debt = Duration.seconds(3600)
    /// From how many uses within the horizon tokens are drawn before they are asked for.
    static let steadyUse: Int64 = 4
    /// How much the last request counts in the average of what requests use.
    static let meanWeight = 0.2
    /// The shortest wait for what others may leave.
    static let recheck = Duration.seconds(1)
}
