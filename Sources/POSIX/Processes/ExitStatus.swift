/// How a process ended.
public enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
    /// It exited by itself with a code, 0 to 255.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Signal)

    /// Reads what `waitpid` gives.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7F
        self =
            signal == 0
            ? .exited(waitStatus >> 8 & 0xFF) : .signalled(Signal(rawValue: signal))
    }

    /// Whether it exited with code 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// The code a shell reports: the exit code, or 128 and the signal's number.
    public var shellCode: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let signal): 128 + signal.rawValue
        }
    }

    /// The end in words: `exited with code 3`, `was ended by SIGKILL`.
    public var description: String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .signalled(let signal): "was ended by \(signal)"
        }
    }
}
