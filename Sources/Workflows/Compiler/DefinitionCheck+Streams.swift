import Expressions
import Resources
import Values

extension DefinitionCheck {
    /// The task whose stream a task reads, where it names one.
    static func streamSource(of task: TaskDefinition) -> String? {
        task.type == "stream" ? task.stream?["from"]?.stringValue : nil
    }

    /// Makes the task whose stream is read a dependency of its start.
    mutating func checkStreamSource(of address: TaskAddress) {
        guard definition.scopes[address.scope].tasks[address.task].type == "stream" else { return }
        let task = task(at: address)
        guard let source = DefinitionCheck.streamSource(of: task) else { return }
        let place = places[address].key("stream").key("from")
        guard let index = scopes[address.scope].indices[source] else {
            report(
                .unknownDependency,
                "task \"\(task.id)\" reads the stream of \"\(source)\", which does not exist",
                at: place,
                help: question(source, among: scopes[address.scope].indices.keys)
                    ?? "name a task beside it")
            return
        }
        guard source != task.id else {
            report(.selfDependency, "task \"\(source)\" reads its own stream", at: place)
            return
        }
        let other = definition.scopes[address.scope].tasks[index]
        if let type = taskTypes[other.type], !type.givesStream {
            report(
                .streamSource,
                "task \"\(source)\" is of type \"\(other.type)\", which gives no stream", at: place,
                help: "tasks of type command and stream give one")
        } else if other.cache != nil {
            report(
                .streamSource,
                "a cached result stands in for \"\(source)\", and then there is no stream",
                at: place, help: "remove the cache of \"\(source)\"")
        }
        let known = scopes[address.scope].orderEdges[address.task].first {
            Int($0.dependency) == index
        }
        if let known {
            guard known.condition != .started else { return }
            report(
                .streamedReference,
                "task \"\(task.id)\" waits for the end of \"\(source)\", whose stream it reads"
                    + " while that runs", at: self.place(of: address, known.position),
                help: "remove it from dependsOn, or write when: Started")
            return
        }
        scopes[address.scope].orderEdges[address.task].append(
            ScopeNames.OrderEdge(dependency: Int32(index), condition: .started, position: -1))
    }

    /// Tells the references of a scope to the outputs of tasks that may not have ended.
    mutating func checkStartedReferences(in scope: Int) {
        for edge in scopes[scope].referenceEdges {
            let isBeside = scopes[scope].orderEdges[edge.task].contains {
                Int($0.dependency) == edge.dependency && $0.condition == .started
            }
            guard isBeside else { continue }
            let id = definition.scopes[scope].tasks[edge.dependency].id
            report(
                .streamedReference,
                "\"\(id)\" runs beside this task, so nothing is known of its end", at: edge.path,
                offset: edge.offset, help: "refer to it in a task that waits for both")
        }
    }

    /// Compiles what a task does with the records of its stream.
    mutating func streamPlan(of task: TaskDefinition, at place: JSONPath) -> StreamPlan? {
        guard task.type == "stream", let json = task.stream else { return nil }
        let at = place.key("stream")
        var plan = StreamPlan()
        plan.source = json["from"]?.stringValue
        plan.format =
            json["format"]?.stringValue.flatMap(StreamFormat.init(rawValue:)) ?? .json
        plan.time = streamExpression(json["time"], at: at.key("time"))
        plan.lateness = streamDuration(json["lateness"], at: at.key("lateness")) ?? .zero
        plan.until = streamExpression(json["until"], at: at.key("until"))
        plan.steps = steps(json["steps"], at: at.key("steps"))
        plan.key = streamExpression(json["key"], at: at.key("key"))
        plan.aggregates = aggregates(json["aggregates"], at: at.key("aggregates"))
        plan.window = window(json["window"], plan, at: at.key("window"))
        plan.keep = json["keep"]?.integerValue.map { Int(clamping: $0) } ?? StreamPlan.defaultKeep
        plan.skipsErrors = json["onError"] == "Skip"
        checkSources(of: task, plan, at: place)
        checkWindow(of: plan, json, at: at)
        return plan
    }

