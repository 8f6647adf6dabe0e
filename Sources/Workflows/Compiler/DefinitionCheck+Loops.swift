import Expressions
import Values

extension DefinitionCheck {
    /// Names that the variable of a loop cannot have, as they mean something else.
    private static let reservedNames: Set<String> = [
        "workflow", "tasks", "run", "index", "previous", "result", "accumulator", "error",
        "attempt",
    ]

    mutating func loop(
        _ loop: LoopDefinition, of task: TaskDefinition, at place: JSONPath, _ site: ExpressionSite
    ) -> LoopPlan? {
        checkBound(of: loop, task, at: place)
        if DefinitionCheck.reservedNames.contains(loop.itemName) {
            report(
                .reservedName, "\"\(loop.itemName)\" means something else in expressions",
                at: place.key("as"), help: "give the element another name, such as item")
        }
        let items = loop.items.flatMap { compileItems($0, at: place.key("items"), site) }
        var before = site
        before.extra += ["index"] + (loop.isSequential ? ["previous"] : [])
        let whileCondition = loop.whileCondition.flatMap {
            condition($0, "while", at: place.key("while"), from: before, mayBeConstant: true)
        }
        guard let scope = loop.scope else { return nil }
        let after = ExpressionSite(behind: scope)
        let untilCondition = loop.untilCondition.flatMap {
            condition(
                $0, "until", at: place.key("until"), from: after.with("result"),
                mayBeConstant: true)
        }
        let result = loop.result.flatMap { template($0, at: place.key("result"), from: after) }
        return LoopPlan(
            items: items, itemName: loop.itemName, whileCondition: whileCondition,
            untilCondition: untilCondition,
            maxIterations: loop.maxIterations ?? WorkflowLimits.maximumIterations,
            maxParallel: loop.maxParallel, result: result,
            aggregate: aggregate(of: loop, at: place.key("aggregate"), site), scope: scope)
    }

    // MARK: Bounds

    private mutating func checkBound(
        of loop: LoopDefinition, _ task: TaskDefinition, at place: JSONPath
    ) {
        guard task.type == "loop" else { return }
        let condition =
            loop.whileCondition != nil ? "while" : loop.untilCondition != nil ? "until" : nil
        if loop.items == nil, loop.maxIterations == nil || condition == nil {
            report(
                .unboundedLoop,
                condition.map { "the loop has only \($0) to end it" }
                    ?? "the loop has neither items nor while nor until",
                at: condition.map { place.key($0) } ?? place.key("type"),
                isAboutKey: condition != nil,
                help: condition == nil
                    ? "add items, or until and maxIterations" : "add maxIterations")
        }
        if let condition, !loop.isSequential {
            report(
                .combination,
                "a loop with \(condition) makes one iteration after the other",
                at: place.key("maxParallel"), isAboutKey: true,
                help: "remove maxParallel or \(condition)")
        }
    }

    private mutating func compileItems(
        _ items: JSON, at place: JSONPath, _ site: ExpressionSite
    ) -> ValueTemplate? {
        let most = WorkflowLimits.maximumIterations
        if let count = items.integerValue, items.stringValue == nil {
            if !(0...Int64(most)).contains(count) {
                report(
                    .valueOutOfRange, "must be between 0 and \(most), not \(count)", at: place)
            }
        } else if case .array(let elements) = items, elements.count > most {
            report(.wrongSize, "may have at most \(most) elements", at: place)
        } else if !isList(items, at: place, "a list, a count") {
            return nil
        }
        return template(items, at: place, from: site)
    }

    // MARK: Aggregates

    private mutating func aggregate(
        of loop: LoopDefinition, at place: JSONPath, _ site: ExpressionSite
    ) -> Aggregate {
        guard let written = loop.aggregate else { return .array }
        var site = site.with("result", "index")
        if loop.items != nil { site.extra.append(loop.itemName) }
        checkParts(of: written, at: place)
        switch written.mode {
        case .array: return .array
        case .map:
            let key = written.key.flatMap { template($0, at: place.key("key"), from: site) }
            return key.map { .map(key: $0) } ?? .array
        case .reduce:
            let value = written.value.flatMap {
                template($0, at: place.key("value"), from: site.with("accumulator"))
            }
            return value.map { .reduce(initial: written.initial ?? .null, value: $0) } ?? .array
        }
    }

    private mutating func checkParts(of written: AggregateDefinition, at place: JSONPath) {
        let parts: [(name: String, value: JSON?, mode: AggregateDefinition.Mode)] = [
            ("key", written.key, .map), ("initial", written.initial, .reduce),
            ("value", written.value, .reduce),
        ]
        for (name, value, mode) in parts {
            if value != nil, mode != written.mode {
                report(
                    .combination, "\(name) goes with mode: \(mode.rawValue)", at: place.key(name),
                    isAboutKey: true)
            } else if value == nil, mode == written.mode, name != "initial" {
                report(
                    .missingField, "missing required field \"\(name)\"", at: place.key(name),
                    help: "the mode \(mode.rawValue) needs \(name)")
            }
        }
    }
}
