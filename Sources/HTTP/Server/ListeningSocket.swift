import CPOSIX
import Glibc

/// A socket that listens, not yet owned by the library that accepts from it.
package struct ListeningSocket: Sendable {
    package let descriptor: Int32
    package let port: UInt16

    /// Listens on an address and port; the kernel chooses the port where it is 0.
    package init(host: String, port: UInt16) throws(HTTPServerError) {
        guard var address = SocketAddress(host: host, port: port) else {
            throw HTTPServerError(
                code: .invalidAddress,
                message: "cannot listen on \(host): not an IPv4 or IPv6 address")
        }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw HTTPServerError(errno, host, port) }
        // Without it, a restart would have to wait until the old connections are forgotten.
        var one: Int32 = 1
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let isListening = unsafe address.withRaw { raw, size in
            unsafe bind(descriptor, raw, size) == 0 && listen(descriptor, ServerLimits.backlog) == 0
                && getsockname(descriptor, raw, &size) == 0
        }
        guard isListening else {
            let code = errno
            close(descriptor)
            throw HTTPServerError(code, host, port)
        }
        self.descriptor = descriptor
        self.port = address.port
    }
}

extension HTTPServerError {
    /// The error of a socket call.
    fileprivate init(_ code: Int32, _ host: String, _ port: UInt16) {
        let place = "cannot listen on \(host) port \(port)"
        switch code {
        case EADDRINUSE:
            self.init(
                code: .addressInUse,
                message: "\(place): the address is already in use; stop what listens there "
                    + "or choose another port")
        case EACCES, EPERM:
            self.init(
                code: .permissionDenied,
                message: "\(place): permission denied; choose a port from 1024 on")
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            self.init(
                code: .invalidAddress,
                message: "\(place): this machine does not have the address")
        default:
            self.init(code: .other, message: "\(place): \(unsafe String(cString: strerror(code)))")
        }
    }
}

/// An IPv4 or IPv6 address with its port, in the form the kernel takes.
@safe struct SocketAddress {
    private var storage = sockaddr_storage()
    private var size: socklen_t

    /// Reads an address; nil where it is none.
    init?(host: String, port: UInt16) {
        var four = in_addr()
        var six = in6_addr()
        if unsafe inet_pton(AF_INET, host, &four) == 1 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr = four
            size = socklen_t(MemoryLayout<sockaddr_in>.size)
            unsafe withUnsafeMutableBytes(of: &storage) { bytes in
                unsafe bytes.storeBytes(of: address, as: sockaddr_in.self)
            }
        } else if unsafe inet_pton(AF_INET6, host, &six) == 1 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = six
            size = socklen_t(MemoryLayout<sockaddr_in6>.size)
            unsafe withUnsafeMutableBytes(of: &storage) { bytes in
                unsafe bytes.storeBytes(of: address, as: sockaddr_in6.self)
            }
        } else {
            return nil
        }
    }

    /// Copies an address the kernel gave.
    init(copying address: UnsafePointer<sockaddr>) {
        let isSix = unsafe Int32(address.pointee.sa_family) == AF_INET6
        let count = isSix ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        size = socklen_t(count)
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: count))
        }
    }

    var family: Int32 { Int32(storage.ss_family) }

    /// The port, which both families keep at the same place.
    var port: UInt16 {
        unsafe withUnsafeBytes(of: storage) { bytes in
            unsafe UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
        }
    }

    /// The address and port as URLs write them: `127.0.0.1:80`, `[::1]:80`.
    var text: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let isSix = family == AF_INET6
        unsafe withUnsafeBytes(of: storage) { bytes in
            let start = unsafe bytes.baseAddress?.advanced(by: isSix ? 8 : 4)
            _ = unsafe inet_ntop(family, start, &text, socklen_t(text.count))
        }
        let host = String(
            decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return isSix ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Lends the address to a call that reads or writes it.
    mutating func withRaw<R>(
        _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> R
    ) -> R {
        unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe body(raw, &size)
            }
        }
    }
}
