import Crypto
public import HTTP
import Observability
import Values

/// What an operator answers over HTTP: health, metrics, the logs of attempts and the
/// streams of tasks.
public struct OperatorEndpoints: Sendable {
    private let target: Operator?
    private let token: String?

    /// What a process answers that waits for its turn: it is healthy and ready to take over.
    static let standby = OperatorEndpoints(target: nil, token: nil)

    private init(target: Operator?, token: String?) {
        self.target = target
        self.token = token
    }

    /// Makes the endpoints of an operator.
    ///
    /// - Parameter token: the bearer token that everything but health asks for; nil serves metrics to
    ///   all and logs to none, since what tasks print is their owners' alone.
    public init(_ target: Operator, token: String?) {
        self.init(target: target, token: token)
    }

    /// The refusal of a request without the token, where one is asked for.
    private func refusal(of request: HTTPServerRequest) -> HTTPServerResponse? {
        guard let token else { return nil }
        let given = request.headers["Authorization"] ?? ""
        // kubectl keeps bearer tokens for TLS, and gives a loopback server the token as a password.
        let password = Base64.encode(Array("llm-orchestrator:\(token)".utf8))
        for accepted in ["Bearer \(token)", "Basic \(password)"]
        where ConstantTime.equal(Array(given.utf8), Array(accepted.utf8)) {
            return nil
        }
        return HTTPServerResponse(status: 401, text: "the bearer token is missing or wrong\n")
    }

    /// The answer to a request, or nil where it is for somebody else.
    public func respond(to request: HTTPServerRequest) -> HTTPServerResponse? {
        switch request.pathSegments.first {
        case "healthz", "livez": return HTTPServerResponse(status: 200, text: "ok")
        case "readyz":
            return target?.isReady != false
                ? HTTPServerResponse(status: 200, text: "ok")
                : HTTPServerResponse(status: 503, text: "waiting for the first list of objects\n")
        case "metrics":
            if let refusal = refusal(of: request) { return refusal }
            return HTTPServerResponse(
                status: 200, headers: ["Content-Type": "text/plain; version=0.0.4"],
                body: .bytes(Array((target?.metrics.text ?? OperatorMetrics.standbyText).utf8)))
        case "logs": return logs(request)
        case "streams": return streams(request)
        default: return nil
        }
    }

    /// `GET /streams/UID/TASK?offset=N`: the records of a task's stream, as ``StreamEndpoint`` tells.
    private func streams(_ request: HTTPServerRequest) -> HTTPServerResponse? {
        guard let target, token != nil, request.pathSegments.count == 3 else {
            return HTTPServerResponse(status: 404, text: "no streams here\n")
        }
        if let refusal = refusal(of: request) { return refusal }
        return StreamEndpoint(target: target).respond(to: request)
    }

    /// The most bytes of a log in one answer: whoever wants more asks again from where it ended.
    private static let logPageBytes = 1 << 20

    /// `GET /logs/UID/TASK?attempt=N&offset=BYTES`: what an attempt wrote, from an offset on, in base64.
    private func logs(_ request: HTTPServerRequest) -> HTTPServerResponse? {
        guard let target, token != nil, request.pathSegments.count == 3 else {
            return HTTPServerResponse(status: 404, text: "no logs here\n")
        }
        if let refusal = refusal(of: request) { return refusal }
        let run = request.pathSegments[1]
        let task = request.pathSegments[2]
        // The folder of a run of many tasks is long: it is looked through only for who names no attempt.
        let asked = request.queryValue("attempt").flatMap { Int($0) }
        guard let attempt = asked ?? target.logs.attempts(runUID: run, taskID: task).last else {
            return HTTPServerResponse(status: 404, text: "the task has written nothing\n")
        }
        let offset = max(0, request.queryValue("offset").flatMap { Int($0) } ?? 0)
        let key = AttemptLogStore.Key(runUID: run, taskID: task, attempt: attempt)
        let page = target.logs.read(
            key, from: offset, maximumBytes: OperatorEndpoints.logPageBytes)
        let data = Base64.encode(page)
        let json: JSON = ["attempt": .integer(Int64(attempt)), "data": .string(data)]
        return HTTPServerResponse(
            status: 200, headers: ["Content-Type": "application/json"], body: .bytes(json.bytes))
    }
}
