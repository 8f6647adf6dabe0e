import SimulationKit
import Testing

@Suite struct SimulationTests {
    @Test func `law 37: one seed has one trace`() {
        for seed in UInt64(0)..<10 {
            #expect(Simulation.run(seed: seed).hash == Simulation.run(seed: seed).hash)
        }
    }
}
