import Synchronization

/// How long something took, counted in buckets, one set for each combination of label values.
public final class Histogram: Sendable {
    /// The upper bounds of the buckets, in seconds.
    public static let bounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    private struct Series {
        var buckets = [Double](repeating: 0, count: Histogram.bounds.count)
        var sum = 0.0
        var count = 0.0
    }

    private let labels: [String]
    private let values = Mutex<[[String]: Series]>([:])

    init(labels: [String]) { self.labels = labels }

    /// Counts one duration.
    public func observe(_ duration: Duration, _ labelValues: [String] = []) {
        precondition(labelValues.count == labels.count, "one value a label")
        let seconds = duration / .seconds(1)
        values.withLock { values in
            let full = values.count >= Counter.maximumSeries && values[labelValues] == nil
            let key = full ? labels.map { _ in "other" } : labelValues
            values[key, default: Series()].sum += seconds
            values[key, default: Series()].count += 1
            if let bucket = Histogram.bounds.firstIndex(where: { seconds <= $0 }) {
                values[key, default: Series()].buckets[bucket] += 1
            }
        }
    }

    var samples: [MetricSample] {
        let values = values.withLock { $0 }
        return values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { key, series in
            let named = Array(zip(labels, key)).map { (name: $0, value: $1) }
            var below = 0.0
            var samples: [MetricSample] = []
            for (bound, count) in zip(Histogram.bounds, series.buckets) {
                below += count
                samples.append(
                    MetricSample(
                        suffix: "_bucket", labels: named + [("le", "\(bound)")], value: below))
            }
            samples.append(
                MetricSample(
                    suffix: "_bucket", labels: named + [("le", "+Inf")], value: series.count))
            samples.append(MetricSample(suffix: "_sum", labels: named, value: series.sum))
            samples.append(MetricSample(suffix: "_count", labels: named, value: series.count))
            return samples
        }
    }
}
