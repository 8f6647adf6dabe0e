internal import Expressions
internal import Values
internal import Workflows

/// What the expressions of one template or condition refer to, and no more.
///
/// Binding only this keeps the cost of an evaluation independent of the size of the run, and the
/// outputs of tasks that are not referred to out of reach.
struct ReferencedValues {
    var inputs = false
    var run = false
    /// The referenced tasks, with whether their outputs are needed.
    var tasks: [String: Bool] = [:]
    /// Whether the tasks are referred to as a whole.
    var allTasks = false

    mutating func add(_ reference: Reference) {
        let path = reference.path
        switch path.first {
        case "workflow": inputs = true
        case "run": run = true
        case "tasks":
            guard path.count > 1 else {
                allTasks = true
                return
            }
            let onlyPhase = path.count > 2 && path[2] == "phase"
            tasks[path[1], default: false] = tasks[path[1]] == true || !onlyPhase
        default: break
        }
    }
}

extension RunMachine {
    /// Whether a task's condition holds.
    func evaluate(
        _ condition: Expression, of task: Int
    ) throws(EvaluationError) -> Bool {
        try condition.evaluateCondition(bindings(condition.references, visible: task))
    }

    /// A task's inputs.
    func evaluateInputs(of task: Int) throws(EvaluationError) -> JSONObject {
        let template = plan.tasks[task].inputs
        let value = try template.evaluate(
            template.isConstant
                ? Bindings() : bindings(template.references.map(\.reference), visible: task))
        guard case .object(let members) = value else {
            throw EvaluationError(.noSuchOverload, "inputs are not an object", at: 0)
        }
        return members
    }

    /// The run's outputs, each by its value, or by its fallback where that is missing.
    func evaluateOutputs() -> Result<JSONObject, OutputFailure> {
        var given: [(String, JSON)] = []
        for output in plan.outputs {
            do {
                given.append((output.name, try evaluate(output.value)))
            } catch {
                guard let fallback = output.fallback else {
                    return .failure(
                        OutputFailure(
                            message: "the output '\(output.name)' has no value: \(error);"
                                + " give it a fallback if the task may be skipped"))
                }
                do {
                    given.append((output.name, try evaluate(fallback)))
                } catch {
                    return .failure(
                        OutputFailure(
                            message: "the fallback of the output '\(output.name)' has no value:"
                                + " \(error)"))
                }
            }
        }
        let outputs = JSONObject(given)
        let size = JSON.object(outputs).canonicalSize
        guard size <= 2 || size <= budget.free else {
            return .failure(
                OutputFailure(
                    message: "the outputs have \(size) bytes, and the run's status has room for"
                        + " \(max(0, budget.free)) of \(limits.statusBytes)"))
        }
        return .success(outputs)
    }

    private func evaluate(_ template: ValueTemplate) throws(EvaluationError) -> JSON {
        try template.evaluate(bindings(template.references.map(\.reference), visible: nil))
    }

    /// Binds what is referred to.
    ///
    /// A reference to the tasks as a whole sees those a task depends on, or all of them where no
    /// task is meant.
    private func bindings(_ references: [Reference], visible task: Int?) -> Bindings {
        var referenced = ReferencedValues()
        for reference in references { referenced.add(reference) }
        var variables: [String: JSON] = [:]
        if referenced.inputs {
            variables["workflow"] = .object(["inputs": .object(inputs)])
        }
        if referenced.run {
            variables["run"] = [
                "name": .string(identity.name), "namespace": .string(identity.namespace),
                "uid": .string(identity.uid),
            ]
        }
        if referenced.allTasks {
            let indices =
                task.map { plan.dependencies(of: $0).map(Int.init) } ?? Array(tasks.indices)
            for index in indices { referenced.tasks[plan.tasks[index].id] = true }
        }
        if referenced.allTasks || !referenced.tasks.isEmpty {
            let members = referenced.tasks.compactMap { id, needsOutputs in
                plan.index(of: id).map { (id, view(of: $0, withOutputs: needsOutputs)) }
            }
            variables["tasks"] = .object(JSONObject(members))
        }
        return Bindings(variables)
    }

    /// A task as expressions see it; outputs are absent unless it completed.
    private func view(of task: Int, withOutputs: Bool) -> JSON {
        let phase = JSON.string(tasks[task].phase.rawValue)
        guard withOutputs, tasks[task].phase == .completed else { return ["phase": phase] }
        return ["outputs": .object(outputs[task]), "phase": phase]
    }
}

/// Why a run has no outputs.
struct OutputFailure: Error {
    let message: String
}
