import Expressions
import Values

extension DefinitionCheck {
    /// The policy of tasks that have none of their own.
    mutating func compileDefaultPolicy() -> RetryPolicy {
        guard var policy = definition.retryPolicy else { return .none }
        guard base == nil, let source = definition.retryIf else { return policy }
        let place = places.root.key("config").key("retryPolicy")
        policy.retryIf = retryCondition(source, at: place.key("retryIf"), scope: 0)
        return policy
    }

    /// A task's own policy.
    mutating func retryPolicy(of task: TaskDefinition, at place: JSONPath) -> RetryPolicy? {
        guard var policy = task.retryPolicy else { return nil }
        if let source = task.retryIf {
            let at = place.key("retryPolicy").key("retryIf")
            policy.retryIf = retryCondition(source, at: at, scope: 0)
        }
        return policy
    }

    private mutating func retryCondition(
        _ source: String, at place: JSONPath, scope: Int
    ) -> Expression? {
        var site = ExpressionSite(behind: scope).with("error", "attempt")
        site.seesTasks = false
        return condition(source, "retryIf", at: place, from: site, mayBeConstant: true)
    }

    /// What only some tasks have; nil for a plain task.
    mutating func options(
        of task: TaskDefinition, _ type: TaskType?, at place: JSONPath, _ site: ExpressionSite
    ) -> TaskOptions? {
        let isNamed = type?.isNamed ?? false
        if task.isPlain && !isNamed { return nil }
        checkTimeouts(of: task, at: place)
        var options = TaskOptions()
        options.control = task.control.flatMap { compile($0, of: task, at: place, site) }
        options.falseAction = task.falseAction ?? .skip
        if task.control != nil { tellUselessCaches(of: task, at: place) }
        options.fallbacks = fallbacks(of: task, at: place.key("fallback"), site)
        options.compensation = compensation(of: task, at: place.key("compensation"), site)
        options.interruptionAction = task.interruptionAction ?? .retry
        options.totalTimeout = task.totalTimeout
        options.priority = task.priority
        options.resources = task.resources
        options.cache = cache(of: task, at: place.key("cache"), site)
        options.executor = task.executor
        options.config = task.config
        options.workflow = task.workflow
        options.stream = streamPlan(of: task, at: place)
        options.isNamed = isNamed
        return options
    }

    private mutating func checkTimeouts(of task: TaskDefinition, at place: JSONPath) {
        guard let one = task.timeout, let all = task.totalTimeout, one > all else { return }
        report(
            .timeoutOrder,
            "one attempt may take \(one.text), and all together only \(all.text)",
            at: place.key("totalTimeout"), help: "make totalTimeout at least \(one.text)")
    }

    // MARK: After a failure

    private mutating func fallbacks(
        of task: TaskDefinition, at place: JSONPath, _ site: ExpressionSite
    ) -> [FallbackPlan] {
        let site = site.with("error")
        return task.fallbacks.indices.compactMap { position in
            let at = place.index(task.fallbackPositions[position])
            switch task.fallbacks[position] {
            case .skip:
                if position < task.fallbacks.count - 1 { tellUnreached(at: at) }
                return .skip
            case .cached(let age): return .cached(maximumAge: age)
            case .value(let outputs):
                if position < task.fallbacks.count - 1 { tellUnreached(at: at) }
                return template(.object(outputs), at: at.key("value"), from: site).map {
                    .value($0)
                }
            case .attempt(let type, let executor, let inputs, let config, let workflow):
                let type = checkType(type ?? task.type, at: at.key("type"))
                let child = workflow ?? (type == "workflow" ? task.workflow : nil)
                // What is the task's own is told at the task.
                let isOwn = inputs == nil && (workflow == nil || workflow == task.workflow)
                checkChild(
                    child, of: type, "a fallback", isOwn ? nil : inputs ?? task.inputs, at: at)
                let values = JSON.object(inputs ?? task.inputs)
                // Inputs that are the task's own are told at the task.
                if inputs != nil, let known = taskTypes[type] {
                    checkInputs(values, of: known, at: at.key("inputs"))
                } else if inputs == nil, type != task.type {
                    checkContext(of: task.inputs, for: type, at: at.key("type"))
                }
                let compiled =
                    inputs == nil
                    ? parsed(values, of: type)
                    : template(values, at: at.key("inputs"), from: site, of: type)
                return compiled.map {
                    .attempt(
                        FallbackAttempt(
                            type: type, executor: executor ?? task.executor, inputs: $0,
                            config: config ?? task.config, workflow: child))
                }
            }
        }
    }

