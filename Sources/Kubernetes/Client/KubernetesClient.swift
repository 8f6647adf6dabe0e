internal import HTTP
internal import Values

/// A client of one API server, for objects of any kind.
///
/// A request is sent once. It is sent again only where the server said that it did nothing: a 429
/// with `Retry-After`, a 401 after a token was renewed, for reads any failure with `Retry-After`.
/// A mutation whose reply is lost fails with ``KubernetesError/outcomeUnknown`` (law 5).
public final class KubernetesClient: Sendable {
    /// The name under which the server remembers what we set, and our `User-Agent`.
    public static let fieldManager = "llm-orchestrator"

    /// Where the server is, and who asks.
    public let configuration: KubernetesConfiguration
    let transport: any KubernetesTransport
    let time: TimeSource
    private let credentials: CredentialSource
    private let tls: TLSOptions

    /// Makes a client; nothing is sent yet.
    ///
    /// The transport may be shared with others, and is not shut down with this client.
    public convenience init(
        configuration: KubernetesConfiguration, http transport: any KubernetesTransport,
        time: TimeSource = .system
    ) {
        self.init(
            configuration, transport, time, CredentialSource(configuration.credentials, time: time))
    }

    private init(
        _ configuration: KubernetesConfiguration, _ transport: any KubernetesTransport,
        _ time: TimeSource,
        _ credentials: CredentialSource
    ) {
        self.configuration = configuration
        self.transport = transport
        self.time = time
        self.credentials = credentials
        tls = TLSOptions(
            caPEM: configuration.certificateAuthority,
            clientCertificatePEM: configuration.clientCertificate,
            clientKeyPEM: configuration.clientKey,
            skipVerification: configuration.skipsVerification)
    }

    /// A client that asks the same server as somebody else, over the same connections.
    public func impersonating(_ impersonation: Impersonation) -> KubernetesClient {
        var configuration = configuration
        configuration.impersonation = impersonation
        return KubernetesClient(configuration, transport, time, credentials)
    }

    /// Sends a request until it has a reply that stands, and gives its JSON.
    func perform(_ call: Call) async throws(KubernetesError) -> JSON {
        let body = try await exchange(call)
        do {
            return try JSON(parsing: body)
        } catch {
            // The server did what was asked; only its words are lost.
            throw KubernetesError(
                .malformedReply, "cannot \(call.operation): the reply is not JSON: \(error)",
                outcomeUnknown: !call.method.isSafe)
        }
    }

    /// Sends a request until it has a reply that stands, and gives its bytes.
    func exchange(_ call: Call) async throws(KubernetesError) -> [UInt8] {
        var retries = 0
        var renewed = false
        let deadline = time.monotonic() + (call.timeout ?? KubernetesLimits.requestTimeout)
        while true {
            let failure: KubernetesError
            do {
                // What is sent again has what is left: the caller counts on the whole.
                return try await performOnce(call, within: deadline - time.monotonic())
            } catch {
                failure = error
            }
            if failure.code == .unauthorized, !renewed, credentials.refused() {
                renewed = true
                continue
            }
            guard retries < KubernetesLimits.maximumRetries,
                let wait = call.retryDelay(failure), time.monotonic() + wait < deadline
            else { throw failure }
            retries += 1
            do {
                try await time.sleep(wait)
            } catch {
                throw KubernetesError(.cancelled, "cannot \(call.operation): cancelled")
            }
        }
    }

    private func performOnce(
        _ call: Call, within timeout: Duration
    ) async throws(KubernetesError) -> [UInt8] {
        var request = try request(call)
        request.timeout = max(timeout, KubernetesLimits.minimumRequestTimeout)
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            throw KubernetesError(error, operation: call.operation)
        }
        guard (200..<300).contains(response.status) else {
            throw KubernetesClient.failure(
                call, status: response.status, headers: response.headers, body: response.body)
        }
        return response.body
    }

    /// Opens a stream; only a reply of 200 is one.
    func open(_ call: Call) async throws(KubernetesError) -> any TransportStream {
        let request = try request(call)
        let stream: any TransportStream
        do {
            stream = try await transport.open(request)
        } catch {
            throw KubernetesError(error, operation: call.operation)
        }
        guard stream.status != 200 else { return stream }
        var body: [UInt8] = []
        while body.count < KubernetesLimits.maximumObjectBytes,
            let bytes = try? await stream.next()
        {
            body += bytes
        }
        stream.cancel()
        if stream.status == 401 { _ = credentials.refused() }
        throw KubernetesClient.failure(
            call, status: stream.status, headers: stream.headers, body: body)
    }

    private func request(_ call: Call) throws(KubernetesError) -> HTTPRequest {
        var headers: HTTPHeaders = [
            "Accept": "application/json", "User-Agent": KubernetesClient.fieldManager,
        ]
        if let authorization = try credentials.authorization() {
            headers["Authorization"] = authorization
        }
        if let impersonation = configuration.impersonation {
            headers["Impersonate-User"] = impersonation.user
            if let uid = impersonation.uid { headers["Impersonate-Uid"] = uid }
            for group in impersonation.groups { headers.add("Impersonate-Group", group) }
        }
        if call.body != nil { headers["Content-Type"] = call.contentType }
        return HTTPRequest(
            method: call.method, url: configuration.server + call.target, headers: headers,
            body: call.body?.bytes, timeout: call.timeout, idleTimeout: call.idleTimeout,
            maximumResponseBytes: call.maximumBytes, tls: tls)
    }

    private static func failure(
        _ call: Call, status: Int, headers: HTTPHeaders, body: [UInt8]
    ) -> KubernetesError {
        let json = try? JSON(parsing: body)
        // The header is also allowed to be a date; servers of Kubernetes send seconds.
        let seconds = headers["Retry-After"].flatMap { Int64($0) }
        var error = KubernetesError(
            status: status, body: json,
            retryAfter: seconds.flatMap { $0 >= 0 ? .seconds($0) : nil },
            operation: call.operation)
        error.outcomeUnknown = status >= 500 && !call.method.isSafe
        return error
    }
}
