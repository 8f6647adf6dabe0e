import Expressions
import Values

extension TypeFlow {
    mutating func checkCases(
        of branch: BranchPlan, _ task: TaskDefinition, at address: TaskAddress
    ) {
        let place = check.places[address]
        let site = ExpressionSite(address)
        guard case .branch(let written)? = task.control else { return }
        var switched = ExpressionType.dyn
        if let on = branch.on {
            checkTemplate(on, at: place.key(written.valueField), site)
            switched = type(of: on, site)
        }
        // Cases without a body are no part of the plan.
        let cases = written.cases.enumerated().filter { $0.element.scope != nil }
        for (plan, (position, source)) in zip(branch.cases, cases) {
            if let value = plan.value, !switched.mayBe(value) {
                reportNeverTaken(
                    value, switched, at: place.key("cases").index(position).key("value"))
            }
            guard let condition = plan.condition else { continue }
            let at = place.key("cases").index(position).key("condition")
            checkCondition(condition, source.condition, at: at, site)
        }
    }

    private mutating func reportNeverTaken(
        _ value: JSON, _ type: ExpressionType, at place: JSONPath
    ) {
        report(
            "what is compared is \(type.phrase), and never \(JSON.phrase(value))", at: place,
            code: .unreachableCase, help: "write a value of that type")
    }

    /// Checks what a loop goes through.
    ///
    /// - Returns: The type of an element.
    mutating func checkStart(
        of loop: LoopPlan, _ task: TaskDefinition, at address: TaskAddress
    ) -> ExpressionType {
        let place = check.places[address]
        let site = ExpressionSite(address)
        guard case .loop(let written)? = task.control, let items = loop.items,
            let value = written.items
        else { return .dyn }
        checkTemplate(items, at: place.key("items"), site)
        guard case .string = value else { return ExpressionType(constant: value).element ?? .dyn }
        let environment = environment(items.references.lazy.map(\.reference), site)
        guard let type = items.type(in: environment) else { return .dyn }
        if let element = type.element { return element }
        report("must be a list or a number, and this is \(type.phrase)", at: place.key("items"))
        return .dyn
    }

    /// Checks `while`, which sees the result before.
    mutating func checkWhile(
        of loop: LoopPlan, _ task: TaskDefinition, at address: TaskAddress,
        _ previous: ExpressionType
    ) {
        guard let condition = loop.whileCondition, case .loop(let written)? = task.control else {
            return
        }
        checkCondition(
            condition, written.whileCondition, at: check.places[address].key("while"),
            ExpressionSite(address), ["index": .int, "previous": previous])
    }

    /// The type of the value of an iteration.
    func resultType(of loop: LoopPlan) -> ExpressionType {
        guard let template = loop.result else { return defaultResult(of: loop.scope) }
        let site = ExpressionSite(behind: loop.scope)
        return type(of: template, site)
    }

    /// The type of a value as it is kept; where it is no single expression, that of its text.
    func type(
        of template: ValueTemplate, _ site: ExpressionSite, _ extra: [String: ExpressionType] = [:]
    ) -> ExpressionType {
        if template.isConstant {
            let value = try? template.evaluate(Bindings([:]))
            return value.map { ExpressionType(constant: $0) } ?? .dyn
        }
        let environment = environment(template.references.lazy.map(\.reference), site, extra)
        return template.type(in: environment)?.stored ?? .dyn
    }

    /// Checks what is evaluated behind a body: the value of an iteration, `until`, and the aggregate.
    ///
    /// - Returns: The type of the output `results`.
    mutating func checkEnd(
        of loop: LoopPlan, _ task: TaskDefinition, at address: TaskAddress
    ) -> ExpressionType {
        let place = check.places[address]
        guard case .loop(let written)? = task.control else { return .dyn }
        let inside = ExpressionSite(behind: loop.scope)
        if let template = loop.result { checkTemplate(template, at: place.key("result"), inside) }
        let result = resultType(of: loop)
        if let condition = loop.untilCondition {
            checkCondition(
                condition, written.untilCondition, at: place.key("until"), inside,
                ["result": result])
        }
        let at = place.key("aggregate")
        // An iteration that failed, and may, has no result.
        let kept = ExpressionType.union(of: [result, .null])
        // The variables of the loop are those of its body.
        switch loop.aggregate {
        case .array: return .list(kept)
        case .map(let key):
            checkTemplate(key, at: at.key("key"), inside, ["result": kept])
            return .map(key: .string, value: kept)
        case .reduce(let initial, let value):
            // What comes of an accumulator that may be anything includes all that there can be.
            let start = ExpressionType(constant: initial)
            let next = type(of: value, inside, ["result": kept, "accumulator": .dyn])
            let accumulator = ExpressionType.union(of: [start, next])
            checkTemplate(
                value, at: at.key("value"), inside, ["result": kept, "accumulator": accumulator])
            let last = type(of: value, inside, ["result": kept, "accumulator": accumulator])
            return .union(of: [start, last])
        }
    }
}
