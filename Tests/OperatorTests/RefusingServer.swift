import HTTP
import Kubernetes
import POSIX
import Synchronization
import Values

/// A server before another one, which for a while refuses what it is told to refuse.
final class RefusingServer: KubernetesTransport {
    private struct State {
        var isOpen = false
        var noted: [Duration] = []
    }

    private let http: HTTPClient
    private let status: Int
    private let reason: String
    private let refuses: @Sendable (HTTPRequest) -> Bool
    private let notes: @Sendable (HTTPRequest) -> Bool
    private let state = Mutex(State())

    /// Makes a server.
    ///
    /// - Parameters:
    ///   - notes: Of which requests the times are noted; of those that are refused where absent.
    init(
        _ http: HTTPClient, answering status: Int, _ reason: String,
        notes: (@Sendable (HTTPRequest) -> Bool)? = nil,
        to refuses: @escaping @Sendable (HTTPRequest) -> Bool
    ) {
        self.http = http
        self.status = status
        self.reason = reason
        self.refuses = refuses
        self.notes = notes ?? refuses
    }

    /// When the requests came that are noted, while it refused.
    var noted: [Duration] { state.withLock(\.noted) }

    /// Refuses nothing from now on.
    func open() { state.withLock { $0.isOpen = true } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let isOpen = state.withLock { state in
            if !state.isOpen, notes(request) { state.noted.append(SystemClock.monotonic()) }
            return state.isOpen
        }
        guard !isOpen, refuses(request) else { return try await http.send(request) }
        let body: JSON = [
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": .string(reason),
            "message": "refused for a test", "code": .integer(Int64(status)),
        ]
        return HTTPResponse(status: status, body: body.bytes)
    }

    func open(_ request: HTTPRequest) async throws(HTTPError) -> any TransportStream {
        try await http.open(request)
    }
}

extension HTTPRequest {
    /// Its URL without the query.
    var path: Substring { url.split(separator: "?")[0] }
}
