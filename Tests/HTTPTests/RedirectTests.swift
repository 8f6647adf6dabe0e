import HTTP
import Testing

@Suite struct RedirectTests {
    private static func handler(_ request: HTTPServerRequest) async -> HTTPServerResponse {
        switch request.path {
        case "/here": HTTPServerResponse(status: 302, headers: ["Location": "../there?x=1"])
        case "/away":
            HTTPServerResponse(
                status: 307, headers: ["Location": request.queryValue("to") ?? "/"])
        case "/loop": HTTPServerResponse(status: 301, headers: ["Location": "/loop"])
        default:
            HTTPServerResponse(
                status: 200,
                text: request.path + " " + (request.headers["Authorization"] ?? "nobody") + " "
                    + (request.headers["X-API-Key"] ?? "none"))
        }
    }

    private static let secrets: HTTPHeaders = ["Authorization": "me", "X-API-Key": "key"]

    @Test func `redirects are handed over unless following is asked for`() async throws {
        try await withServer(handler: RedirectTests.handler) { client, url, _ async throws in
            let response = try await client.send(HTTPRequest(url: url + "/here"))
            #expect(response.status == 302)
            #expect(response.headers["Location"] == "../there?x=1")
        }
    }

    @Test func `a redirect within its origin keeps the credentials`() async throws {
        try await withServer(handler: RedirectTests.handler) { client, url, _ async throws in
            let request = HTTPRequest(
                url: url + "/here", headers: RedirectTests.secrets, followRedirects: true)
            #expect(try await client.send(request).text == "/there me key")
            let stream = try await client.stream(request)
            #expect(stream.status == 200)
            let bytes = try await stream.next() ?? []
            #expect(String(decoding: bytes, as: UTF8.self) == "/there me key")
        }
    }

    @Test func `a redirect to another origin takes no credentials along`() async throws {
        try await withServer(handler: RedirectTests.handler) { client, url, _ async throws in
            try await withServer(handler: RedirectTests.handler) { _, other, _ async throws in
                let request = HTTPRequest(
                    url: url + "/away?to=\(PercentEncoding.encode(other + "/x"))",
                    headers: RedirectTests.secrets, followRedirects: true)
                #expect(try await client.send(request).text == "/x nobody none")
            }
        }
    }

    @Test func `a mutation is never redirected`() async throws {
        try await withServer(handler: RedirectTests.handler) { client, url, _ async throws in
            let request = HTTPRequest(
                method: .post, url: url + "/away?to=/x", body: [1], followRedirects: true)
            #expect(try await client.send(request).status == 307)
        }
    }

    @Test func `a circle of redirects ends`() async throws {
        try await withServer(handler: RedirectTests.handler) { client, url, _ async throws in
            let request = HTTPRequest(url: url + "/loop", followRedirects: true)
            let error = await failure { () throws(HTTPError) in try await client.send(request) }
            #expect(error?.code == .tooManyRedirects)
        }
    }

    @Test func `a redirect to a file is not followed`() async throws {
        try await withServer(handler: RedirectTests.handler) { client, url, _ async throws in
            let request = HTTPRequest(
                url: url + "/away?to=file:///etc/passwd", followRedirects: true)
            #expect(try await client.send(request).status == 307)
        }
    }
}
