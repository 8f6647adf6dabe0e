import Admission
import Console
import Operator

/// The options of `server` that say how much may be under way at once, and how it is shared.
enum AdmissionOptions {
    static let options: [CommandSpecification.Option] = [
        .value("max-tasks", nil, "N", "the most attempts at once; no limit where absent"),
        .value("max-tasks-per-namespace", nil, "N", "the most attempts of one namespace at once"),
        .value("max-runs", nil, "N", "the most runs that have started and not ended"),
        .value("max-runs-per-namespace", nil, "N", "the most of them of one namespace"),
        .value(
            "resources", nil, "LIST", "what tasks share, as cpu=4,memory=8Gi; else no limit"),
        .value(
            "namespace-weight", nil, "NAME=W", repeats: true,
            "how large a part a namespace may have beside others; 1 where absent"),
        .value(
            "queue-marks", nil, "HIGH:LOW",
            "how many waiting attempts hold new runs back, and how few let them in again;"
                + " 10000:8000 where absent"),
    ]

    static func configuration(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> AdmissionConfiguration {
        var configuration = AdmissionConfiguration()
        configuration.attempts = try count("max-tasks", arguments)
        configuration.attemptsPerNamespace = try count("max-tasks-per-namespace", arguments)
        configuration.runs = try count("max-runs", arguments)
        configuration.runsPerNamespace = try count("max-runs-per-namespace", arguments)
        for list in arguments.values("resources") {
            for (name, text) in try pairs(list, "resources", "cpu=4,memory=8Gi") {
                guard let milli = ResourceQuantity.milli(parsing: text) else {
                    throw CommandFailure(
                        .usage, "--resources: \(text) is no quantity; write 4, 500m or 8Gi")
                }
                guard configuration.resources.updateValue(milli, forKey: name) == nil else {
                    throw CommandFailure(.usage, "--resources: \(name) stands twice")
                }
            }
        }
        for list in arguments.values("namespace-weight") {
            for (name, text) in try pairs(list, "namespace-weight", "team-a=3") {
                guard let weight = Double(text), weight > 0, weight.isFinite else {
                    throw CommandFailure(
                        .usage, "--namespace-weight: \(text) is no number above 0")
                }
                guard configuration.weights.updateValue(weight, forKey: name) == nil else {
                    throw CommandFailure(.usage, "--namespace-weight: \(name) stands twice")
                }
            }
        }
        if let text = arguments.value("queue-marks") {
            let parts = text.split(separator: ":").map { Int($0) }
            guard parts.count == 2, let high = parts[0], let low = parts[1], low >= 0, low < high
            else {
                throw CommandFailure(
                    .usage, "--queue-marks takes HIGH:LOW such as 10000:8000, the higher first")
            }
            configuration.highWatermark = high
            configuration.lowWatermark = low
        }
        return configuration
    }

    private static func count(
        _ option: String, _ arguments: ParsedArguments
    ) throws(CommandFailure) -> Int64? {
        guard let text = arguments.value(option) else { return nil }
        guard let number = Int64(text), number > 0 else {
            throw CommandFailure(.usage, "--\(option) takes a whole number above 0, not \(text)")
        }
        return number
    }

    private static func pairs(
        _ list: String, _ option: String, _ example: String
    ) throws(CommandFailure) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for part in list.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
                throw CommandFailure(.usage, "--\(option) takes pairs such as \(example)")
            }
            pairs.append((String(sides[0]), String(sides[1])))
        }
        return pairs
    }
}
