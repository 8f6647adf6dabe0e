import Synchronization

/// A number that only grows, one for each combination of label values.
public final class Counter: Sendable {
    /// The most combinations of label values that one metric keeps: beyond them a sample is counted
    /// under `other`, since a label that somebody's input chooses must not fill the memory.
    public static let maximumSeries = 1000

    private let labels: [String]
    private let values = Mutex<[[String]: Double]>([:])

    init(labels: [String]) { self.labels = labels }

    /// Adds to the number of these label values.
    public func increment(_ labelValues: [String] = [], by amount: Double = 1) {
        precondition(labelValues.count == labels.count, "one value a label")
        values.withLock { values in
            let full = values.count >= Counter.maximumSeries && values[labelValues] == nil
            values[full ? labels.map { _ in "other" } : labelValues, default: 0] += amount
        }
    }

    /// The sum over all label values.
    public var total: Double { values.withLock { $0.values.reduce(0, +) } }

    var samples: [MetricSample] {
        let values = values.withLock { $0 }
        if values.isEmpty, labels.isEmpty {
            return [MetricSample(suffix: "", labels: [], value: 0)]
        }
        return values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, value in
            MetricSample(suffix: "", labels: Array(zip(labels, key)), value: value)
        }
    }
}
