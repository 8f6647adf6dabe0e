public import HTTP
internal import POSIX
internal import Values
public import Workflows

/// Runs `http` tasks: one request each.
///
/// A status of 400 or more is a failure, and its kind tells whether another attempt may help. A
/// request that may have reached the server before the connection broke is tried again too; `POST`
/// and `PATCH` carry an `Idempotency-Key` that all attempts share.
public struct HTTPExecutor: TaskExecutor {
    /// `http`.
    public let type = "http"
    private let client: HTTPClient

    /// Makes an executor that sends its requests with a client.
    public init(client: HTTPClient) { self.client = client }

    /// Sends the request and gives the response.
    public func execute(
        _ attempt: TaskAttemptRequest, output: any AttemptOutputSink
    ) async -> AttemptOutcome {
        await AttemptDeadline.enforce(attempt.deadline) {
            do throws(TaskError) { return try await send(attempt, output) } catch {
                return .failed(error)
            }
        }
    }

    private func send(
        _ attempt: TaskAttemptRequest, _ output: any AttemptOutputSink
    ) async throws(TaskError) -> AttemptOutcome {
        var inputs = try HTTPInputs(attempt)
        inputs.request.timeout =
            attempt.deadline.map { max(.milliseconds(1), $0 - SystemClock.now()) }
            ?? ExecutorLimits.requestTimeout
        let response: HTTPResponse
        do { response = try await client.send(inputs.request) } catch {
            if error.code == .cancelled || Task.isCancelled { return .cancelled }
            throw HTTPFailure.error(of: inputs, error)
        }
        if attempt.provider != nil {
            await output.observe(ResponseLimits.observation(of: response, now: SystemClock.now()))
        }
        let status = Int64(response.status)
        guard inputs.successStatus.map({ $0.contains(status) }) ?? (status < 400) else {
            throw HTTPFailure.error(of: inputs, response, now: SystemClock.now())
        }
        return .succeeded(outputs: HTTPExecutor.outputs(of: response))
    }

    private static func outputs(of response: HTTPResponse) -> JSONObject {
        var headers: JSONObject = [:]
        for field in response.headers {
            let name = field.name.lowercased()
            // Cookies are credentials, and outputs are read by whoever may read the run.
            guard name != "set-cookie" else { continue }
            let earlier = headers[name]?.stringValue.map { $0 + ", " } ?? ""
            headers[name] = .string(earlier + field.value)
        }
        var outputs: JSONObject = [
            "status": .integer(Int64(response.status)), "headers": .object(headers),
        ]
        let body = HTTPBodyText(response.body)
        outputs["body"] = .string(body.text)
        if body.isTruncated { outputs["bodyTruncated"] = true }
        if response.body.count <= ExecutorLimits.jsonBytes {
            outputs["json"] = try? JSON(parsing: response.body)
        }
        return outputs
    }
}
