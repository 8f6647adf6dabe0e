import Testing

@testable import Engine

/// What a run holds for every task, and moves about for every attempt, is small: that is most of what
/// makes the engine quick.
@Suite struct SizeTests {
    @Test func `what is held for every task fits one line of the processor's cache`() {
        #expect(MemoryLayout<TaskState>.stride <= 64)
    }

    @Test func `what is moved about for every attempt fits two lines of the cache`() {
        #expect(MemoryLayout<TaskAttempt>.stride <= 96)
        #expect(MemoryLayout<RunAction>.stride <= 104)
    }
}
