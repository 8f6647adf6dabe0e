import HTTP
import Testing

@Suite struct LimitTests {
    @Test func `a response over the body's bound is an error`() async throws {
        try await withServer { _ in
            HTTPServerResponse(status: 200, body: .bytes([UInt8](repeating: 0, count: 1001)))
        } _: { client, url, _ async throws in
            var request = HTTPRequest(method: .post, url: url, maximumResponseBytes: 1001)
            #expect(try await client.send(request).body.count == 1001)
            request.maximumResponseBytes = 1000
            let error = await failure { () throws(HTTPError) in try await client.send(request) }
            #expect(error?.code == .tooLarge)
            #expect(error?.outcomeUnknown == true)
        }
    }

    @Test func `a response head over its bound is an error`() async throws {
        let server = try RawServer { connection, _ in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            let line = "X-Long: \(String(repeating: "x", count: 8000))\r\n"
            for _ in 0..<ClientLimits.headerBytes / 8000 + 1 { connection.write(line) }
            connection.write("\r\n")
            _ = connection.readAll()
        }
        let client = HTTPClient()
        let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/")
        let error = await failure { () throws(HTTPError) in try await client.send(request) }
        #expect(error?.code == .tooLarge)
        await client.shutdown()
    }

    @Test func `what is not HTTP is an error`() async throws {
        let server = try RawServer { connection, _ in
            _ = connection.readRequest()
            connection.write("220 mail ready\r\n")
        }
        let client = HTTPClient()
        let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/")
        let error = await failure { () throws(HTTPError) in try await client.send(request) }
        #expect(error?.code == .invalidResponse)
        await client.shutdown()
    }

    @Test func `a body over the server's bound is answered 413 and not handled`() async throws {
        let configuration = HTTPServerConfiguration(maximumBodyBytes: 1000)
        try await withServer(configuration) { request in
            HTTPServerResponse(status: 200, text: "\(request.body.count)")
        } _: { client, url, server async throws in
            let fits = HTTPRequest(
                method: .post, url: url, body: [UInt8](repeating: 1, count: 1000))
            #expect(try await client.send(fits).text == "1000")
            let large = HTTPRequest(
                method: .post, url: url, body: [UInt8](repeating: 1, count: 1001))
            #expect(try await client.send(large).status == 413)

            // Larger than what the kernel takes before the server has refused it.
            let huge = HTTPRequest(
                method: .post, url: url, body: [UInt8](repeating: 1, count: 32 << 20))
            #expect(try await client.send(huge).status == 413)

            // Refused by its length alone, before any of it is sent.
            let raw = try #require(RawConnection(port: server.port))
            raw.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
            #expect(await raw.received().hasPrefix("HTTP/1.1 413 "))

            let chunked = try #require(RawConnection(port: server.port))
            chunked.write("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n")
            chunked.write("Transfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<20 { chunked.write("64\r\n\(String(repeating: "x", count: 100))\r\n") }
            chunked.write("0\r\n\r\n")
            #expect(await chunked.received().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a chunked body without end is cut`() async throws {
        let configuration = HTTPServerConfiguration(maximumBodyBytes: 1000)
        try await withServer(configuration) { _ in
            HTTPServerResponse(status: 200)
        } _: { _, _, server async throws in
            let raw = try #require(RawConnection(port: server.port))
            raw.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "1000\r\n\(String(repeating: "x", count: 0x1000))\r\n"
            for _ in 0..<200 { raw.write(chunk) }
            #expect(await raw.received().isEmpty)
        }
    }

    @Test func `a request head over the bound is refused`() async throws {
        let configuration = HTTPServerConfiguration(maximumHeaderBytes: 4096)
        try await withServer(configuration) { _ in
            HTTPServerResponse(status: 200)
        } _: { client, url, _ async throws in
            for count in [4096, 300_000] {
                let request = HTTPRequest(
                    url: url, headers: ["X-Long": String(repeating: "x", count: count)])
                #expect(try await client.send(request).status == 431)
            }
            let fits = HTTPRequest(
                url: url, headers: ["X-Long": String(repeating: "x", count: 3500)])
            #expect(try await client.send(fits).status == 200)
        }
    }

    @Test(arguments: ["/%", "/%4", "/%zz", "/%ff", "/?a=%c3", "/?%ff=1"])
    func `a target that is not percent-encoded UTF-8 is answered 400`(
        target: String
    ) async throws {
        try await withServer { _ in
            HTTPServerResponse(status: 200)
        } _: { client, url, _ async throws in
            #expect(try await client.send(HTTPRequest(url: url + target)).status == 400)
        }
    }

    @Test(arguments: [
        "ftp://127.0.0.1/", "127.0.0.1/", "http:/x", "http://a b/", "http://[::1", "",
        "file:///etc/passwd", "http://127.0.0.1/\r\nX: y",
    ])
    func `what is no http URL is refused`(url: String) async {
        let client = HTTPClient()
        let error = await failure { () throws(HTTPError) in
            try await client.send(HTTPRequest(method: .post, url: url))
        }
        #expect(error?.code == .invalidURL)
        #expect(error?.outcomeUnknown == false)
        await client.shutdown()
    }

    @Test func `a header cannot add lines`() async throws {
        try await withServer { request in
            HTTPServerResponse(
                status: 200, headers: ["X-Echo": request.queryValue("x") ?? ""])
        } _: { client, url, _ async throws in
            for headers: HTTPHeaders in [["X": "a\r\nY: b"], ["X\r\nY": "b"], ["": "x"]] {
                let request = HTTPRequest(url: url, headers: headers)
                let error = await failure { () throws(HTTPError) in try await client.send(request) }
                #expect(error?.code == .invalidRequest)
            }
            let method = HTTPRequest(method: HTTPMethod(rawValue: "GET /\r\n"), url: url)
            let error = await failure { () throws(HTTPError) in try await client.send(method) }
            #expect(error?.code == .invalidRequest)
            let reflected = HTTPRequest(url: url + "/?x=a%0D%0ASet-Cookie:%20b")
            let response = try await client.send(reflected)
            #expect(response.status == 500)
            #expect(!response.headers.contains("Set-Cookie"))
        }
    }
}
