internal import Glibc

/// The single owner of an open descriptor, which closes it.
struct FileDescriptor: ~Copyable {
    let rawValue: Int32

    /// Takes over a descriptor that is open.
    init(owning rawValue: Int32) { self.rawValue = rawValue }

    /// Opens a path, close-on-exec, again where a signal interrupted it.
    init(
        opening path: String, flags: Int32, permissions: UInt32 = 0, for operation: String
    ) throws(FileError) {
        // A zero byte would silently cut the path.
        guard !path.utf8.contains(0) else {
            throw FileError(operation: operation, path: path, code: .invalidArgument)
        }
        var descriptor: Int32
        repeat {
            descriptor = unsafe open(path, flags | O_CLOEXEC, mode_t(permissions))
        } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else {
            throw FileError(operation: operation, path: path, code: .last)
        }
        rawValue = descriptor
    }

    // On Linux the descriptor is gone even where close reports an error, so it is never repeated.
    deinit { close(rawValue) }

    /// Writes all bytes, waiting where the descriptor does not take them yet.
    borrowing func writeAll(_ bytes: [UInt8]) throws(ErrorNumber) {
        try FileDescriptor.writeAll(bytes, to: rawValue)
    }

    /// Writes all bytes to a descriptor of another owner.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(ErrorNumber) {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...])
                return unsafe write(descriptor, rest.baseAddress, rest.count)
            }
            if count >= 0 {
                offset += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&ready, 1, -1)
            default: throw .last
            }
        }
    }

    /// Reads up to a number of bytes; empty at the end.
    static func readSome(
        _ maximumBytes: Int, from descriptor: Int32
    ) throws(ErrorNumber) -> [UInt8] {
        var failure: ErrorNumber?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: maximumBytes) { buffer, count in
            var result: Int
            repeat {
                result = unsafe read(descriptor, buffer.baseAddress, buffer.count)
            } while result < 0 && errno == EINTR
            if result < 0 { failure = .last }
            count = max(0, result)
        }
        if let failure { throw failure }
        return bytes
    }

    /// Waits until what was written is on the disk.
    borrowing func synchronize() throws(ErrorNumber) {
        guard fsync(rawValue) == 0 else { throw .last }
    }
}
