/// Why a program did not start.
public struct SpawnError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What failed.
    public enum Step: Sendable, Hashable {
        /// No directory of the child's `PATH` holds the program.
        case find
        /// The working directory cannot be entered.
        case directory
        /// The system refused to run the file.
        case execute
        /// This machine had no process, descriptor or memory left; it may later.
        case system
    }

    /// What failed.
    public let step: Step
    /// The program as it was asked for, or the directory where that failed.
    public let name: String
    /// The system's reason.
    public let code: ErrorNumber

    /// Whether the same program may start later with nothing changed by hand.
    public var isTransient: Bool { step == .system && code != .invalidArgument }

    /// What failed and why: `cannot run nonsense: command not found`.
    public var description: String {
        switch step {
        case .find where code == .notFound: "cannot run \(name): command not found"
        case .find, .execute: "cannot run \(name): \(code)"
        case .directory: "cannot enter the working directory \(name): \(code)"
        case .system: "cannot start a process for \(name): \(code)"
        }
    }
}
