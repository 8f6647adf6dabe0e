internal import Glibc

/// A signal of this system.
public struct Signal: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The number as this system counts.
    public let rawValue: Int32

    /// Makes one from its number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The terminal is gone, or the configuration is to be read again.
    public static let hangUp = Signal(rawValue: SIGHUP)
    /// The user pressed Ctrl-C.
    public static let interrupt = Signal(rawValue: SIGINT)
    /// The user pressed Ctrl-\.
    public static let quit = Signal(rawValue: SIGQUIT)
    /// End at once; cannot be caught.
    public static let kill = Signal(rawValue: SIGKILL)
    /// The reader of a pipe is gone.
    public static let brokenPipe = Signal(rawValue: SIGPIPE)
    /// End in good order.
    public static let terminate = Signal(rawValue: SIGTERM)
    /// Go on after a stop.
    public static let resume = Signal(rawValue: SIGCONT)
    /// Stop; cannot be caught.
    public static let stop = Signal(rawValue: SIGSTOP)
    /// For any use.
    public static let userDefined1 = Signal(rawValue: SIGUSR1)
    /// For any use.
    public static let userDefined2 = Signal(rawValue: SIGUSR2)

    private static let names: [Int32: String] = [
        SIGHUP: "HUP", SIGINT: "INT", SIGQUIT: "QUIT", SIGILL: "ILL", SIGTRAP: "TRAP",
        SIGABRT: "ABRT", SIGBUS: "BUS", SIGFPE: "FPE", SIGKILL: "KILL", SIGUSR1: "USR1",
        SIGSEGV: "SEGV", SIGUSR2: "USR2", SIGPIPE: "PIPE", SIGALRM: "ALRM", SIGTERM: "TERM",
        SIGCHLD: "CHLD", SIGCONT: "CONT", SIGSTOP: "STOP", SIGXCPU: "XCPU", SIGXFSZ: "XFSZ",
        SIGSYS: "SYS",
    ]

    /// The name as programmers write it: `SIGTERM`.
    public var description: String {
        Signal.names[rawValue].map { "SIG\($0)" } ?? "signal \(rawValue)"
    }

    /// Sends the signal to a process; false where there is none such, or it is not ours to signal.
    ///
    /// Signal 0 is sent to nobody and tells whether the process is there.
    @discardableResult
    public func send(to processID: Int32) -> Bool {
        // 0 and negative numbers are whole groups, which nobody means here.
        processID > 0 && Glibc.kill(processID, rawValue) == 0
    }
}
