import POSIX
import SimulationKit
import Values

/// Many seeds, on one process for each processor: a seed that stops its process is found by name.
struct Campaign {
    let first: UInt64
    let count: UInt64

    /// How many seeds one process simulates: what it may keep of them is bounded by that.
    private static let seedsOfProcess: UInt64 = 2_000

    /// Simulates them and prints what came of it; 0 where every law held.
    func run() async -> Int32 {
        let began = SystemClock.monotonic()
        let lanes = UInt64(max(1, min(Host.processorCount, Int(clamping: count))))
        var outcome = Outcome()
        await withTaskGroup(of: Outcome.self) { group in
            for lane in 0..<lanes {
                group.addTask { await work(lane: lane, of: lanes) }
            }
            for await part in group { outcome.merge(part) }
        }
        report(outcome, seconds: (SystemClock.monotonic() - began) / .seconds(1))
        return outcome.sums.failures == 0 && outcome.stops.isEmpty ? 0 : 1
    }

    /// What one lane, or all of them, came to.
    private struct Outcome: Sendable {
        var sums = Sums()
        /// The seeds that stopped their process, and how.
        var stops: [String] = []

        mutating func merge(_ other: Outcome) {
            sums.merge(other.sums.json)
            stops += other.stops
        }
    }

    /// Works on every so manieth seed, behind those that stopped a process.
    private func work(lane: UInt64, of lanes: UInt64) async -> Outcome {
        var outcome = Outcome()
        var next: UInt64? = first + lane
        while let start = next, start < first + count {
            next = await work(from: start, stride: lanes, &outcome)
        }
        return outcome
    }

    /// - Returns: The seed to go on with: behind those of one process, or behind one that stopped it.
    private func work(
        from start: UInt64, stride: UInt64, _ outcome: inout Outcome
    ) async -> UInt64? {
        let end = min(first + count, start + Campaign.seedsOfProcess * stride)
        let configuration = ChildConfiguration(
            executable: "/proc/self/exe",
            arguments: ["--worker", "\(start)", "\(end)", "\(stride)"],
            environment: Environment.all)
        let child: ChildProcess
        do { child = try await ChildProcess.spawn(configuration) } catch {
            outcome.stops.append("cannot start a process: \(error)")
            return nil
        }
        var last = start
        var rest = ""
        while let output = await child.nextOutput() {
            rest += String(decoding: output.bytes, as: UTF8.self)
            var lines = rest.split(separator: "\n", omittingEmptySubsequences: false)
            rest = String(lines.removeLast())
            for line in lines { read(String(line), &last, &outcome) }
        }
        let status = await child.wait()
        guard !status.isSuccess else { return start + Campaign.seedsOfProcess * stride }
        outcome.stops.append("seed \(last) stopped the process: \(status)")
        Main.write("seed \(last) stopped the process: \(status)\n")
        return last + stride
    }

    private func read(_ line: String, _ last: inout UInt64, _ outcome: inout Outcome) {
        if line.hasPrefix("seed "), let seed = UInt64(line.dropFirst(5)) {
            last = seed
        } else if line.hasPrefix("done "),
            let sums = try? JSON(parsing: Array(line.utf8.dropFirst(5)))
        {
            outcome.sums.merge(sums)
        } else if !line.isEmpty {
            Main.write("\(line)\n")
        }
    }

    private func report(_ outcome: Outcome, seconds: Double) {
        let sums = outcome.sums
        for table in Coverage.Table.allCases { report(table, sums.coverage) }
        let rate = Double(sums.seeds) / max(seconds, 0.001)
        Main.write(
            "\(sums.seeds) seeds from \(first) in \(tenths(seconds)) s: \(tenths(rate)) seeds/s,"
                + " \(sums.events) events, \(sums.steps) steps, hash \(String(sums.hash, radix: 16))\n"
                + "\(sums.failures) seeds broke a law, \(outcome.stops.count) stopped the process\n"
        )
    }

    private func report(_ table: Coverage.Table, _ coverage: Coverage) {
        let total = coverage.total(table)
        Main.write("\(table.rawValue): hit \(total.hit) of \(total.of)\n")
        for (name, count) in (coverage.tables[table] ?? [:]).sorted(by: { $0.key < $1.key }) {
            Main.write("  \(name): \(count)\n")
        }
        for name in total.missing { Main.write("  not hit: \(name)\n") }
        for name in coverage.unexpected(table) { Main.write("  not expected: \(name)\n") }
    }

    private func tenths(_ number: Double) -> String { String((number * 10).rounded() / 10) }
}
