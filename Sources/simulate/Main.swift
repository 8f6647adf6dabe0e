import POSIX
import SimulationKit

/// Simulates one seed, or many on all processors, and says which laws did not hold.
///
/// `simulate SEED` simulates one, twice, and prints `trace HASH`; with `--trace` what happened as
/// well, with `--edition N` as simulations were when the seed was found. `simulate FIRST COUNT` simulates
/// many. Ends with 0 where every law held.
@main
enum Main {
    static func main() async {
        let code = await run(Array(CommandLine.arguments.dropFirst()))
        Host.exit(code)
    }

    @concurrent
    private static func run(_ arguments: [String]) async -> Int32 {
        var arguments = arguments
        var edition = Simulation.Edition.latest
        if let place = arguments.firstIndex(of: "--edition"), place + 1 < arguments.count {
            guard let number = Int(arguments[place + 1]),
                let found = Simulation.Edition(rawValue: number)
            else {
                write("there is no edition \(arguments[place + 1])\n", to: .error)
                return 2
            }
            edition = found
            arguments.removeSubrange(place...(place + 1))
        }
        let numbers = arguments.compactMap { UInt64($0) }
        switch (arguments.first, numbers.count) {
        case ("--worker"?, 3):
            Worker(first: numbers[0], end: numbers[1], stride: numbers[2]).run { write($0) }
            return 0
        case (_, 1):
            return one(
                numbers[0], edition, isVerbose: arguments.contains("--trace"))
        case (_, 2): return await Campaign(first: numbers[0], count: numbers[1]).run()
        default:
            write(
                "usage: simulate SEED [--trace] [--edition N] | simulate FIRST COUNT\n", to: .error)
            return 2
        }
    }

    /// One seed, simulated twice: what does not repeat itself cannot be looked into.
    private static func one(
        _ seed: UInt64, _ edition: Simulation.Edition, isVerbose: Bool
    ) -> Int32 {
        let report = Simulation.run(seed: seed, edition: edition, isVerbose: isVerbose)
        for line in report.lines { write("\(line)\n") }
        write(
            "seed \(seed): \(report.events) events in \(report.steps) steps\n"
                + "trace \(String(report.hash, radix: 16))\n")
        for violation in report.violations { write("\(violation)\n") }
        guard Simulation.run(seed: seed, edition: edition).hash == report.hash else {
            write("law 37: the seed has another trace the second time\n")
            return 1
        }
        return report.violations.isEmpty ? 0 : 1
    }

    static func write(_ text: String, to stream: StandardStream = .output) {
        try? StandardStreams.write(text, to: stream)
    }
}
