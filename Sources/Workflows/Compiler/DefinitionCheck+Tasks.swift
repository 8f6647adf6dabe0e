import Expressions
import Schemas
import Values

extension DefinitionCheck {
    /// Compiles all expressions of a task.
    mutating func compileTask(
        _ address: TaskAddress, defaultPolicy: RetryPolicy
    ) -> CompiledTask {
        let task = task(at: address)
        let place = places[address]
        let site = ExpressionSite(address)
        let inputs = JSON.object(task.inputs)
        let type = checkType(of: task, at: place)
        var compiled = CompiledTask()
        let inputsPlace = place.key("inputs")
        compiled.inputs = template(inputs, at: inputsPlace, from: site, of: task.type)
        if let type {
            checkInputs(inputs, of: type, at: inputsPlace)
            checkBuiltInType(task, at: inputsPlace)
            if !task.outputs.isEmpty { checkOutputKinds(of: task, type, at: place) }
            checkControlFields(of: task, at: place)
            checkChild(of: task, at: place)
        }
        if let source = task.condition {
            compiled.condition = condition(source, at: place.key("condition"), from: site)
        }
        compiled.retryPolicy = retryPolicy(of: task, at: place) ?? defaultPolicy
        compiled.options = options(of: task, type, at: place, site)
        if let join = task.join { compiled.join = rule(join, of: address, at: place.key("join")) }
        return compiled
    }

    // MARK: Types

    private mutating func checkType(of task: TaskDefinition, at place: JSONPath) -> TaskType? {
        if task.type.isEmpty { return nil }
        guard let type = taskTypes[task.type] else {
            report(
                .unknownTaskType, "there is no task type \"\(task.type)\"", at: place.key("type"),
                help: DefinitionCheck.question(task.type, among: taskTypes.names)
                    ?? "the types are \(taskTypes.names.joined(separator: ", "))")
            return nil
        }
        if !type.isImplemented {
            report(
                .unimplementedType,
                "no executor in this build runs tasks of type \"\(task.type)\"",
                at: place.key("type"),
                help: "the task fails with \(TaskError.Kind.unsupported) when it is reached")
        }
        return type
    }

    /// Checks a task's inputs against the schema of its type, as far as they are known already.
    mutating func checkInputs(_ inputs: JSON, of type: TaskType, at place: JSONPath) {
        for violation in type.inputs.validate(inputs, at: place) {
            let rest = JSONPath(Array(violation.path.components.dropFirst(place.components.count)))
            if let text = inputs[rest]?.stringValue {
                switch TemplateText.shape(of: text) {
                case .constant: break
                case .expression: continue
                case .mixed where violation.code != .wrongType: continue
                case .mixed: break
                }
            }
            diagnostics.append(Diagnostic(violation))
        }
        checkConstants(inputs.objectValue ?? [:], of: type.name, at: place)
    }

    /// Checks that outputs are not declared as something else than what the type gives.
    private mutating func checkOutputKinds(
        of task: TaskDefinition, _ type: TaskType, at place: JSONPath
    ) {
        for (name, declared) in task.outputs.sorted(by: { $0.key < $1.key }) {
            guard let given = type.outputs[name], given != declared, given != .any,
                declared != .any, !(given == .integer && declared == .number)
            else { continue }
            report(
                .referenceTypeMismatch,
                "the output \"\(name)\" is \(given.phrase), and is declared as \(declared.phrase)",
                at: place.key("outputs").key(name), help: "remove it: the type gives it anyway")
        }
    }

    // MARK: Joins

    /// The references of an expression are edges as well, so their number is known only behind it.
    private mutating func rule(
        _ join: JoinDefinition, of address: TaskAddress, at place: JSONPath
    ) -> JoinRule {
        switch join {
        case .all: return .all
        case .any: return .any
        case .expression(let source):
            return condition(
                source, "a join", at: place, from: ExpressionSite(address), mayBeConstant: true
            ).map { .expression($0) } ?? .all
        case .atLeast(let count):
            let names = scopes[address.scope]
            var dependencies = Set(names.orderEdges[address.task].map { Int($0.dependency) })
            if dependencies.isEmpty {
                // Those of this task are the last there are.
                let own = names.referenceEdges.reversed().prefix { $0.task == address.task }
                for edge in own { dependencies.insert(edge.dependency) }
            }
            if count > dependencies.count {
                report(
                    .joinCount,
                    "\(count) dependencies can never hold, as the task has \(dependencies.count)",
                    at: place, help: "add to dependsOn, or ask for fewer")
            }
            return .atLeast(count)
        }
    }
}
