import Glibc
import HTTP
import Synchronization

/// A TCP server that does with each connection what a script says, on a thread of its own: for
/// answers no HTTP server would give.
final class RawServer: Sendable {
    let port: UInt16
    private let socket: ListeningSocket
    private let log = Log()

    /// The heads of the requests read so far, in order.
    var requests: [String] { log.requests.withLock { $0 } }

    /// Starts a server; the script is told how many connections there were before.
    init(_ script: @escaping @Sendable (RawConnection, Int) -> Void) throws {
        socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        port = socket.port
        let (descriptor, log) = (socket.descriptor, log)
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
        _ = DedicatedThread.start(name: "raw-server") {
            var count = 0
            while true {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0 else { break }
                let index = count
                count += 1
                _ = DedicatedThread.start(name: "raw-connection") {
                    let connection = RawConnection(descriptor: accepted, log: log)
                    script(connection, index)
                    connection.close()
                }
            }
            close(descriptor)
        }
    }

    /// Ends the thread that accepts.
    deinit { _ = shutdown(socket.descriptor, Int32(SHUT_RDWR)) }

    fileprivate final class Log: Sendable {
        let requests = Mutex<[String]>([])
    }
}

/// One end of a TCP connection, read and written by blocking calls.
final class RawConnection: Sendable {
    private let descriptor: Int32
    private let log: RawServer.Log?
    private let isOpen = Mutex(true)

    fileprivate init(descriptor: Int32, log: RawServer.Log?) {
        self.descriptor = descriptor
        self.log = log
    }

    /// Connects to a server of this machine; nil where it does not listen.
    init?(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        log = nil
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe connect(descriptor, raw, size) == 0
            }
        }
        if !connected { return nil }
    }

    deinit { close() }

    /// Reads a request with its body and logs its head; nil where the peer has closed before.
    func readRequest() -> String? {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard let byte = readByte() else { return nil }
            bytes.append(byte)
        }
        let head = String(decoding: bytes, as: UTF8.self)
        var length = 0
        for line in head.lowercased().split(whereSeparator: \.isNewline)
        where line.hasPrefix("content-length:") {
            length = Int(line.dropFirst(15).drop { $0 == " " }) ?? 0
        }
        for _ in 0..<length where readByte() == nil { return nil }
        log?.requests.withLock { $0.append(head) }
        return head
    }

    /// Reads until the peer closes.
    func readAll() -> String {
        var bytes: [UInt8] = []
        while let byte = readByte() { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads until the peer closes, without holding a thread that tasks run on.
    func received() async -> String {
        await withCheckedContinuation { continuation in
            let isStarted = DedicatedThread.start(name: "raw-reader") {
                continuation.resume(returning: self.readAll())
            }
            if !isStarted { continuation.resume(returning: "") }
        }
    }

    /// Writes a text; an error is the peer's doing and is left to the reader to find.
    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe send(
                    descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Answers a request whole and keeps the connection.
    func answer(_ text: String, status: String = "200 OK", headers: String = "") {
        write("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(text.utf8.count)\r\n\r\n\(text)")
    }

    /// Closes the connection by RST in place of FIN.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, size)
        close()
    }

    func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { _ = Glibc.close(descriptor) }
    }

    private func readByte() -> UInt8? {
        var byte: UInt8 = 0
        return unsafe read(descriptor, &byte, 1) == 1 ? byte : nil
    }
}
