/// The bounds of the room.
public enum AdmissionLimits {
    /// The most requests of one queue that wait; what comes beyond is refused.
    public static let waiting = 1_000_000
    /// How long the head of a line may wait for a resource before later, smaller requests stop
    /// passing it.
    public static let backfillWindow = Duration.seconds(30)
    /// The parts of a sliding window; its edge is as coarse as one of them.
    public static let windowParts = 10
    /// The longest wait for a dependency that is taken from what it says itself.
    public static let pause = Duration.seconds(86_400)
    /// The most fallbacks of one dependency that are looked at.
    public static let fallbacks = 8
}
