import POSIX
import Testing

@Suite(.timeLimit(.minutes(10))) struct SignalsTests {
    @Test func `every listener hears a signal once it is sent`() async throws {
        let first = try Signals.stream(of: [.userDefined1, .userDefined2])
        let second = try Signals.stream(of: [.userDefined2])
        #expect(Signal.userDefined1.send(to: Host.processID))
        var firstSignals = first.makeAsyncIterator()
        #expect(await firstSignals.next() == .userDefined1)
        #expect(Signal.userDefined2.send(to: Host.processID))
        #expect(await firstSignals.next() == .userDefined2)
        var secondSignals = second.makeAsyncIterator()
        #expect(await secondSignals.next() == .userDefined2)
    }

    @Test func `a signal has its default effect again when nobody listens`() async {
        await #expect(processExitsWith: .signal(Signal.userDefined1.rawValue)) {
            let listener = Task { [signals = try Signals.stream(of: [.userDefined1])] in
                for await _ in signals { return }
            }
            Signal.userDefined1.send(to: Host.processID)
            await listener.value
            let idle = Task { [signals = try Signals.stream(of: [.userDefined1])] in
                for await _ in signals {}
            }
            idle.cancel()
            await idle.value
            Signal.userDefined1.send(to: Host.processID)
            while true { await Task.yield() }
        }
    }

    @Test func `signals have names, and nobody is signalled by zero or a group`() {
        #expect(Signal.terminate.description == "SIGTERM")
        #expect(Signal(rawValue: 63).description == "signal 63")
        #expect(!Signal(rawValue: 0).send(to: 0))
        #expect(!Signal(rawValue: 0).send(to: -1))
    }
}
