import HTTP
import Synchronization
import Testing

@Suite struct CancellationTests {
    @Test func `cancelling a request ends it and cancels its handler`() async throws {
        let started = Gate()
        let handlerCancelled = Gate()
        try await withServer { _ in
            started.open()
            await waitForCancellation()
            handlerCancelled.open()
            return HTTPServerResponse(status: 200)
        } _: { client, url, _ async throws in
            let request = HTTPRequest(method: .post, url: url, body: [1])
            let task = Task {
                await failure { () throws(HTTPError) in try await client.send(request) }
            }
            await started.wait()
            task.cancel()
            let error = await task.value
            #expect(error?.code == .cancelled)
            #expect(error?.outcomeUnknown == true)
            await handlerCancelled.wait()
        }
    }

    @Test func `cancelling amid a body ends the request`() async throws {
        let halfway = Gate()
        let cut = Gate()
        try await withServer { _ in
            HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write(Array("half".utf8))
                    halfway.open()
                    await waitForCancellation()
                    cut.open()
                })
        } _: { client, url, _ async throws in
            let task = Task {
                await failure { () throws(HTTPError) in
                    try await client.send(HTTPRequest(url: url))
                }
            }
            await halfway.wait()
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            await cut.wait()
        }
    }

    @Test func `a request of a cancelled task is never sent`() async throws {
        let count = Counter()
        try await withServer { _ in
            count.increase()
            return HTTPServerResponse(status: 200)
        } _: { client, url, _ async throws in
            for _ in 0..<100 {
                let task = Task {
                    await waitForCancellation()
                    return await failure { () throws(HTTPError) in
                        try await client.send(HTTPRequest(method: .post, url: url))
                    }
                }
                task.cancel()
                let error = await task.value
                #expect(error?.code == .cancelled)
                #expect(error?.outcomeUnknown == false)
            }
        }
        #expect(count.value == 0)
    }

    @Test func `cancelling at any moment resumes exactly once`() async throws {
        try await withServer { _ in
            HTTPServerResponse(status: 200, text: "done")
        } _: { client, url, _ async throws in
            for round in 0..<300 {
                let task = Task {
                    try? await client.send(HTTPRequest(url: url)).text
                }
                for _ in 0..<round % 30 { await Task.yield() }
                task.cancel()
                let text = await task.value
                #expect(text == nil || text == "done")
            }
        }
    }

    @Test func `dropping a stream tells the server`() async throws {
        let gone = Gate()
        try await withServer { _ in
            HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    defer { gone.open() }
                    while true {
                        try await writer.write([1])
                        await Task.yield()
                    }
                })
        } _: { client, url, _ async throws in
            var stream: HTTPResponseStream? = try await client.stream(HTTPRequest(url: url))
            #expect(try await stream?.next()?.isEmpty == false)
            stream = nil
            await gone.wait()
        }
    }

    @Test func `a waiting reader is resumed when its task is cancelled`() async throws {
        let hanging = Gate()
        try await withServer { _ in
            HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write([1])
                    await waitForCancellation()
                    hanging.open()
                })
        } _: { client, url, _ async throws in
            let stream = try await client.stream(HTTPRequest(url: url))
            #expect(try await stream.next() == [1])
            let reader = Task {
                await failure { () throws(HTTPError) in try await stream.next() }
            }
            await Task.yield()
            reader.cancel()
            #expect(await reader.value?.code == .cancelled)
            await hanging.wait()
        }
    }
}

/// A number several tasks count up.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func increase(by step: Int = 1) { count.withLock { $0 += step } }
}
