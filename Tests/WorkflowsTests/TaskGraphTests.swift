import Testing
import Workflows

@Suite struct TaskGraphTests {
    @Test func `both directions and the order agree`() {
        let graph = TaskGraph(dependencies: [[2], [0, 2, 0], [], [1, 0]])
        #expect(Array(graph.dependencies(of: 1)) == [0, 2])
        #expect(Array(graph.dependents(of: 2)) == [0, 1])
        #expect(Array(graph.dependents(of: 0)) == [1, 3])
        #expect(graph.topologicalOrder() == [2, 0, 1, 3])
        #expect(graph.edgeCount == 5)
        #expect(graph.cycles().isEmpty)
    }

    @Test func `a cycle is found, the shortest through its first task`() {
        // 0 hangs on the cycle without being in it; 4 leads nowhere.
        let graph = TaskGraph(dependencies: [[1], [2], [3], [1, 4], []])
        #expect(graph.topologicalOrder() == nil)
        #expect(graph.cycles() == [[1, 2, 3]])
    }

    @Test func `each group of tasks in a circle is told once, in file order`() {
        let graph = TaskGraph(dependencies: [[1], [0], [2], [4], [5], [3, 4], [0]])
        #expect(graph.cycles() == [[0, 1], [2], [3, 4, 5]])
    }

    @Test func `a chain of many tasks takes no stack`() {
        let count: Int32 = 200_000
        let graph = TaskGraph(dependencies: (0..<count).map { $0 == 0 ? [count - 1] : [$0 - 1] })
        #expect(graph.cycles().map(\.count) == [Int(count)])
    }
}
