import Foundation
import Values

/// Measures reading and writing JSON beside Foundation's three ways, in one process.
///
/// An object of 1 KB as a watch tells it, one of 15 KB and a list of 5 MB.
func jsonBenchmarks(_ report: Report) {
    let samples = [
        ("event", SampleObjects.run(7, tasks: 1)), ("object", SampleObjects.run(7, tasks: 66)),
        ("list", SampleObjects.list(2800)),
    ]
    for (shape, sample) in samples {
        let bytes = sample.bytes
        // Written as it was read, as a cache holds it.
        guard let value = try? JSON(parsing: bytes) else { continue }
        let more: JSONObject = ["shape": .string(shape)]
        let repetitions = shape == "list" ? 9 : 15
        report.megabytesPerSecond(
            "json.parse", bytes: bytes.count, repetitions: repetitions, more
        ) { _ = try JSON(parsing: bytes) }
        report.megabytesPerSecond(
            "json.write", bytes: bytes.count, repetitions: repetitions, more
        ) { _ = value.bytes }
        foundation(bytes, isList: shape == "list", more, report)
    }
}

private func foundation(_ bytes: [UInt8], isList: Bool, _ more: JSONObject, _ report: Report) {
    let data = Data(bytes)
    let repetitions = isList ? 3 : 7
    report.megabytesPerSecond(
        "json.parse.foundation.serialization", bytes: data.count, repetitions: repetitions, more
    ) { _ = try JSONSerialization.jsonObject(with: data) }
    if let tree = try? JSONSerialization.jsonObject(with: data) {
        report.megabytesPerSecond(
            "json.write.foundation.serialization", bytes: data.count, repetitions: repetitions, more
        ) { _ = try JSONSerialization.data(withJSONObject: tree, options: [.sortedKeys]) }
    }
    let decoder = JSONDecoder()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isList {
        codable(CodableList.self, data, repetitions, more, decoder, encoder, report)
    } else {
        codable(CodableRun.self, data, repetitions, more, decoder, encoder, report)
    }
}

private func codable<Value: Codable>(
    _ type: Value.Type, _ data: Data, _ repetitions: Int, _ more: JSONObject,
    _ decoder: JSONDecoder, _ encoder: JSONEncoder, _ report: Report
) {
    report.megabytesPerSecond(
        "json.parse.foundation.decoder", bytes: data.count, repetitions: repetitions, more
    ) { _ = try decoder.decode(type, from: data) }
    guard let value = try? decoder.decode(type, from: data) else { return }
    report.megabytesPerSecond(
        "json.write.foundation.encoder", bytes: data.count, repetitions: repetitions, more
    ) { _ = try encoder.encode(value) }
}

private struct CodableList: Codable {
    struct Metadata: Codable { var resourceVersion: String }

    var apiVersion: String
    var kind: String
    var items: [CodableRun]
    var metadata: Metadata
}

/// The whole run as types, as a program with one type a kind would have it.
private struct CodableRun: Codable {
    struct Metadata: Codable {
        var creationTimestamp: String
        var generation: Int
        var labels: [String: String]
        var name: String
        var namespace: String
        var resourceVersion: String
        var uid: String
    }

    struct Spec: Codable {
        struct Inputs: Codable {
            var limit: Int
            var question: String
        }
        struct Reference: Codable {
            var kind: String
            var name: String
        }

        var desiredState: String
        var inputs: Inputs
        var priority: Int
        var workflowRef: Reference
    }

    struct Status: Codable {
        struct Checkpoint: Codable { var sequence: Int }
        struct Condition: Codable {
            var lastTransitionTime: String
            var message: String
            var observedGeneration: Int
            var reason: String
            var status: String
            var type: String
        }
        struct Task: Codable {
            struct Outputs: Codable {
                var score: Double
                var status: Int
                var text: String
            }

            var attempt: Int
            var completionTime: String
            var outputs: Outputs
            var phase: String
            var startTime: String
        }

        var checkpoint: Checkpoint
        var conditions: [Condition]
        var observedGeneration: Int
        var phase: String
        var progress: String
        var startTime: String
        var tasks: [String: Task]
    }

    var apiVersion: String
    var kind: String
    var metadata: Metadata
    var spec: Spec
    var status: Status
}
