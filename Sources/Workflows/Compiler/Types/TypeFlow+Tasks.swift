import Expressions
import Schemas
import Values

extension TypeFlow {
    /// What expressions see of the error of an attempt.
    private static let error: [String: ExpressionType] = [
        "error": open(["type": .string, "message": .string, "code": .union([.int, .null])])
    ]

    /// Checks the expressions of a task itself.
    ///
    /// - Returns: The types of its inputs that are one expression each, by name.
    mutating func checkTask(
        _ task: TaskDefinition, _ compiled: CompiledTask, at address: TaskAddress
    ) -> [String: ExpressionType] {
        let place = check.places[address]
        let site = ExpressionSite(address)
        if let condition = compiled.condition {
            checkCondition(condition, task.condition, at: place.key("condition"), site)
        }
        if case .expression(let join) = compiled.join, case .expression(let text)? = task.join {
            checkCondition(join, text, at: place.key("join"), site)
        }
        if task.retryIf != nil, let condition = compiled.retryPolicy.retryIf {
            checkCondition(
                condition, task.retryIf, at: place.key("retryPolicy").key("retryIf"), site,
                TypeFlow.error.merging(["attempt": .int]) { $1 })
        }
        if let options = compiled.options { checkOptions(options, of: task, at: place, site) }
        if let stream = compiled.options?.stream {
            checkStream(stream, of: task, at: place.key("stream"))
        }
        guard let inputs = compiled.inputs, !inputs.isConstant else { return [:] }
        return checkInputs(inputs, of: task, task.inputs, at: place.key("inputs"), site)
    }

    private mutating func checkOptions(
        _ options: TaskOptions, of task: TaskDefinition, at place: JSONPath, _ site: ExpressionSite
    ) {
        for (position, fallback) in zip(task.fallbackPositions, options.fallbacks) {
            let at = place.key("fallback").index(position)
            switch fallback {
            case .value(let value):
                checkTemplate(value, at: at.key("value"), site, TypeFlow.error)
            case .attempt(let attempt):
                checkTemplate(attempt.inputs, at: at.key("inputs"), site, TypeFlow.error)
            case .cached, .skip: break
            }
        }
        if let compensation = options.compensation {
            let at = place.key("compensation").key("inputs")
            checkTemplate(compensation.inputs, at: at, site)
        }
        if let key = options.cache?.key {
            checkTemplate(key, at: place.key("cache").key("key"), site)
        }
    }

    // MARK: Inputs

    /// Checks the inputs of a task, and that each is of the type that the task takes there.
    private mutating func checkInputs(
        _ template: ValueTemplate, of task: TaskDefinition, _ inputs: JSONObject,
        at place: JSONPath, _ site: ExpressionSite
    ) -> [String: ExpressionType] {
        let environment = environment(template.references.lazy.map(\.reference), site)
        let type = check.taskTypes[task.type]
        let child = check.child(of: task)
        var given: [String: ExpressionType] = [:]
        for (path, found) in template.types(in: environment) {
            for problem in found.problems {
                report(problem, at: JSONPath(place.components + path.components))
            }
            if type?.givesInputs == true, path.components.count == 1,
                case .key(let name) = path.components[0]
            {
                given[name] = found.type.stored
                checkDeclared(name, of: task, found.type, at: place.key(name))
            }
            if let child, path.components.count == 1, case .key(let name) = path.components[0] {
                checkChild(child, name, found.type, at: place.key(name))
            }
            guard found.type != .dyn, let expected = type?.inputs.types(at: path),
                !found.type.fits(expected), isExpression(inputs, at: path)
            else { continue }
            report(
                "must be \(expected.map(\.phrase).joined(separator: " or ")), and this is"
                    + " \(found.type.phrase)", at: JSONPath(place.components + path.components))
        }
        return given
    }

