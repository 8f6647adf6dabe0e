internal import Values

/// In which form a client wants its answer.
struct ContentNegotiation: Sendable, Hashable {
    /// The kinds of answers about objects.
    enum Form: Sendable, Hashable {
        case object
        case table
        case partialMetadata
    }

    /// One media range of an `Accept` header.
    struct MediaRange: Sendable, Hashable {
        var type: String
        var parameters: [String: String]
        var quality: Double
    }

    /// The media ranges of a header, the most wanted first.
    static func ranges(_ accept: String) -> [MediaRange] {
        var ranges: [MediaRange] = []
        for part in accept.split(separator: ",") {
            let fields = part.split(separator: ";").map(trimmed)
            guard let type = fields.first else { continue }
            var range = MediaRange(type: type.lowercased(), parameters: [:], quality: 1)
            for field in fields.dropFirst() {
                let halves = field.split(separator: "=", maxSplits: 1).map(String.init)
                guard halves.count == 2 else { continue }
                if halves[0] == "q" {
                    range.quality = Double(halves[1]) ?? 1
                } else {
                    range.parameters[halves[0]] = halves[1]
                }
            }
            ranges.append(range)
        }
        let ordered = ranges.enumerated().sorted {
            ($1.element.quality, $0.offset) < ($0.element.quality, $1.offset)
        }
        return ordered.map(\.element)
    }

    /// The form of an answer about objects.
    ///
    /// - Throws: `NotAcceptable` where the client takes no JSON.
    static func form(_ accept: String) throws(APIFailure) -> Form {
        let ranges = ranges(accept)
        if ranges.isEmpty { return .object }
        for range in ranges where ["application/json", "application/*", "*/*"].contains(range.type)
        {
            guard let kind = range.parameters["as"] else { return .object }
            guard range.parameters["g"] == "meta.k8s.io", range.parameters["v"] == "v1" else {
                continue
            }
            switch kind {
            case "Table": return .table
            case "PartialObjectMetadata", "PartialObjectMetadataList": return .partialMetadata
            default: continue
            }
        }
        throw .notAcceptable(["application/json"])
    }

    static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }

    /// The media type of a header without its parameters.
    static func mediaType(_ header: String) -> String {
        trimmed(header.prefix { $0 != ";" }).lowercased()
    }
}
