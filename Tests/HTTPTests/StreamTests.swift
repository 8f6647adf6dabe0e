import HTTP
import POSIX
import Testing

@Suite struct StreamTests {
    /// What the kernel may hold of one connection on top of both ends' buffers.
    private static let kernelBytes = 12 << 20

    @Test func `a producer cannot run ahead of its consumer`() async throws {
        let written = Counter()
        let total = 64 << 20
        try await withServer { request in
            guard request.path == "/stream" else { return HTTPServerResponse(status: 200) }
            return HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    for index in 0..<total >> 16 {
                        let byte = UInt8(truncatingIfNeeded: index)
                        try await writer.write([UInt8](repeating: byte, count: 1 << 16))
                        written.increase(by: 1 << 16)
                    }
                })
        } _: { client, url, _ async throws in
            let stream = try await client.stream(HTTPRequest(url: url + "/stream"))
            var received = try #require(await stream.next()).count
            var (previous, unchanged) = (-1, 0)
            while unchanged < 100 {
                _ = try await client.send(HTTPRequest(url: url))
                unchanged = written.value == previous ? unchanged + 1 : 0
                previous = written.value
            }
            #expect(written.value < StreamTests.kernelBytes)
            while let batch = try await stream.next() {
                #expect(batch.count <= ClientLimits.streamBufferBytes + 1 << 17)
                received += batch.count
            }
            #expect(received == total)
        }
    }

    @Test func `a silent stream times out`() async throws {
        try await withServer { _ in
            HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write([7])
                    await waitForCancellation()
                })
        } _: { client, url, _ async throws in
            let stream = try await client.stream(
                HTTPRequest(url: url, idleTimeout: .milliseconds(100)))
            #expect(try await stream.next() == [7])
            let error = await failure { () throws(HTTPError) in try await stream.next() }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func `a slow consumer does not time its stream out`() async throws {
        let total = 32 << 20
        // On a thread of its own, it is never late for want of one.
        let producer = try RawServer { connection, _ in
            _ = connection.readRequest()
            connection.answer(String(repeating: "x", count: total))
        }
        try await withServer { _ in
            HTTPServerResponse(status: 200)
        } _: { client, url, _ async throws in
            let idle = Duration.seconds(4)
            let stream = try await client.stream(
                HTTPRequest(url: "http://127.0.0.1:\(producer.port)/", idleTimeout: idle))
            var received = try #require(await stream.next()).count
            let start = SystemClock.monotonic()
            while SystemClock.monotonic() - start < idle * 1.5 {
                _ = try await client.send(HTTPRequest(url: url))
            }
            while let batch = try await stream.next() { received += batch.count }
            #expect(received == total)
        }
    }

    @Test func `a head that does not come times out`() async throws {
        try await withServer { _ in
            await waitForCancellation()
            return HTTPServerResponse(status: 200)
        } _: { client, url, _ async throws in
            let request = HTTPRequest(method: .post, url: url, timeout: .milliseconds(50))
            let streamError = await failure { () throws(HTTPError) in
                try await client.stream(request)
            }
            #expect(streamError?.code == .timedOut)
            let sendError = await failure { () throws(HTTPError) in try await client.send(request) }
            #expect(sendError?.code == .timedOut)
            #expect(sendError?.outcomeUnknown == true)
        }
    }

    @Test func `a stream whose handler fails is cut, not ended`() async throws {
        struct Broken: Error {}
        try await withServer { _ in
            HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write([1, 2])
                    throw Broken()
                })
        } _: { client, url, _ async throws in
            let error = await failure { () throws(HTTPError) in
                let stream = try await client.stream(HTTPRequest(url: url))
                while try await stream.next() != nil {}
            }
            #expect(error?.code == .connectionLost)
        }
    }

    @Test func `two hundred watches each get every event`() async throws {
        let everyoneListens = Gate()
        let listening = Counter()
        try await withServer { _ in
            HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write(Array("0\n".utf8))
                    await everyoneListens.wait()
                    for index in 1..<20 {
                        try await writer.write(Array("\(index)\n".utf8))
                        await Task.yield()
                    }
                })
        } _: { client, url, _ async throws in
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        let stream = try await client.stream(HTTPRequest(url: url))
                        var bytes: [UInt8] = []
                        while let batch = try await stream.next() {
                            if bytes.isEmpty {
                                listening.increase()
                                if listening.value == 200 { everyoneListens.open() }
                            }
                            bytes += batch
                        }
                        return bytes
                    }
                }
                let expected = (0..<20).flatMap { Array("\($0)\n".utf8) }
                for try await bytes in group { #expect(bytes == expected) }
            }
        }
    }
}
