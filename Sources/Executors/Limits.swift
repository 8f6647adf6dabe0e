/// The bounds of what one attempt of a task may use and give.
public enum ExecutorLimits {
    /// The most bytes of standard output, of standard error or of a response's body that are kept as
    /// a text in the outputs, and so in the run's checkpoint.
    public static let textBytes = 16 << 10
    /// The most bytes of standard output or of a response's body that are read as JSON.
    public static let jsonBytes = 1 << 20
    /// The most bytes of a response's body that are taken where the task says nothing.
    public static let responseBytes = 1 << 20
    /// The most bytes of a response's body that a task may ask for.
    public static let maximumResponseBytes = 64 << 20
    /// The longest a request without a deadline may take.
    public static let requestTimeout = Duration.seconds(600)
    /// The lines at the end of standard error that an error's message quotes.
    public static let quotedLines = 3
    /// The most bytes of standard error or of a response that an error's message quotes.
    public static let quotedBytes = 512
    /// How long a command has from `SIGTERM` to `SIGKILL`.
    public static let terminationGrace = Duration.seconds(5)
    /// The longest wait taken from `Retry-After`; a day is more than any run should be told to wait.
    public static let retryAfter = Duration.seconds(86_400)
}
