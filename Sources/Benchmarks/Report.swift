import Foundation
import POSIX
import Values

/// Where the figures of one group go: a JSON line each, as soon as it is known.
struct Report: Sendable {
    /// The group measured.
    let group: String

    /// Prints one figure, with what else tells of it.
    func figure(_ name: String, _ value: Double, _ unit: String, _ more: JSONObject = [:]) {
        var line = more
        line["group"] = .string(group)
        line["name"] = .string(name)
        line["unit"] = .string(unit)
        line["value"] = Report.rounded(value)
        // At once, and not when a buffer is full: a reader may be waiting for the next figure.
        try? StandardStreams.write(JSON.object(line).text + "\n")
    }

    /// Prints the median of repeated measures, with their number and extremes.
    func median(_ name: String, _ values: [Double], _ unit: String, _ more: JSONObject = [:]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return }
        var line = more
        line["n"] = .integer(Int64(sorted.count))
        line["min"] = Report.rounded(first)
        line["max"] = Report.rounded(last)
        figure(name, sorted[sorted.count / 2], unit, line)
    }

    /// Prints the percentiles of latencies.
    func quantiles(_ name: String, _ durations: [Duration], _ more: JSONObject = [:]) {
        let sorted = durations.sorted()
        guard !sorted.isEmpty else { return }
        var line = more
        line["n"] = .integer(Int64(sorted.count))
        for (label, part) in [("p50", 0.5), ("p99", 0.99), ("max", 1)] {
            let duration = sorted[Int(part * Double(sorted.count - 1))]
            figure("\(name).\(label)", Double(duration.nanoseconds) / 1000, "us", line)
        }
    }

    /// Tells on stderr that a group could not be measured to its end.
    func failure(_ error: any Error) {
        try? StandardStreams.write("\(group): \(error)\n", to: .error)
    }

    /// Four digits are more than any of the figures is worth.
    private static func rounded(_ value: Double) -> JSON {
        guard value.isFinite else { return .null }
        guard abs(value) < 1000 else { return .integer(Int64(value.rounded())) }
        let scale = abs(value) < 1 ? 1e6 : 1e3
        return .double((value * scale).rounded() / scale)
    }
}

extension Report {
    /// Prints, as a median, the megabytes that a piece of work goes through in a second.
    ///
    /// The time is the processor's: the work is of one thread and waits for nothing, so what else
    /// the machine does stays out as far as it can.
    func megabytesPerSecond(
        _ name: String, bytes: Int, repetitions: Int = 15, _ more: JSONObject = [:],
        _ work: () throws -> Void
    ) {
        // Long enough for the clock, which counts in microseconds.
        let turns = max(1, 2_000_000 / bytes)
        var line = more
        line["bytes"] = .integer(Int64(bytes))
        line["clock"] = "processor"
        do {
            try work()
            let rates = try (0..<repetitions).map { _ in
                let begin = clock()
                for _ in 0..<turns { try work() }
                let seconds = Double(clock() - begin) / Double(CLOCKS_PER_SEC)
                return Double(bytes * turns) / seconds / 1e6
            }
            median(name, rates, "MB/s", line)
        } catch {
            failure(error)
        }
    }
}
