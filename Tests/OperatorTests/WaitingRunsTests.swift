import Kubernetes
import Testing

@testable import Operator

@Suite struct WaitingRunsTests {
    private let waiting = WaitingRuns()
    private let definition = ObjectKey(namespace: "a", name: "flow")
    private let source = ObjectKey(namespace: "a", name: "source")

    private func run(_ number: Int) -> ObjectKey {
        ObjectKey(namespace: "a", name: "run-\(number)")
    }

    @Test func `those that wait for an object are told of it once, in order`() {
        for number in [2, 0, 1] { waiting.add(run(number), for: "Workflow", definition) }
        #expect(waiting.take(for: "Template", definition).isEmpty)
        #expect(waiting.take(for: "Workflow", definition) == [run(0), run(1), run(2)])
        #expect(waiting.take(for: "Workflow", definition).isEmpty)
        #expect(waiting.counts == (0, 0))
    }

    @Test func `one that waits for two objects still waits for the other`() {
        waiting.add(run(0), for: "Workflow", definition)
        waiting.add(run(0), for: "WorkflowRun", source)
        #expect(waiting.take(for: "Workflow", definition) == [run(0)])
        #expect(waiting.counts == (1, 1))
        #expect(waiting.take(for: "WorkflowRun", source) == [run(0)])
    }

    @Test func `nothing is left of runs that wait no more`() {
        for number in 0..<100 {
            waiting.add(run(number), for: "Workflow", definition)
            waiting.add(run(number), for: "WorkflowRun", run(number + 1))
        }
        for number in 0..<100 { waiting.forget(run(number)) }
        #expect(waiting.counts == (0, 0))
    }
}
