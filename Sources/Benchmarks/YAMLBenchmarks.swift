import Foundation
import Values
import YAML

/// Measures reading YAML into trees with places, and writing it.
///
/// Foundation reads no YAML, so its JSON of the same value stands beside: the rate of that is of
/// its own, shorter bytes.
func yamlBenchmarks(_ report: Report) {
    for (shape, value) in [
        ("object", SampleObjects.run(7, tasks: 66)), ("documents", SampleObjects.list(400)),
    ] {
        let items = value["items"]?.arrayValue ?? [value]
        let text = items.map { YAMLWriter.text(of: $0) }.joined(separator: "---\n")
        let bytes = Array(text.utf8)
        let more: JSONObject = [
            "shape": .string(shape), "documents": .integer(Int64(items.count)),
        ]
        report.megabytesPerSecond("yaml.parse", bytes: bytes.count, repetitions: 7, more) {
            _ = try YAMLStream.parse(bytes)
        }
        report.megabytesPerSecond("yaml.write", bytes: bytes.count, repetitions: 7, more) {
            for item in items { _ = YAMLWriter.text(of: item) }
        }
        let data = Data(value.bytes)
        report.megabytesPerSecond(
            "yaml.parse.foundation.json", bytes: data.count, repetitions: 5, more
        ) { _ = try JSONSerialization.jsonObject(with: data) }
    }
}