    private mutating func checkSources(
        of task: TaskDefinition, _ plan: StreamPlan, at place: JSONPath
    ) {
        let inputs = ["items", "url"].filter { task.inputs.contains($0) }
        switch (plan.source, inputs.count) {
        case (nil, 0):
            report(
                .streamSource, "the stream reads nothing", at: place.key("stream"),
                isAboutKey: true, help: "write from: TASK, or give the inputs items or url")
        case (_?, 1...), (nil, 2...):
            report(
                .streamSource, "the stream has several sources",
                at: place.key("inputs").key(inputs[inputs.count - 1]), isAboutKey: true,
                help: "keep one of from, items and url")
        default: break
        }
        if plan.format == .events, !task.inputs.contains("url") {
            report(
                .streamSource, "events are what a server sends",
                at: place.key("stream").key("format"),
                help: "give the input url, or use json or lines")
        }
        let isTimed = plan.window != nil && plan.window != .whole
        if isTimed, plan.time == nil, task.inputs.contains("items") {
            report(
                .streamWindow, "the elements of a list do not arrive at any time",
                at: place.key("stream").key("window"), isAboutKey: true,
                help: "write time, an expression for the moment of a record")
        }
    }

    private mutating func checkWindow(of plan: StreamPlan, _ json: JSON, at place: JSONPath) {
        if json["window"] != nil, plan.aggregates.isEmpty {
            report(
                .streamWindow, "nothing is made of the records of a window",
                at: place.key("window"), isAboutKey: true,
                help: "add aggregates, such as count: {count: true}")
        }
        guard json["aggregates"]?.objectValue?.isEmpty == false else {
            if plan.key != nil {
                report(
                    .streamWindow, "records are grouped for aggregates alone", at: place.key("key"),
                    isAboutKey: true, help: "add aggregates, or remove the key")
            }
            return
        }
        for aggregate in plan.aggregates {
            let at = place.key("aggregates").key(aggregate.name)
            switch (aggregate.function, plan.window) {
            case (.list, .whole?):
                report(
                    .unboundedStream,
                    "the list grows as long as the stream, and has to fit a checkpoint", at: at,
                    isAboutKey: true, help: "add a window, or use reduce")
            case (.reduce(_, _, nil), .session?):
                report(
                    .streamWindow, "sessions grow together, and their values cannot",
                    at: at.key("reduce"), isAboutKey: true,
                    help: "add merge, one value of left and right")
            default: break
            }
        }
    }
}

extension DefinitionCheck {
    // MARK: Parts

    private mutating func steps(_ json: JSON?, at place: JSONPath) -> [StreamStep] {
        var steps: [StreamStep] = []
        for (position, step) in (json?.arrayValue ?? []).enumerated() {
            guard let members = step.objectValue else { continue }
            let at = place.index(position)
            guard members.count == 1 else {
                report(
                    .combination, "a step is a filter or a map, and one of them", at: at,
                    help: "write a step for each")
                continue
            }
            if let condition = streamExpression(step["filter"], at: at.key("filter")) {
                steps.append(.filter(condition))
            } else if let value = streamExpression(step["map"], at: at.key("map")) {
                steps.append(.map(value))
            }
        }
        return steps
    }

    private mutating func aggregates(_ json: JSON?, at place: JSONPath) -> [StreamAggregate] {
        var aggregates: [StreamAggregate] = []
        for (name, value) in json?.objectValue ?? [:] {
            let at = place.key(name)
            guard let members = value.objectValue else { continue }
            guard members.count == 1, let kind = members.keys.first else {
                report(
                    .combination, "an aggregate is one of count, sum, min, max, list and reduce",
                    at: at, help: "give each a name of its own")
                continue
            }
            if let function = function(kind, members[kind] ?? .null, at: at.key(kind)) {
                aggregates.append(StreamAggregate(name: name, function: function))
            }
        }
        return aggregates
    }

    private mutating func function(
        _ kind: String, _ value: JSON, at place: JSONPath
    ) -> StreamAggregate.Function? {
        switch kind {
        case "count": return .count
        case "sum": return streamExpression(value, at: place).map { .sum($0) }
        case "min": return streamExpression(value, at: place).map { .minimum($0) }
        case "max": return streamExpression(value, at: place).map { .maximum($0) }
        case "list": return streamExpression(value, at: place).map { .list($0) }
        case "reduce":
            let merge = streamExpression(
                value["merge"], at: place.key("merge"), seeing: ["left", "right", "values"])
            return streamExpression(
                value["value"], at: place.key("value"),
                seeing: ["accumulator", "key", "record", "values"]
            ).map { .reduce(initial: value["initial"] ?? .null, value: $0, merge: merge) }
        default: return nil
        }
    }

