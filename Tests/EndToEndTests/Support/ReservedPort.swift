import HTTP
import POSIX
import Synchronization

/// A port for a server that is started again and again.
enum ReservedPort {
    /// Those handed out: while its server is down, a port looks free to the test beside.
    private static let given = Mutex<Set<Int>>([])

    /// A free port below those that the kernel gives out, so that no other test is given it while the
    /// server is down.
    static func find() async throws -> Int {
        let first = 20_000 + Int(Host.processID) % 5_000
        for port in first..<first + 5_000 {
            guard given.withLock({ $0.insert(port).inserted }) else { continue }
            let configuration = HTTPServerConfiguration(port: UInt16(port))
            guard
                let server = try? HTTPServer(
                    configuration: configuration,
                    handler: { _ in HTTPServerResponse(status: 404, text: "") })
            else { continue }
            await server.shutdown()
            return port
        }
        throw NoFreePort()
    }

    /// Every port of the range is taken.
    struct NoFreePort: Error {}
}
