import HTTP
import Synchronization
import Values

/// A server that notes what is sent to it, and answers as it is told.
final class Receiver: Sendable {
    struct Message: Sendable {
        let path: String
        let headers: HTTPHeaders
        let body: [UInt8]

        var json: JSON { (try? JSON(parsing: body)) ?? .null }
    }

    private final class Memory: Sendable {
        let messages = Mutex<[Message]>([])
        /// The statuses to answer with, in turn; then 200.
        let answers = Mutex<[Int]>([])
        /// The paths that answer 500 for now.
        let refused = Mutex<Set<String>>([])
    }

    private let memory = Memory()
    private let server: HTTPServer

    init(answering statuses: [Int] = []) throws {
        memory.answers.withLock { $0 = statuses }
        server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0))
        {
            [memory] request in
            let message = Message(
                path: "/" + request.pathSegments.joined(separator: "/"), headers: request.headers,
                body: request.body)
            memory.messages.withLock { $0.append(message) }
            let isRefused = memory.refused.withLock { $0.contains(message.path) }
            let status = memory.answers.withLock {
                isRefused ? 500 : $0.isEmpty ? 200 : $0.removeFirst()
            }
            return HTTPServerResponse(status: status, text: "noted\n")
        }
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(server.port)\(path)" }

    var messages: [Message] { memory.messages.withLock { $0 } }

    /// Lets a path fail from now on.
    func refuse(_ path: String) { memory.refused.withLock { _ = $0.insert(path) } }

    /// Lets a path succeed again.
    func accept(_ path: String) { memory.refused.withLock { _ = $0.remove(path) } }

    func shutdown() async { await server.shutdown() }

    /// Calls a body with a receiver, which is gone at its end.
    static func with(
        answering statuses: [Int] = [], _ body: (Receiver) async throws -> Void
    ) async throws {
        let receiver = try Receiver(answering: statuses)
        do {
            try await body(receiver)
        } catch {
            await receiver.shutdown()
            throw error
        }
        await receiver.shutdown()
    }
}
