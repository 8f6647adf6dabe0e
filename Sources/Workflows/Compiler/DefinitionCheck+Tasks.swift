import Expressions
import Schemas
import Values

/// What compiling a task's expressions gave; nil where one of them is none.
struct CompiledTask {
    var inputs: ValueTemplate?
    var condition: Expression?
}

extension DefinitionCheck {
    mutating func compileTask(_ index: Int) -> CompiledTask {
        let task = definition.tasks[index]
        let place = taskPaths[index]
        let inputs = JSON.object(task.inputs)
        let type = checkType(of: task, at: place)
        var compiled = CompiledTask()
        compiled.inputs = template(inputs, at: place.key("inputs"), from: .task(index))
        if let type { checkInputs(inputs, of: type, at: place.key("inputs")) }
        if let source = task.condition {
            compiled.condition = condition(source, at: place.key("condition"), from: index)
        }
        return compiled
    }

    mutating func compileOutputs() -> [OutputPlan] {
        var plans: [OutputPlan] = []
        for output in definition.outputs {
            var place = path.key("outputs").key(output.name)
            // An output is an expression, or an object that holds one as its value.
            if output.isObject { place = place.key("value") }
            let value = template(output.value, at: place, from: .outputs)
            let fallback = output.fallback.flatMap {
                template(
                    $0, at: path.key("outputs").key(output.name).key("fallback"), from: .outputs)
            }
            guard let value else { continue }
            plans.append(OutputPlan(name: output.name, value: value, fallback: fallback))
        }
        return plans
    }

    // MARK: Types

    private mutating func checkType(of task: TaskDefinition, at place: JSONPath) -> TaskType? {
        if task.type.isEmpty { return nil }
        if let type = taskTypes[task.type] { return type }
        report(
            .unknownTaskType, "there is no task type \"\(task.type)\"", at: place.key("type"),
            help: DefinitionCheck.question(task.type, among: taskTypes.names)
                ?? "the types are \(taskTypes.names.joined(separator: ", "))")
        return nil
    }

    /// Checks a task's inputs against the schema of its type, as far as they are known already.
    private mutating func checkInputs(_ inputs: JSON, of type: TaskType, at place: JSONPath) {
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
    }

    // MARK: Conditions

    private mutating func condition(
        _ text: String, at place: JSONPath, from task: Int
    ) -> Expression? {
        guard let (source, start) = TemplateText.soleExpression(of: text) else {
            report(
                .notOneExpression, "a condition must be one expression and nothing else", at: place,
                help: "write ${{ a && b }} or a && b, not ${{ a }} && ${{ b }}")
            return nil
        }
        do throws(ExpressionError) {
            let expression = try Expression(parsing: source)
            for reference in expression.references {
                check(
                    reference.path, at: place, offset: start + reference.offset, from: .task(task))
            }
            if expression.references.isEmpty {
                report(
                    .constantCondition, "the condition refers to nothing, so it never changes",
                    at: place)
            }
            checkCondition(expression, at: place, offset: start)
            return expression
        } catch {
            report(
                .expressionSyntax, error.message, at: place, offset: start + error.offset,
                help: error.suggestion)
            return nil
        }
    }

    /// A condition that is only a reference must refer to a boolean.
    private mutating func checkCondition(
        _ expression: Expression, at place: JSONPath, offset: Int
    ) {
        guard expression.references.count == 1,
            let reference = expression.references.first,
            TemplateText.isBare(expression.source, reference.path),
            let kind = kind(of: reference.path), kind != .boolean, kind != .any
        else { return }
        report(
            .referenceTypeMismatch,
            "the condition is \(kind.phrase), and must be a boolean", at: place,
            offset: offset + reference.offset, help: "compare it with something")
    }

    // MARK: Templates

    /// Compiles a value, checking every reference in it; each string that is wrong is told.
    private mutating func template(
        _ value: JSON, at place: JSONPath, from user: ReferenceUser
    ) -> ValueTemplate? {
        do throws(ValueTemplateError) {
            let template = try ValueTemplate(parsing: value)
            for (path, reference) in template.references {
                check(
                    reference.path, at: JSONPath(place.components + path.components),
                    offset: reference.offset, from: user)
            }
            return template
        } catch {
            tellErrors(in: value, at: place, from: user)
            return nil
        }
    }

    /// Goes through the strings of a value one by one, as a template tells only its first error.
    private mutating func tellErrors(in value: JSON, at place: JSONPath, from user: ReferenceUser) {
        var pending = [(value, place)]
        while let (value, place) = pending.popLast() {
            switch value {
            case .string:
                do throws(ValueTemplateError) {
                    let template = try ValueTemplate(parsing: value)
                    for (_, reference) in template.references {
                        check(reference.path, at: place, offset: reference.offset, from: user)
                    }
                } catch {
                    report(
                        .expressionSyntax, error.error.message, at: place, offset: error.offset,
                        help: error.error.suggestion)
                }
            case .array(let elements):
                for (index, element) in elements.enumerated() {
                    pending.append((element, place.index(index)))
                }
            case .object(let members):
                for (name, member) in members { pending.append((member, place.key(name))) }
            default: break
            }
        }
    }
}
