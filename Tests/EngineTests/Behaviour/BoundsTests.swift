import Engine
import Testing
import Values
import Workflows

@Suite struct BoundsTests {
    private let text = String(repeating: "x", count: 20_000)

    @Test func `outputs over the limit of a task fail it, naming size and limit`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("a", ["x": .string(text + text)])
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        let error = try #require(run.stored["tasks"]?["a"]?["error"])
        #expect(error["type"] == "OutputTooLarge")
        #expect(error["message"]?.stringValue?.contains("40008 bytes") == true)
        #expect(error["message"]?.stringValue?.contains("32768") == true)
    }

    @Test func `a status never outgrows its limit, whatever tasks give`() throws {
        let tasks = (0..<40).map { TestTask("t\($0)", onFailure: .continue) }
        var run = TestRun(try TestPlan.make(tasks))
        run.send(.start)
        let given = text
        try run.runToEnd { _ in .succeeded(outputs: ["x": .string(given)]) }
        #expect(run.finished == .completed)
        #expect(run.stored.bytes.count <= 256 << 10)
        #expect(run.stored["tasks"]?["t0"]?["phase"] == "Completed")
        #expect(run.stored["tasks"]?["t39"]?["error"]?["type"] == "OutputTooLarge")
    }

    @Test func `errors are cut so that the end of the largest run that is taken fits`() throws {
        // The most tasks that fit, each failing with a long message of the worst characters.
        let message = String(repeating: "\u{1}\"", count: 5000)
        var count = 700
        var taken: JSON?
        while count < 1200 {
            let tasks = (0..<count).map { TestTask("task-\($0)", onFailure: .continue) }
            var run = TestRun(try TestPlan.make(tasks))
            run.send(.start)
            try run.runToEnd { _ in
                .failed(TaskError(type: message, message: message, isRetryable: false))
            }
            if run.stored["reason"] == "RunTooLarge" { break }
            taken = run.stored
            count += 50
        }
        let status = try #require(taken)
        #expect(status.bytes.count <= 256 << 10)
        #expect(count < 1200, "a run was never too large")
    }

    @Test func `a run whose end could not be recorded is refused at once`() throws {
        let tasks = (0..<3000).map { TestTask("task-\($0)") }
        var run = TestRun(try TestPlan.make(tasks))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.stored["reason"] == "RunTooLarge")
        #expect(run.stored.bytes.count < 1024)
        #expect(run.executing.isEmpty)
        var again = try TestRun(resuming: run.stored, try TestPlan.make(tasks), at: run.now)
        again.send(.start)
        #expect(again.finished == .failed)
        #expect(again.writes == 0)
    }
}
