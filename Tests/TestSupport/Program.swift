public import POSIX

/// A program that tests run, and how it ended.
public struct Program: Sendable {
    /// The program: a path, or a name on the path.
    public var executable: String
    /// What stands before the arguments of every call.
    public var prefix: [String]
    /// All its variables.
    public var environment: [String: String]
    /// Where it runs.
    public var directory: String?

    /// Makes a program.
    public init(
        _ executable: String, prefix: [String] = [], environment: [String: String] = [:],
        directory: String? = nil
    ) {
        self.executable = executable
        self.prefix = prefix
        self.environment = environment
        self.directory = directory
        self.environment["PATH"] =
            environment["PATH"] ?? Environment.variable("PATH") ?? "/usr/bin:/bin"
    }

    /// How a call ended, and what it wrote.
    public struct Result: Sendable, CustomStringConvertible {
        /// How it ended.
        public let status: ExitStatus
        /// What it wrote to standard output.
        public let output: String
        /// What it wrote to standard error.
        public let error: String

        /// The exit code as a shell reports it.
        public var code: Int32 { status.shellCode }

        /// The lines of standard output.
        public var lines: [String] { output.split(separator: "\n").map(String.init) }

        /// All of it, for messages of tests.
        public var description: String { "\(status)\noutput: \(output)\nerror: \(error)" }
    }

    /// The configuration of a call.
    public func call(_ arguments: [String], input: String = "") -> ChildConfiguration {
        ChildConfiguration(
            executable: executable, arguments: prefix + arguments, environment: environment,
            workingDirectory: directory, standardInput: Array(input.utf8))
    }

    /// Runs it to its end.
    public func run(_ arguments: [String], input: String = "") async throws -> Result {
        let result = try await ChildProcess.collect(
            call(arguments, input: input), maximumBytes: 4 << 20)
        return Result(
            status: result.status, output: String(decoding: result.output, as: UTF8.self),
            error: String(decoding: result.error, as: UTF8.self))
    }

    /// Runs it to its end.
    public func run(_ arguments: String..., input: String = "") async throws -> Result {
        try await run(arguments, input: input)
    }
}

/// A program that ended otherwise than a test needs.
public struct ProgramFailed: Error, Sendable, CustomStringConvertible {
    /// The call, and what the program wrote.
    public let description: String
}

extension Program {
    /// The product's own program, as this build made it.
    public static var orchestrator: String {
        // The tests' bundle lies beside it; elsewhere the debug build is meant.
        let bundle = CommandLine.arguments.first ?? ""
        let folder = bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let beside = "\(folder.joined(separator: "/"))/llm-orchestrator"
        return FileSystem.exists(beside)
            ? beside : "\(Checkout.path)/.build/debug/llm-orchestrator"
    }
}
