/// The bounds of this room.
public enum Limits {
    /// The most bytes a file is read into memory by default.
    public static let fileBytes = 64 << 20
    /// The bytes of one read from a file or a pipe; a pipe of Linux holds as many.
    public static let readBytes = 64 << 10
    /// The signals that wait for a slow listener; more of the same kind say nothing new.
    static let pendingSignals = 16
    /// The events taken from the system at once.
    static let eventBatch = 64
    /// How often a program that is busy for a moment is tried, and the wait between.
    static let busyTries = 20
    static let busyWait = Duration.milliseconds(5)
    /// The longest sleep until a moment before the wall clock is looked at again, as it may be set.
    static let sleepSlice = Duration.seconds(30)
}
