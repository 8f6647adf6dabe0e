import HTTP
import Synchronization
import Values

/// A service on this machine that tests break and repair.
final class BreakableService: Sendable {
    private final class Answers: Sendable {
        struct State {
            var status = 200
            var headers: HTTPHeaders = [:]
            var body = "{}"
            var count = 0
        }

        let state = Mutex(State())
    }

    private let answers: Answers
    private let server: HTTPServer

    init() throws {
        let answers = Answers()
        self.answers = answers
        server = try HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        ) { _ in
            answers.state.withLock { state in
                state.count += 1
                return HTTPServerResponse(
                    status: state.status, headers: state.headers,
                    body: .bytes(Array(state.body.utf8)))
            }
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)" }

    /// How many requests came.
    var count: Int { answers.state.withLock { $0.count } }

    /// Says how requests are answered from now on.
    func answer(_ status: Int, _ headers: HTTPHeaders = [:], body: String = "{}") {
        answers.state.withLock { state in
            state.status = status
            state.headers = headers
            state.body = body
        }
    }

    func shutdown() async { await server.shutdown() }

    /// Gives a service to a body, and ends it afterwards.
    static func with(_ body: (BreakableService) async throws -> Void) async throws {
        let service = try BreakableService()
        let result: Result<Void, any Error>
        do { result = .success(try await body(service)) } catch { result = .failure(error) }
        await service.shutdown()
        try result.get()
    }
}
