import HTTP

/// Runs a client against a server in this process, and ends both.
func withServer<Value>(
    _ configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
    client clientConfiguration: HTTPClientConfiguration = HTTPClientConfiguration(),
    handler: @escaping HTTPServer.Handler,
    _ body: (_ client: HTTPClient, _ url: String, _ server: HTTPServer) async throws -> Value
) async throws -> Value {
    let server = try HTTPServer(configuration: configuration, handler: handler)
    let client = HTTPClient(configuration: clientConfiguration)
    let scheme = configuration.tls == nil ? "http" : "https"
    let result: Result<Value, any Error>
    do {
        result = .success(
            try await body(client, "\(scheme)://127.0.0.1:\(server.port)", server))
    } catch {
        result = .failure(error)
    }
    await client.shutdown()
    await server.shutdown()
    return try result.get()
}

/// The error a call fails with, or nil where it does not.
func failure(_ call: () async throws(HTTPError) -> some Any) async -> HTTPError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
