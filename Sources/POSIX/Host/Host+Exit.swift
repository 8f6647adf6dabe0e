internal import Glibc

extension Host {
    /// Ends the process with a code, without waiting for other threads.
    public static func exit(_ code: Int32) -> Never { Glibc.exit(code) }
}
