import Values

/// What a stream gives, by the words of docs/streams.md alone: a list goes in, a list comes out.
struct NaiveStream {
    /// One result.
    struct Result: Hashable {
        var time: Int64
        var key: String?
        var total: Int64?
        var json: JSON

        /// The result as a record of who reads it.
        var record: ModelRecord {
            ModelRecord(time: time, key: key, value: total, result: json)
        }
    }

    /// Some records of one key and one span.
    private struct Span: Hashable {
        var start: Int64
        var end: Int64
        var key: String

        /// Whether another is the same, or part of it as a session of its key.
        func contains(_ other: Span) -> Bool {
            other == self || (other.key == key && other.start >= start && other.end <= end)
        }
    }

    let stream: ModelStream
    private(set) var results: [Result] = []
    private(set) var records = 0
    private(set) var late = 0
    private(set) var skipped = 0
    private var watermark = Int64.min
    /// The open windows: values by the places of their records.
    private var open: [Span: [Int: Int64]] = [:]

    init(_ stream: ModelStream, _ given: [ModelRecord]) {
        self.stream = stream
        for record in given {
            guard let value = record.value else {
                records += 1
                skipped += 1
                continue
            }
            if stream.until == value { break }
            records += 1
            take(record, value)
        }
        close(upTo: .max)
    }

    private mutating func take(_ record: ModelRecord, _ given: Int64) {
        defer {
            watermark = max(watermark, record.time - stream.lateness)
            close(upTo: watermark)
        }
        if let filter = stream.filter, given % filter == 0 { return }
        let value = given * (stream.factor ?? 1)
        guard stream.window != .none else {
            results.append(plain(record, value))
            return
        }
        let spans = spans(at: record.time, stream.isKeyed ? record.key ?? "" : "")
        if spans.isEmpty { late += 1 }
        for span in spans {
            var values = [records: value]
            for part in open.keys.filter({ span.contains($0) }) {
                values.merge(open.removeValue(forKey: part) ?? [:]) { first, _ in first }
            }
            open[span] = values
        }
    }

    private func plain(_ record: ModelRecord, _ value: Int64) -> Result {
        var json = record.json
        if stream.factor != nil, stream.readsResults {
            json = ["end": .string(text(record.time)), "values": ["total": .integer(value)]]
            json["key"] = record.key.map { .string($0) }
        } else if stream.factor != nil {
            json["value"] = .integer(value)
        }
        return Result(time: record.time, key: record.key, total: value, json: json)
    }

    /// The open windows that a moment belongs to; a session with those that it connects.
    private func spans(at time: Int64, _ key: String) -> [Span] {
        func floor(_ unit: Int64) -> Int64 { time - time % unit }
        switch stream.window {
        case .none: return []
        case .whole: return [Span(start: .min, end: .max, key: key)]
        case .tumbling(let length):
            let span = Span(start: floor(length), end: floor(length) + length, key: key)
            return span.end > watermark ? [span] : []
        case .sliding(let length, let every):
            return stride(from: floor(every), to: time - length, by: -Int(every)).map { start in
                Span(start: start, end: start + length, key: key)
            }.filter { $0.end > watermark }
        case .session(let gap):
            let near = open.keys.filter {
                $0.key == key && $0.start < time + gap && time < $0.end
            }
            let span = Span(
                start: near.map(\.start).reduce(time, min),
                end: near.map(\.end).reduce(time + gap, max), key: key)
            return near.isEmpty && span.end <= watermark ? [] : [span]
        }
    }

    private mutating func close(upTo bound: Int64) {
        let due = open.keys.filter { $0.end <= bound }.sorted {
            ($0.end, $0.start, $0.key) < ($1.end, $1.start, $1.key)
        }
        for span in due {
            let values = open.removeValue(forKey: span) ?? [:]
            results.append(
                result(of: span, values.sorted { $0.key < $1.key }.map(\.value)))
        }
    }

    private func result(of span: Span, _ values: [Int64]) -> Result {
        let total = values.reduce(0, +)
        var made: JSON = [
            "count": .integer(Int64(values.count)), "greatest": .integer(values.max() ?? 0),
            "least": .integer(values.min() ?? 0), "total": .integer(total),
            "product": .integer(values.reduce(1) { ($0 * $1) % 1009 }),
        ]
        if stream.window != .whole { made["all"] = .array(values.map { .integer($0) }) }
        var json: JSON = ["values": made]
        if stream.isKeyed { json["key"] = .string(span.key) }
        if stream.window != .whole {
            json["start"] = .string(text(span.start))
            json["end"] = .string(text(span.end))
        }
        return Result(
            time: span.end, key: stream.isKeyed ? span.key : nil, total: total, json: json)
    }

    private func text(_ milliseconds: Int64) -> String {
        Timestamp(nanoseconds: milliseconds * 1_000_000).description
    }
}

extension NaiveStream {
    /// The most bytes of results that outputs hold.
    private static let keptBytes = 12 << 10

    /// What the task gives.
    var outputs: JSONObject {
        var kept = results.suffix(stream.keep).map(\.json)
        while kept.reduce(0, { $0 + $1.text.utf8.count }) > NaiveStream.keptBytes {
            kept.removeFirst()
        }
        var outputs: JSONObject = [
            "emitted": .integer(Int64(results.count)), "late": .integer(Int64(late)),
            "records": .integer(Int64(records)), "skipped": .integer(Int64(skipped)),
            "results": .array(kept), "resultsTruncated": .bool(kept.count < results.count),
        ]
        if stream.window == .whole, !stream.isKeyed {
            outputs["result"] = kept.last?["values"] ?? .null
        }
        return outputs
    }
}
