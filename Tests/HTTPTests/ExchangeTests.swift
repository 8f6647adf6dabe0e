import HTTP
import Testing

@Suite struct ExchangeTests {
    @Test(arguments: [HTTPMethod.get, .post, .put, .patch, .delete, .options])
    func `a request reaches the handler as it was sent`(method: HTTPMethod) async throws {
        try await withServer { request in
            var lines = ["\(request.method)", request.path]
            lines += request.pathSegments
            lines += request.query.map { "\($0.name)=\($0.value)" }
            lines += request.headers.values(of: "x-many")
            lines.append("\(request.body.count)")
            return HTTPServerResponse(
                status: 201, headers: ["X-One": "1", "x-two": "2"],
                body: .bytes(Array(lines.joined(separator: "|").utf8)))
        } _: { client, url, _ async throws in
            let body: [UInt8]? = method == .get || method == .options ? nil : [1, 2, 3]
            let response = try await client.send(
                HTTPRequest(
                    method: method, url: url + "/a%2Fb/c%20d/?x=1&x=%C3%A4+b&flag",
                    headers: ["X-Many": "one", "x-many": "two"], body: body))
            #expect(response.status == 201)
            #expect(response.headers["x-one"] == "1")
            #expect(response.headers["X-Two"] == "2")
            #expect(
                response.text == "\(method)|/a%2Fb/c%20d/|a/b|c d||x=1|x=ä b|flag=|one|two|"
                    + "\(body?.count ?? 0)")
        }
    }

    @Test func `HEAD has the head of GET and no body`() async throws {
        try await withServer { _ in
            HTTPServerResponse(status: 200, text: "hello")
        } _: { client, url, _ async throws in
            let response = try await client.send(HTTPRequest(method: .head, url: url))
            #expect(response.status == 200)
            #expect(response.headers["content-length"] == "5")
            #expect(response.body.isEmpty)
        }
    }

    @Test func `five megabytes go both ways`() async throws {
        let configuration = HTTPServerConfiguration(maximumBodyBytes: 6 << 20)
        try await withServer(configuration) { request in
            HTTPServerResponse(status: 200, body: .bytes(request.body.reversed()))
        } _: { client, url, _ async throws in
            let body = (0..<5 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let response = try await client.send(HTTPRequest(method: .post, url: url, body: body))
            #expect(response.body == body.reversed())
        }
    }

    @Test func `a thousand requests are answered at once`() async throws {
        try await withServer { request in
            await Task.yield()
            return HTTPServerResponse(status: 200, text: request.path)
        } _: { client, url, _ async throws in
            try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for index in 0..<1000 {
                    group.addTask {
                        let request = HTTPRequest(url: "\(url)/\(index)")
                        return (index, try await client.send(request).text)
                    }
                }
                for try await (index, text) in group { #expect(text == "/\(index)") }
            }
        }
    }

    @Test func `a stream is read to its end`() async throws {
        try await withServer { _ in
            HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    for index in 0..<100 { try await writer.write(Array("\(index)\n".utf8)) }
                })
        } _: { client, url, _ async throws in
            let stream = try await client.stream(HTTPRequest(url: url))
            var bytes: [UInt8] = []
            while let batch = try await stream.next() { bytes += batch }
            #expect(bytes == (0..<100).flatMap { Array("\($0)\n".utf8) })
        }
    }
}
