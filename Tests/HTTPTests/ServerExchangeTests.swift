import Testing

@testable import HTTP

@Suite struct ServerExchangeTests {
    @Test func `a body whose handler ends as it is cancelled is cut, and not told as whole`()
        async throws
    {
        let mailbox = try #require(Mailbox<ServerCommand>())
        let request = try #require(HTTPServerRequest(method: .get, target: "/"))
        let exchange = ServerExchange(id: 1, request: request)
        let (streams, cancelled, cutFirst) = (Gate(), Gate(), Gate())
        exchange.start(
            { _ in
                HTTPServerResponse(
                    status: 200,
                    body: .stream { _ in
                        await withTaskCancellationHandler {
                            streams.open()
                            await cancelled.wait()
                        } onCancel: {
                            // It may end from here on, before whoever cancels it goes on.
                            if exchange.response?.1?.isCut == true { cutFirst.open() }
                            cancelled.open()
                        }
                    })
            }, mailbox)
        await streams.wait()
        exchange.cancel()
        #expect(cutFirst.isOpen)
    }
}

extension ResponseBody {
    fileprivate var isCut: Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        return unsafe bytes.withUnsafeMutableBytes { memory in
            if case .cut = unsafe read(into: memory).read { true } else { false }
        }
    }
}
