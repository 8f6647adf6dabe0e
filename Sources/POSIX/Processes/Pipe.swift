internal import CPOSIX
internal import Glibc

/// Both ends of a new pipe, close-on-exec.
struct Pipe: ~Copyable {
    let reading: FileDescriptor
    let writing: FileDescriptor

    init() throws(ErrorNumber) {
        var ends: [Int32] = [-1, -1]
        guard unsafe cposix_open_pipe(&ends) == 0 else { throw .last }
        reading = FileDescriptor(owning: ends[0])
        writing = FileDescriptor(owning: ends[1])
    }
}

extension FileDescriptor {
    /// Makes reads and writes of this end return where they would wait.
    borrowing func setNonBlocking() throws(ErrorNumber) {
        let flags = fcntl(rawValue, F_GETFL)
        guard flags >= 0, fcntl(rawValue, F_SETFL, flags | O_NONBLOCK) == 0 else { throw .last }
    }
}
