internal import CPOSIX
internal import Glibc

/// A number by which the operating system says why a call failed (`errno`).
public struct ErrorNumber: RawRepresentable, Error, Sendable, Hashable, CustomStringConvertible {
    /// The number as this system counts.
    public let rawValue: Int32

    /// Makes one from its number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// There is no such file or directory.
    public static let notFound = ErrorNumber(rawValue: ENOENT)
    /// The file is there already.
    public static let alreadyExists = ErrorNumber(rawValue: EEXIST)
    /// The permissions forbid it.
    public static let permissionDenied = ErrorNumber(rawValue: EACCES)
    /// The operation is not permitted to this user.
    public static let notPermitted = ErrorNumber(rawValue: EPERM)
    /// The path is of a directory.
    public static let isDirectory = ErrorNumber(rawValue: EISDIR)
    /// A part of the path is no directory.
    public static let notDirectory = ErrorNumber(rawValue: ENOTDIR)
    /// The file is larger than the caller takes.
    public static let tooLarge = ErrorNumber(rawValue: EFBIG)
    /// The disk is full.
    public static let noSpace = ErrorNumber(rawValue: ENOSPC)
    /// Another process holds the lock, or the call would have to wait.
    public static let wouldBlock = ErrorNumber(rawValue: EWOULDBLOCK)
    /// The reader of a pipe is gone.
    public static let brokenPipe = ErrorNumber(rawValue: EPIPE)
    /// The path holds a zero byte, or an argument makes no sense.
    public static let invalidArgument = ErrorNumber(rawValue: EINVAL)
    /// The process, or the system, has no descriptor left.
    public static let tooManyOpenFiles = ErrorNumber(rawValue: EMFILE)
    /// The file is no program this system can run.
    public static let notExecutable = ErrorNumber(rawValue: ENOEXEC)
    /// The program is open for writing (`ETXTBSY`).
    public static let textFileBusy = ErrorNumber(rawValue: ETXTBSY)

    /// The number the last call of this thread left; to be read before any other call is made.
    static var last: ErrorNumber { ErrorNumber(rawValue: errno) }

    /// The system's text, in English: `No such file or directory`.
    public var description: String { unsafe String(cString: cposix_error_text(rawValue)) }
}
