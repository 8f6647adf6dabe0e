import Synchronization

/// The metrics of one process, and their text for Prometheus.
///
/// A metric is made once, where its owner starts; a sample is a lock and a dictionary look-up, or
/// one atomic add for a counter kept by its user. Source: the Prometheus text format, version 0.0.4.
public final class MetricRegistry: Sendable {
    private struct Entry {
        let name: String
        let help: String
        let kind: String
        let samples: @Sendable () -> [MetricSample]
    }

    private let entries = Mutex<[Entry]>([])

    /// Makes an empty registry.
    public init() {}

    /// Adds a counter, which only grows; labels are given by name, in order.
    public func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
        let counter = Counter(labels: labels)
        add(Entry(name: name, help: help, kind: "counter") { counter.samples })
        return counter
    }

    /// Adds a histogram over seconds, with bounds from a millisecond to a minute.
    public func histogram(_ name: String, help: String, labels: [String] = []) -> Histogram {
        let histogram = Histogram(labels: labels)
        add(Entry(name: name, help: help, kind: "histogram") { histogram.samples })
        return histogram
    }

    /// Adds a gauge whose value is asked for when the metrics are read.
    public func gauge(_ name: String, help: String, _ value: @escaping @Sendable () -> Double) {
        add(
            Entry(name: name, help: help, kind: "gauge") {
                [MetricSample(suffix: "", labels: [], value: value())]
            })
    }

    private func add(_ entry: Entry) {
        entries.withLock { $0.append(entry) }
    }

    /// The text that Prometheus scrapes.
    public var text: String {
        var lines: [String] = []
        for entry in entries.withLock({ $0 }).sorted(by: { $0.name < $1.name }) {
            lines.append("# HELP \(entry.name) \(entry.help)")
            lines.append("# TYPE \(entry.name) \(entry.kind)")
            for sample in entry.samples() { lines.append(entry.name + sample.text) }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// One line of a metric.
struct MetricSample: Sendable {
    let suffix: String
    let labels: [(name: String, value: String)]
    let value: Double

    var text: String {
        let pairs = labels.map { label in
            let value = label.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(label.name)=\"\(value)\""
        }
        let braces = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
        let number = value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
        return "\(suffix)\(braces) \(number)"
    }
}
