import Values

/// A record that somebody made up.
struct ModelRecord: Sendable, Hashable {
    /// When it happened, in milliseconds since 1970.
    var time: Int64
    /// Nil where its source groups by none.
    var key: String?
    /// Nil in one that has none, and so is passed over.
    var value: Int64?
    /// What it was given as, where that is a result of another stream.
    var result: JSON?

    /// The record as a source gives it.
    var json: JSON {
        if let result { return result }
        var json: JSON = ["at": .integer(time)]
        json["key"] = key.map { .string($0) }
        if let value { json["value"] = .integer(value) }
        return json
    }
}

/// What a task of type `stream` does, in the words of whoever made it up.
struct ModelStream: Sendable, Hashable {
    /// Where its records come from.
    enum Source: Sendable, Hashable {
        case items([ModelRecord])
        /// Another task of the definition, which is one of these as well, or a command.
        case task(Int)
        case response(ModelResponse)

        /// The kind, for tables.
        var name: String {
            switch self {
            case .items: "items"
            case .task: "task"
            case .response(let response): response.isEvents ? "events" : "lines"
            }
        }
    }

    /// How its records are grouped.
    enum Window: Sendable, Hashable {
        case none, whole
        case tumbling(Int64)
        case sliding(Int64, every: Int64)
        case session(Int64)

        /// The kind, for tables.
        var name: String {
            switch self {
            case .none: "none"
            case .whole: "whole"
            case .tumbling: "tumbling"
            case .sliding: "sliding"
            case .session: "session"
            }
        }
    }

    var source: Source
    /// Whether its records are what came of windows.
    var readsResults = false
    /// Whether its records have a key.
    var hasKeys = true
    var lateness: Int64 = 0
    /// Lets those pass whose values this does not divide.
    var filter: Int64?
    /// What values are multiplied by.
    var factor: Int64?
    var isKeyed = false
    var window = Window.none
    var keep = 100
    /// The stream ends in front of the first record of this value.
    var until: Int64?

    /// The field as a definition holds it.
    func manifest(in siblings: [ModelTask]) -> JSON {
        let record = isOfEvents ? "record.data" : "record"
        let value = "\(record).\(readsResults ? "values.total" : "value")"
        var json: JSON = [
            "keep": .integer(Int64(keep)), "lateness": .string("\(lateness)ms"),
            "onError": "Skip", "time": .string("\(record).\(readsResults ? "end" : "at")"),
        ]
        if isOfEvents { json["format"] = "events" }
        if case .task(let other) = source { json["from"] = .string(siblings[other].id) }
        if let until { json["until"] = .string("\(value) == \(until)") }
        var steps: [JSON] = []
        if let filter { steps.append(["filter": .string("\(value) % \(filter) != 0")]) }
        if let factor {
            let key = hasKeys ? "'key': \(record).key, " : ""
            steps.append([
                "map": .string(
                    readsResults
                        ? "{\(key)'end': record.end, 'values': {'total': \(value) * \(factor)}}"
                        : "{\(key)'at': \(record).at, 'value': \(value) * \(factor)}")
            ])
        }
        json["steps"] = .array(steps)
        if isKeyed { json["key"] = "record.key" }
        // Events are always mapped to records of the common form.
        addWindow(to: &json, readsResults ? "record.values.total" : "record.value")
        return json
    }

    /// Whether its records are server-sent events.
    var isOfEvents: Bool {
        if case .response(let response) = source { return response.isEvents }
        return false
    }

    private func addWindow(to json: inout JSON, _ value: String) {
        switch window {
        case .none: return
        case .whole: break
        case .tumbling(let length): json["window"] = ["tumbling": .string("\(length)ms")]
        case .sliding(let length, let every):
            json["window"] = ["sliding": .string("\(length)ms"), "every": .string("\(every)ms")]
        case .session(let gap): json["window"] = ["session": .string("\(gap)ms")]
        }
        var aggregates: JSON = [
            "count": ["count": true], "greatest": ["max": .string(value)],
            "least": ["min": .string(value)], "total": ["sum": .string(value)],
            "product": [
                "reduce": [
                    "initial": 1, "value": .string("(accumulator * \(value)) % 1009"),
                    "merge": "(left * right) % 1009",
                ]
            ],
        ]
        if window != .whole { aggregates["all"] = ["list": .string(value)] }
        json["aggregates"] = aggregates
    }

    /// The inputs of its task.
    var inputs: JSON {
        switch source {
        case .items(let records): ["items": .array(records.map(\.json))]
        case .task: [:]
        case .response(let response): ["url": .string(response.url)]
        }
    }
}