    /// The most windows that one record may belong to.
    private static let maximumOverlap: Int64 = 100

    private mutating func window(
        _ json: JSON?, _ plan: StreamPlan, at place: JSONPath
    ) -> StreamWindow? {
        guard let json, let members = json.objectValue else {
            return plan.aggregates.isEmpty ? nil : .whole
        }
        let kinds = ["tumbling", "sliding", "session"].filter { members.contains($0) }
        guard kinds.count == 1 else {
            report(
                .streamWindow,
                kinds.isEmpty
                    ? "the window says neither tumbling nor sliding nor session"
                    : "the window is several at once: \(kinds.joined(separator: ", "))",
                at: place, help: "write one of tumbling, sliding and session")
            return nil
        }
        if kinds[0] != "sliding", members.contains("every") {
            report(
                .streamWindow, "every goes with sliding", at: place.key("every"), isAboutKey: true)
        }
        guard let length = span(json[kinds[0]], at: place.key(kinds[0])) else { return nil }
        switch kinds[0] {
        case "tumbling": return .tumbling(length)
        case "session": return .session(gap: length)
        default: break
        }
        guard members.contains("every") else {
            report(
                .streamWindow, "sliding windows begin at a distance, and it is not told",
                at: place.key("sliding"), isAboutKey: true, help: "add every: 1m")
            return nil
        }
        guard let every = span(json["every"], at: place.key("every")) else { return nil }
        guard length.nanoseconds / every.nanoseconds <= DefinitionCheck.maximumOverlap else {
            report(
                .streamWindow,
                "each record would be part of over \(DefinitionCheck.maximumOverlap) windows",
                at: place.key("every"), help: "make every longer")
            return nil
        }
        return .sliding(length, every: every)
    }

    /// The length of a window, of at least a millisecond.
    private mutating func span(_ json: JSON?, at place: JSONPath) -> Duration? {
        guard let length = streamDuration(json, at: place) else { return nil }
        guard length >= .milliseconds(1) else {
            report(
                .streamWindow, "a window lasts at least a millisecond, not \(length.text)",
                at: place)
            return nil
        }
        return length
    }

    private mutating func streamDuration(_ json: JSON?, at place: JSONPath) -> Duration? {
        switch json {
        case .integer(let seconds) where seconds >= 0 && seconds < 1 << 33:
            return .seconds(seconds)
        case .string(let text):
            if let duration = Duration(parsing: text) { return duration }
        case .integer: break
        default: return nil
        }
        report(
            .invalidDuration,
            "\(json?.text ?? "") "
                + (json?.stringValue.flatMap { Duration.objection(to: $0) } ?? "is not a duration"),
            at: place,
            help: "write a number with a unit, as 30s, 5m, 1h30m or 250ms")
        return nil
    }

    /// Compiles an expression that is evaluated for each record, and sees nothing of the run.
    private mutating func streamExpression(
        _ json: JSON?, at place: JSONPath, seeing names: [String] = ["record", "values"]
    ) -> Expression? {
        guard let text = json?.stringValue, !text.isEmpty else { return nil }
        guard let sole = TemplateText.soleExpression(of: text) else {
            report(
                .notOneExpression, "it must be one expression and nothing else", at: place,
                help: "write ${{ a && b }} or a && b, not ${{ a }} && ${{ b }}")
            return nil
        }
        do throws(ExpressionError) {
            let expression = try Expression(parsing: sole.source, dialect: sole.dialect)
            for reference in expression.references {
                guard let name = reference.path.first, !names.contains(name) else { continue }
                report(
                    .unknownVariable, "there is no variable \"\(name)\" for a record of a stream",
                    at: place, offset: sole.offset + reference.offset,
                    help: ["workflow", "tasks", "run"].contains(name)
                        ? "put it into inputs.values, and write values.NAME"
                        : "expressions here use \(DefinitionCheck.list(names))")
            }
            return expression
        } catch {
            report(
                .expressionSyntax, error.message, at: place, offset: sole.offset + error.offset,
                help: error.suggestion)
            return nil
        }
    }
}