    /// Checks what a child is given, where that is one expression.
    private mutating func checkChild(
        _ child: DefinitionSignature, _ name: String, _ found: ExpressionType, at place: JSONPath
    ) {
        guard let kind = child.inputs[name]?.kind, found != .null,
            let type = Schema.ValueType(rawValue: kind.rawValue), !found.fits([type])
        else { return }
        report(
            "the input \"\(name)\" is declared as \(kind.phrase), and this is \(found.phrase)",
            at: place)
    }

    /// Whether a string is one expression; of others, the schema of the type has told it.
    private func isExpression(_ inputs: JSONObject, at path: JSONPath) -> Bool {
        JSON.object(inputs)[path]?.stringValue.map { TemplateText.shape(of: $0) == .expression }
            ?? false
    }

    private mutating func checkDeclared(
        _ name: String, of task: TaskDefinition, _ found: ExpressionType, at place: JSONPath
    ) {
        guard let kind = task.outputs[name], let type = Schema.ValueType(rawValue: kind.rawValue),
            !found.fits([type])
        else { return }
        report(
            "the output \"\(name)\" is declared as \(kind.phrase), and this is \(found.phrase)",
            at: place)
    }

    /// The type of the outputs of a task that is no container.
    func leafOutputs(
        of task: TaskDefinition, _ given: [String: ExpressionType]
    ) -> ExpressionType {
        guard let type = check.taskTypes[task.type] else { return .dyn }
        let described = check.outputSchema(of: task)
        if !type.givesInputs, task.outputs.isEmpty, described == nil { return known(type) }
        var fields = type.outputs.mapValues { ExpressionType($0) }
        for (name, schema) in described?["properties"]?.objectValue ?? [:] {
            fields[name] = ExpressionType(jsonSchema: schema)
        }
        if type.givesInputs {
            for (name, value) in task.inputs {
                fields[name] = given[name] ?? ExpressionType(constant: value)
            }
        }
        for (name, kind) in task.outputs where fields[name] == nil || kind != .any {
            fields[name] = ExpressionType(kind)
        }
        return TypeFlow.open(fields)
    }

    /// The type of the outputs of a task, which its run or one of its fallbacks has given.
    func outputs(
        of task: TaskDefinition, _ given: [String: ExpressionType]
    ) -> ExpressionType {
        let own = check.child(of: task).map { TypeFlow.open($0.outputs) }
        var alternatives = [own ?? leafOutputs(of: task, given)]
        for fallback in task.fallbacks {
            switch fallback {
            case .attempt(let type?, _, _, _, _) where type != task.type: return .dyn
            case .attempt(_, _, _, _, let other?) where other != task.workflow: return .dyn
            case .value(let members):
                var fields: [String: ExpressionType] = [:]
                for (name, value) in members { fields[name] = ExpressionType(constant: value) }
                alternatives.append(TypeFlow.open(fields))
            case .attempt, .cached, .skip: break
            }
        }
        return .union(of: alternatives)
    }

    // MARK: Expressions

    mutating func checkTemplate(
        _ template: ValueTemplate, at place: JSONPath, _ site: ExpressionSite,
        _ extra: [String: ExpressionType] = [:]
    ) {
        guard !template.isConstant else { return }
        let environment = environment(template.references.lazy.map(\.reference), site, extra)
        for (path, problem) in template.check(against: environment) {
            report(problem, at: JSONPath(place.components + path.components))
        }
    }

    /// Checks an expression that must give a boolean, and whose text is as it is written.
    mutating func checkCondition(
        _ expression: Expression, _ text: String?, at place: JSONPath, _ site: ExpressionSite,
        _ extra: [String: ExpressionType] = [:]
    ) {
        let start = text.flatMap { TemplateText.soleExpression(of: $0)?.offset } ?? 0
        let environment = environment(expression.references, site, extra)
        for problem in expression.checkCondition(against: environment) {
            report(problem, at: place, offset: start)
        }
    }
}
