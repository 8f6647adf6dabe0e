/// A program to run and what it is given.
public struct ChildConfiguration: Sendable, Hashable {
    /// Where what the child writes goes.
    public enum OutputTarget: Sendable, Hashable {
        /// To whoever calls ``ChildProcess/nextOutput()``; the child waits while nobody does.
        case streamed
        /// Nowhere.
        case discarded
        /// Where this process's own output goes.
        case inherited
    }

    /// The program: a path where it has a slash, else a name looked up in the child's `PATH`.
    public var executable: String
    /// The arguments after the program's name.
    public var arguments: [String]
    /// All variables the child sees; nothing of this process's environment is added.
    public var environment: [String: String]
    /// The directory it starts in; nil for this process's.
    public var workingDirectory: String?
    /// The bytes it reads from standard input, followed by the end.
    public var standardInput: [UInt8]
    /// Where its standard output and standard error go.
    public var output: OutputTarget
    /// The most it may use.
    public var limits: ChildLimits

    /// Makes a configuration.
    public init(
        executable: String, arguments: [String] = [], environment: [String: String] = [:],
        workingDirectory: String? = nil, standardInput: [UInt8] = [],
        output: OutputTarget = .streamed, limits: ChildLimits = ChildLimits()
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.standardInput = standardInput
        self.output = output
        self.limits = limits
    }
}
