import HTTP
import Synchronization
import Testing

@Suite struct ReplayTests {
    private static let mutations: [HTTPMethod] = [.post, .put, .patch, .delete]

    /// Answers the first request, then reads the second one of the same connection and lets go of
    /// it; whatever comes on other connections is answered.
    private static func serverThatDies(byReset: Bool) throws -> RawServer {
        try RawServer { connection, index in
            if index == 0 {
                _ = connection.readRequest()
                connection.answer("first")
                _ = connection.readRequest()
                if byReset { connection.reset() }
                return
            }
            while connection.readRequest() != nil { connection.answer("again") }
        }
    }

    @Test(arguments: mutations, [false, true])
    func `a mutation is sent once when its reused connection dies`(
        method: HTTPMethod, byReset: Bool
    ) async throws {
        let server = try ReplayTests.serverThatDies(byReset: byReset)
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        let body: [UInt8]? = method == .delete ? nil : [1, 2, 3]
        let request = HTTPRequest(method: method, url: url, body: body)
        #expect(try await client.send(request).text == "first")
        let error = await failure { () throws(HTTPError) in try await client.send(request) }
        #expect(error?.code == .connectionLost)
        #expect(error?.outcomeUnknown == true)
        await client.shutdown()
        #expect(server.requests.map { $0.prefix { $0 != " " } } == ["\(method)", "\(method)"])
    }

    @Test func `a GET is sent again when its reused connection dies`() async throws {
        let server = try ReplayTests.serverThatDies(byReset: false)
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(try await client.send(HTTPRequest(url: url)).text == "first")
        #expect(try await client.send(HTTPRequest(url: url)).text == "again")
        await client.shutdown()
        #expect(server.requests.count == 3)
    }

    @Test func `a connection closed while idle is not used for a mutation`() async throws {
        let closed = Gate()
        let server = try RawServer { connection, index in
            guard connection.readRequest() != nil else { return }
            connection.answer("\(index)")
            connection.close()
            closed.open()
        }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        let post = HTTPRequest(method: .post, url: url, body: [1])
        #expect(try await client.send(post).text == "0")
        await closed.wait()
        #expect(try await client.send(post).text == "1")
        await client.shutdown()
    }

    @Test(arguments: [HTTPMethod.get, .post])
    func `a lost answer leaves the outcome unknown only of mutations`(
        method: HTTPMethod
    ) async throws {
        let server = try RawServer { connection, _ in _ = connection.readRequest() }
        let client = HTTPClient()
        let request = HTTPRequest(method: method, url: "http://127.0.0.1:\(server.port)/")
        let error = await failure { () throws(HTTPError) in try await client.send(request) }
        #expect(error?.code == .connectionLost)
        #expect(error?.outcomeUnknown == (method == .post))
        #expect(error?.isTransient == true)
        await client.shutdown()
        #expect(server.requests.count == 1)
    }

    @Test func `a mutation that found no server has not happened`() async throws {
        let client = HTTPClient()
        // Port 1 is closed: binding it is privileged, and nothing does.
        let request = HTTPRequest(method: .post, url: "http://127.0.0.1:1/secret?token=x")
        let error = await failure { () throws(HTTPError) in try await client.send(request) }
        #expect(error?.code == .cannotConnect)
        #expect(error?.outcomeUnknown == false)
        #expect(error?.message.contains("token") == false)
        await client.shutdown()
    }
}
