/// The bounds of this room.
public enum WorkflowLimits {
    /// The most bytes of one manifest file.
    public static let maximumFileBytes = 4 << 20
    /// The most documents of one manifest file.
    public static let maximumDocuments = 1000
    /// The most diagnostics that are reported of one document.
    public static let maximumDiagnostics = 200
    /// The most bytes of a run's resolved inputs, which its checkpoint holds.
    public static let maximumInputBytes = 64 << 10
    /// The most cells of one source line that a rendered diagnostic shows.
    public static let maximumSourceColumns = 120
}
