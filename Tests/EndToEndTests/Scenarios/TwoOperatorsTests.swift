import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// Two operators that both believe they are alone (law 29), on both planes.
@Suite struct TwoOperatorsTests {
    @Test(arguments: Plane.all)
    func `no attempt is made twice, and every run ends`(plane: Plane) async throws {
        try await World.with(plane, extraOperators: 1) { world in
            let names = (1...6).map { "chain-\($0)" }
            for name in names {
                let tasks = (1...4).map { step in
                    Manifest.command(
                        "\(name)-step-\(step)", "\(world.effects.note("start")); sleep 0.05",
                        step == 1 ? [:] : ["dependsOn": [.string("\(name)-step-\(step - 1)")]])
                }
                try await world.createRun(name, ["workflowSpec": ["tasks": .array(tasks)]])
            }
            for name in names {
                let run = try await world.run(name, is: "Completed")
                for (task, state) in run.status["tasks"]?.objectValue ?? [:] {
                    let made = world.effects.of(task).map(\.attempt)
                    #expect(Set(made).count == made.count, "\(task): \(made)")
                    #expect(made.allSatisfy { $0 <= state["attempt"]?.integerValue ?? 0 })
                    let attempts = state["attempt"]?.integerValue ?? 0
                    let interruptions = state["interruptions"]?.integerValue ?? 0
                    #expect(attempts - interruptions == 1, "\(task): \(state.text)")
                }
            }
        }
    }
}
