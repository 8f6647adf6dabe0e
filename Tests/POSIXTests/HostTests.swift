import POSIX
import Testing
import Values

@Suite struct HostTests {
    @Test func `the clocks run`() {
        let (wall, monotonic) = (SystemClock.now(), SystemClock.monotonic())
        #expect(wall > Timestamp(seconds: 1_700_000_000))
        while SystemClock.monotonic() == monotonic {}
        #expect(SystemClock.monotonic() > monotonic)
    }

    @Test func `a sleep until a past moment returns, and one that is cancelled throws`() async {
        await #expect(throws: Never.self) {
            try await WallTimer.sleep(until: Timestamp(seconds: 0))
        }
        let sleeper = Task { try await WallTimer.sleep(for: .seconds(3600)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test func `random bytes differ`() {
        #expect(RandomBytes.make(0).isEmpty)
        #expect(RandomBytes.make(32).count == 32)
        #expect(RandomBytes.make(32) != RandomBytes.make(32))
    }

    @Test func `the environment is read`() {
        #expect(Environment.variable("PATH") == Environment.all["PATH"])
        #expect(Environment.variable("PATH") != nil)
        #expect(Environment.variable("A_VARIABLE_NOBODY_SETS") == nil)
    }

    // In a process of its own, as other tests use memory too.
    @Test func `usage is measured`() async {
        await #expect(processExitsWith: .success) {
            let before = ProcessUsage.current()
            let memory = [UInt8](repeating: 1, count: 64 << 20)
            let after = ProcessUsage.current()
            #expect(before.residentBytes > 1 << 20)
            #expect(after.residentBytes >= before.residentBytes + (60 << 20))
            #expect(after.peakResidentBytes >= after.residentBytes)
            #expect(memory.count == 64 << 20)
            #expect(after.processorTime > before.processorTime)
            #expect(after.threads >= 1)
            #expect(after.openFiles >= 3)
        }
    }

    @Test func `the host has a name and processors`() {
        #expect(!Host.name.isEmpty)
        #expect(Host.processorCount >= 1)
        #expect(Host.processID > 0)
        #expect(Host.currentDirectory.hasPrefix("/"))
    }
}
