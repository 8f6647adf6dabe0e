import Expressions
import Values

extension TypeFlow {
    mutating func checkCases(
        of branch: BranchPlan, _ task: TaskDefinition, at address: TaskAddress
    ) {
        let place = check.places[address]
        let site = ExpressionSite(address)
        if let on = branch.on { checkTemplate(on, at: place.key("on"), site) }
        guard case .branch(let written)? = task.control else { return }
        // Cases without a body are no part of the plan.
        let cases = written.cases.enumerated().filter { $0.element.scope != nil }
        for (plan, (position, source)) in zip(branch.cases, cases) {
            guard let condition = plan.condition else { continue }
            let at = place.key("cases").index(position).key("condition")
            checkCondition(condition, source.condition, at: at, site)
        }
    }

    /// Checks what is evaluated before a body: what is gone through, and `while`.
    ///
    /// - Returns: The type of an element.
    mutating func checkStart(
        of loop: LoopPlan, _ task: TaskDefinition, at address: TaskAddress
    ) -> ExpressionType {
        let place = check.places[address]
        let site = ExpressionSite(address)
        guard case .loop(let written)? = task.control else { return .dyn }
        if let condition = loop.whileCondition {
            checkCondition(
                condition, written.whileCondition, at: place.key("while"), site,
                ["index": .int, "previous": .dyn])
        }
        guard let items = loop.items, let value = written.items else { return .dyn }
        checkTemplate(items, at: place.key("items"), site)
        guard case .string = value else { return ExpressionType(constant: value).element ?? .dyn }
        let environment = environment(items.references.lazy.map(\.reference), site)
        guard let type = items.type(in: environment) else { return .dyn }
        if let element = type.element { return element }
        report("must be a list or a number, and this is \(type.phrase)", at: place.key("items"))
        return .dyn
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
        var result = defaultResult(of: loop.scope)
        if let template = loop.result {
            checkTemplate(template, at: place.key("result"), inside)
            let environment = environment(template.references.lazy.map(\.reference), inside)
            result = template.type(in: environment) ?? .dyn
        }
        if let condition = loop.untilCondition {
            checkCondition(
                condition, written.untilCondition, at: place.key("until"), inside,
                ["result": result])
        }
        let at = place.key("aggregate")
        // The variables of the loop are those of its body.
        let site = ExpressionSite(behind: loop.scope)
        switch loop.aggregate {
        case .array: return .list(result)
        case .map(let key):
            checkTemplate(key, at: at.key("key"), site, ["result": result])
            return .map(key: .string, value: result)
        case .reduce(_, let value):
            checkTemplate(
                value, at: at.key("value"), site, ["result": result, "accumulator": .dyn])
            return .dyn
        }
    }
}
