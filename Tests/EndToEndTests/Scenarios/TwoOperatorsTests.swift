import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// Two operators that both believe they are alone (law 29), on both planes.
@Suite struct TwoOperatorsTests {
    @Test(arguments: Plane.all)
    func `a cancel wins, and what ended stays`(plane: Plane) async throws {
        try await World.with(plane, extraOperators: 1) { world in
            let names = (1...4).map { "gated-\($0)" }
            for name in names { try await world.createRun(name, RunTests.gated(world)) }
            for name in names {
                try await world.object(.workflowRuns, name, "to run") {
                    $0.phase(of: "first") == "Running"
                }
                try await world.desire("Cancelled", of: name)
            }
            var ended: [String: JSON] = [:]
            for name in names {
                ended[name] = try await world.run(name, is: "Cancelled").status
            }
            try world.gate("first").open()
            // Another run from start to end: whoever was late to one of these has been heard.
            try await world.createRun("last", ["workflowSpec": ["tasks": [Manifest.value("a", 1)]]])
            try await world.run("last", is: "Completed")
            for name in names {
                #expect(try await world.object(.workflowRuns, name)?.status == ended[name])
            }
            #expect(world.effects.of("second").isEmpty)
        }
    }

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