    /// Tells that nothing is kept of what a container gives, which is what its tasks gave.
    private mutating func tellUselessCaches(of task: TaskDefinition, at place: JSONPath) {
        let help = "give the tasks in it a cache of their own"
        if task.cache != nil {
            report(
                .uselessCache, "no result of a container is kept, so none is ever found",
                at: place.key("cache"), isAboutKey: true, help: help)
        }
        for (position, fallback) in zip(task.fallbackPositions, task.fallbacks) {
            guard case .cached = fallback else { continue }
            report(
                .uselessCache, "no result of a container is kept, so none is ever found",
                at: place.key("fallback").index(position).key("cached"), isAboutKey: true,
                help: help)
        }
    }

    /// Checks what an attempt by other means runs, where it is a run of its own.
    private mutating func checkChild(
        _ child: ChildWorkflow?, of type: String, _ noun: String, _ inputs: JSONObject?,
        at place: JSONPath
    ) {
        guard type == "workflow" else {
            guard child != nil else { return }
            report(
                .fieldOfOtherType,
                "workflow goes with workflow, and \(noun) is of type \"\(type)\"",
                at: place.key("workflow"), isAboutKey: true)
            return
        }
        guard let child else {
            report(
                .missingField, "missing required field \"workflow\"", at: place.key("workflow"),
                help:
                    "\(noun) of type workflow needs workflow, with the kind and the name of what it"
                    + " runs")
            return
        }
        if let inputs { checkInputs(inputs, of: child, at: place.key("inputs")) }
    }

    /// The inputs of the task itself for another type; what is wrong with them is told at the task.
    private func parsed(_ inputs: JSON, of type: String) -> ValueTemplate? {
        let members = inputs.objectValue ?? [:]
        return try? ValueTemplate(parsing: inputs) {
            TaskType.templateContext(of: $0, type: type, in: members)
        }
    }

    private mutating func tellUnreached(at place: JSONPath) {
        report(
            .invalidFallback, "the fallbacks behind this one, which cannot fail, are never reached",
            at: place, help: "put it last")
    }

    private mutating func checkType(_ type: String, at place: JSONPath) -> String {
        if taskTypes[type] == nil || ContainerType(rawValue: type) != nil {
            let leaves = taskTypes.names.filter { ContainerType(rawValue: $0) == nil }
            report(
                .unknownTaskType, "there is no task type \"\(type)\" that can stand here",
                at: place,
                help: DefinitionCheck.question(type, among: leaves))
        }
        return type
    }

    private mutating func compensation(
        of task: TaskDefinition, at place: JSONPath, _ site: ExpressionSite
    ) -> CompensationPlan? {
        guard let compensation = task.compensation else { return nil }
        let type = checkType(compensation.type, at: place.key("type"))
        let values = JSON.object(compensation.inputs)
        if let known = taskTypes[type] { checkInputs(values, of: known, at: place.key("inputs")) }
        checkChild(
            compensation.workflow, of: type, "a compensation", compensation.inputs, at: place)
        var site = site
        site.seesItself = true
        guard let inputs = template(values, at: place.key("inputs"), from: site, of: type) else {
            return nil
        }
        var policy = compensation.retryPolicy ?? .none
        if let source = compensation.retryIf {
            let at = place.key("retryPolicy").key("retryIf")
            policy.retryIf = retryCondition(source, at: at, scope: 0)
        }
        return CompensationPlan(
            type: type, executor: compensation.executor, inputs: inputs,
            config: compensation.config, workflow: compensation.workflow, retryPolicy: policy,
            timeout: compensation.timeout)
    }

    private mutating func cache(
        of task: TaskDefinition, at place: JSONPath, _ site: ExpressionSite
    ) -> CachePolicy? {
        guard let cache = task.cache else { return nil }
        let key = cache.key.flatMap { template($0, at: place.key("key"), from: site) }
        return CachePolicy(maximumAge: cache.maximumAge, key: key)
    }
}

extension TaskDefinition {
    /// Whether the task has nothing that is among ``TaskOptions``.
    fileprivate var isPlain: Bool {
        hasOnlyCommonFields
            || control == nil && falseAction == nil && fallbacks.isEmpty && compensation == nil
                && interruptionAction == nil && totalTimeout == nil && priority == nil
                && resources.isEmpty && cache == nil && executor == nil && config.isEmpty
                && workflow == nil && stream == nil
    }
}
