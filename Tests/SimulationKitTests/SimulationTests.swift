import POSIX
import SimulationKit
import TestSupport
import Testing

/// The whole product in simulations that seeds are drawn for: see docs/simulation.md.
@Suite struct SimulationTests {
    @Test(arguments: 0..<5)
    func `no law is broken in a hundred simulations`(part: UInt64) {
        for seed in (part * 20)..<(part * 20 + 20) {
            let report = Simulation.run(seed: seed)
            #expect(report.violations.isEmpty, "make simulate SEED=\(seed)")
        }
    }

    /// What once broke a law, in docs/bugs-and-seeds.md, in the edition that it was found in.
    @Test(
        arguments: [
            20, 25, 45, 51, 62, 98, 168, 256, 268, 449, 832, 1273, 2001, 4507,
            31, 44, 56, 84, 133, 151, 167, 174, 190, 267, 270, 547, 1193, 1330, 1936, 2008,
            536, 818, 937, 947, 1001, 1284, 1394, 1718, 2350, 2821, 3251, 3518, 3705,
            1634, 5654, 6300, 7932, 9249, 14464, 16254, 18149, 19905, 20495, 27583,
            30387, 37394, 37689, 39483, 39763, 45143, 56275,
        ] as [UInt64])
    func `what once broke a law holds it`(seed: UInt64) {
        let report = Simulation.run(seed: seed, edition: .first)
        #expect(report.violations.isEmpty, "simulate \(seed) --edition 1")
    }

    /// The same of streams.
    @Test(arguments: [655, 742, 892, 915, 1147, 1909, 104_694, 104_832] as [UInt64])
    func `what once broke a law of streams holds it`(seed: UInt64) {
        let report = Simulation.run(seed: seed, edition: .streams)
        #expect(report.violations.isEmpty, "simulate \(seed) --edition 2")
    }

    /// The same of repositories.
    @Test(
        arguments: [
            7, 23, 91, 101, 105, 229, 254, 314, 376, 474, 596, 627, 1121, 1287, 1688, 2956, 3754,
            1937, 7079, 7456,
        ] as [UInt64])
    func `what once broke a law of repositories holds it`(seed: UInt64) {
        let report = Simulation.run(seed: seed, edition: .repositories)
        #expect(report.violations.isEmpty, "simulate \(seed) --edition 3")
    }

    /// The same of all that edition has.
    @Test(
        arguments: [
            671, 1509, 9223, 10_604, 14_434, 18_857, 24_849, 26_511, 19_707, 23_544, 26_902, 31_708,
            33_508, 33_873, 42_658,
            44_663, 51_457, 51_818,
            54_349, 55_483, 73_762, 74_689, 60_342, 200_775, 300_496,
        ] as [UInt64])
    func `what once broke a law of streams of commands holds it`(seed: UInt64) {
        let report = Simulation.run(seed: seed, edition: .sources)
        #expect(report.violations.isEmpty, "simulate \(seed) --edition 4")
    }

    /// The same of all that edition has.
    @Test(
        arguments: [
            2300, 3518, 8141, 8610, 44_974, 48_965, 54_596, 504_662, 609_833,
        ] as [UInt64])
    func `what once broke a law of deadlines holds it`(seed: UInt64) {
        let report = Simulation.run(seed: seed, edition: .deadlines)
        #expect(report.violations.isEmpty, "simulate \(seed) --edition 5")
    }

    /// What later editions draw is drawn apart: this is a seed without any of it.
    @Test func `a seed without what is new has the trace it always had`() {
        let first = Simulation.run(seed: 20, edition: .first)
        #expect(first.hash == Simulation.run(seed: 20).hash)
    }

    @Test func `law 37: one seed has one trace`() {
        for seed in UInt64(0)..<5 {
            #expect(Simulation.run(seed: seed).hash == Simulation.run(seed: seed).hash)
        }
    }

    /// The order of what is in sets differs from process to process: nothing may depend on it.
    @Test func `law 37: one seed has one trace in another process`() async throws {
        let folder = Program.orchestrator.split(separator: "/", omittingEmptySubsequences: false)
            .dropLast().joined(separator: "/")
        let program = Program("\(folder)/simulate", environment: Environment.all)
        for seed in UInt64(3)..<5 {
            let result = try await program.run("\(seed)")
            let hash = String(Simulation.run(seed: seed).hash, radix: 16)
            #expect(result.lines.contains("trace \(hash)"), "\(result)")
        }
    }

    @Test func `simulations reach what they are for`() {
        var sums = Sums()
        for seed in UInt64(0)..<40 { sums.add(Simulation.run(seed: seed)) }
        let coverage = sums.coverage
        for table in Coverage.Table.allCases {
            #expect(coverage.unexpected(table) == [], "\(table)")
        }
        #expect(coverage.total(.run).hit >= 8)
        #expect(coverage.total(.task).hit >= 30)
        #expect(coverage.total(.write).hit >= 17)
        #expect(coverage.total(.kill).hit >= 15)
        #expect(coverage.total(.event).hit >= 10)
        #expect(coverage.total(.fault).hit >= 20)
        #expect(coverage.total(.user).hit >= 25)
        #expect(coverage.total(.stream).hit >= 10)
    }

    /// What is said to be out of reach is a part of what there is.
    @Test func `what cannot be reached has a reason and a place`() {
        for (table, reasons) in Coverage.unreachable {
            #expect(Set(reasons.keys).isSubset(of: Coverage.possible(table)))
            #expect(reasons.values.allSatisfy { !$0.isEmpty })
        }
        #expect(Coverage.possible(.kill).count == 3 * Coverage.possible(.write).count)
    }
}
