import Values

/// A response that a stream is read from.
struct ModelResponse: Sendable, Hashable {
    /// Where it is asked for.
    var url: String
    var records: [ModelRecord]
    /// Whether it is of server-sent events, and not of lines.
    var isEvents: Bool
    /// Whether its end is a record, so that its body may end before.
    var isOpenEnded: Bool

    /// The bytes of some of its records.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        var text = isEvents ? "retry: 40\n: hello\n\n" : ""
        for place in range {
            let json = records[place].json.text
            text += isEvents ? "id: \(place + 1)\r\ndata: \(json)\n\n" : json + "\n"
        }
        return Array(text.utf8)
    }
}

extension ModelTask {
    /// What an attempt of a command writes, by the number of what it writes to: who goes on writes the
    /// same again, and who begins anew something else.
    func emitted(_ generation: Int) -> [ModelRecord] {
        (emits ?? []).map { record in
            var record = record
            if !resumes, let value = record.value { record.value = value + Int64(generation) * 10 }
            return record
        }
    }

    /// The bytes of what it writes from an offset on, without an end of the last line.
    func output(from offset: Int, _ generation: Int) -> [UInt8] {
        Array(
            emitted(generation).dropFirst(offset).map(\.json.text).joined(separator: "\n").utf8)
    }
}
