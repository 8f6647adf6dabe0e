import HTTP
import Testing

@Suite struct ServerLifecycleTests {
    @Test func `a taken port is an error in plain words`() async throws {
        let server = try HTTPServer { _ in HTTPServerResponse(status: 200) }
        let configuration = HTTPServerConfiguration(port: server.port)
        let error = #expect(throws: HTTPServerError.self) {
            try HTTPServer(configuration: configuration) { _ in HTTPServerResponse(status: 200) }
        }
        #expect(error?.code == .addressInUse)
        #expect(error?.message.contains("port \(server.port)") == true)
        await server.shutdown()
    }

    @Test(arguments: ["nowhere", "192.0.2.1", ""])
    func `an address this machine does not have is an error`(host: String) {
        let error = #expect(throws: HTTPServerError.self) {
            try HTTPServer(configuration: HTTPServerConfiguration(host: host)) { _ in
                HTTPServerResponse(status: 200)
            }
        }
        #expect(error?.code == .invalidAddress)
    }

    @Test func `a certificate that is none is an error`() {
        let tls = HTTPServerTLS(certificatePEM: Array("no".utf8), keyPEM: Array("no".utf8))
        let error = #expect(throws: HTTPServerError.self) {
            try HTTPServer(configuration: HTTPServerConfiguration(tls: tls)) { _ in
                HTTPServerResponse(status: 200)
            }
        }
        #expect(error?.code == .tls)
    }

    @Test func `shutdown lets a running handler end`() async throws {
        let (started, released) = (Gate(), Gate())
        let server = try HTTPServer { _ in
            started.open()
            await released.wait()
            return HTTPServerResponse(status: 200, text: "in time")
        }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        async let response = client.send(HTTPRequest(url: url))
        await started.wait()
        async let ended: Void = server.shutdown()
        // Nobody listens any more, while the handler is still at work.
        while RawConnection(port: server.port) != nil { await Task.yield() }
        released.open()
        #expect(try await response.text == "in time")
        await ended
        await client.shutdown()
    }

    @Test func `shutdown cancels what outlasts its grace`() async throws {
        let (started, cancelled) = (Gate(), Gate())
        let configuration = HTTPServerConfiguration(shutdownGrace: .zero)
        let server = try HTTPServer(configuration: configuration) { request in
            guard request.path == "/stream" else {
                await waitForCancellation()
                cancelled.open()
                return HTTPServerResponse(status: 200)
            }
            return HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write([1])
                    started.open()
                    await waitForCancellation()
                })
        }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)"
        let stream = try await client.stream(HTTPRequest(url: url + "/stream"))
        #expect(try await stream.next() == [1])
        await started.wait()
        async let lost = failure { () throws(HTTPError) in
            while try await stream.next() != nil {}
        }
        await server.shutdown()
        #expect(await lost?.code == .connectionLost)
        await client.shutdown()
        #expect(!cancelled.isOpen)
    }

    @Test func `a peer that closes its connection cancels its handler`() async throws {
        let (started, cancelled) = (Gate(), Gate())
        try await withServer { _ in
            started.open()
            await waitForCancellation()
            cancelled.open()
            return HTTPServerResponse(status: 200)
        } _: { _, _, server async throws in
            let raw = try #require(RawConnection(port: server.port))
            raw.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await started.wait()
            raw.close()
            await cancelled.wait()
        }
    }

    @Test func `connections over the limit wait for others to close`() async throws {
        let configuration = HTTPServerConfiguration(maximumConnections: 2)
        try await withServer(configuration) { request in
            HTTPServerResponse(status: 200, text: request.path)
        } _: { _, _, server in
            let first = try #require(RawConnection(port: server.port))
            let second = try #require(RawConnection(port: server.port))
            let third = try #require(RawConnection(port: server.port))
            for (index, connection) in [first, second, third].enumerated() {
                connection.write("GET /\(index) HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            first.close()
            second.close()
            third.write("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(await third.received().hasSuffix("/last"))
        }
    }

    @Test func `a connection serves many requests, pipelined too`() async throws {
        try await withServer { request in
            HTTPServerResponse(status: 200, text: request.path + "." + request.peerAddress)
        } _: { _, _, server async throws in
            let raw = try #require(RawConnection(port: server.port))
            raw.write("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            raw.write("GET http://a/3?x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let text = await raw.received()
            for path in ["/1.127.0.0.1:", "/2.127.0.0.1:", "/3.127.0.0.1:"] {
                #expect(text.contains(path))
            }
        }
    }

    @Test func `Expect 100-continue is answered before the body`() async throws {
        try await withServer { request in
            HTTPServerResponse(status: 200, text: "\(request.body.count)")
        } _: { client, url, _ async throws in
            let request = HTTPRequest(
                method: .put, url: url, headers: ["Expect": "100-continue"], body: [1, 2, 3])
            let response = try await client.send(request)
            #expect(response.text == "3")
            #expect(response.status == 200)
        }
    }

    @Test func `an idle connection is closed`() async throws {
        let configuration = HTTPServerConfiguration(idleTimeout: .seconds(1))
        try await withServer(configuration) { _ in
            HTTPServerResponse(status: 200, text: "x")
        } _: { _, _, server async throws in
            let raw = try #require(RawConnection(port: server.port))
            raw.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            // Returns only because the server closes.
            #expect(await raw.received().hasSuffix("x"))
        }
    }

    @Test func `a closed client refuses, and ends what runs`() async throws {
        let started = Gate()
        try await withServer { _ in
            started.open()
            await waitForCancellation()
            return HTTPServerResponse(status: 200)
        } _: { client, url, _ async throws in
            async let running = failure { () throws(HTTPError) in
                try await client.send(HTTPRequest(url: url))
            }
            await started.wait()
            await client.shutdown()
            #expect(await running?.code == .clientClosed)
            let late = await failure { () throws(HTTPError) in
                try await client.send(HTTPRequest(url: url))
            }
            #expect(late?.code == .clientClosed)
            await client.shutdown()
        }
    }

    @Test func `nothing lent to the libraries is left behind`() async {
        // In a process of its own: other tests would be counted too.
        await #expect(processExitsWith: .success) {
            try await withServer { request in
                guard request.path == "/stream" else {
                    if request.path == "/wait" { await waitForCancellation() }
                    return HTTPServerResponse(status: 200, text: "x")
                }
                return HTTPServerResponse(
                    status: 200,
                    body: .stream { writer in
                        for _ in 0..<1000 { try await writer.write([1, 2, 3]) }
                    })
            } _: { client, url, _ async throws in
                await withTaskGroup { group in
                    for index in 0..<200 {
                        group.addTask {
                            let path = ["/", "/stream", "/wait"][index % 3]
                            let request = HTTPRequest(
                                url: url + path, timeout: .milliseconds(200))
                            if index % 2 == 0 {
                                _ = try? await client.send(request)
                            } else {
                                _ = try? await client.stream(request).next()
                            }
                        }
                    }
                }
                #expect(LiveCounts.all.values.contains { $0 > 0 })
            }
            #expect(LiveCounts.all.values.allSatisfy { $0 == 0 }, "\(LiveCounts.all)")
        }
    }
}
