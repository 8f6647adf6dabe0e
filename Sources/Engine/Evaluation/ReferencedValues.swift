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
    /// What else is referred to: variables of loops, and those given for one evaluation.
    var others: Set<String> = []

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
        case .some(let name): others.insert(name)
        case nil: break
        }
    }
}

/// From where an expression looks at the run.
struct Viewpoint {
    /// The instance whose tasks and variables it sees first.
    var instance: Int
    /// The task it is of, where it is of one.
    var task: Int?
    /// What it sees besides.
    var variables: [String: JSON] = [:]
}

extension RunMachine {
    // MARK: Conditions

    /// Whether a condition of a task holds.
    func evaluate(
        _ condition: Expression, of task: Int, _ variables: [String: JSON] = [:]
    ) throws(EvaluationError) -> Bool {
        try condition.evaluateCondition(
            bindings(condition.references, viewpoint(of: task, variables)))
    }

    /// Whether a rule about a failed attempt holds.
    func evaluate(
        _ rule: Expression, of task: Int, error: TaskError
    ) throws(EvaluationError) -> Bool {
        try evaluate(
            rule, of: task,
            ["attempt": .integer(Int64(tasks[task].attempt)), "error": error.view])
    }

    /// Whether a condition holds that sees the tasks of an instance.
    func evaluate(
        _ condition: Expression, in instance: Int, _ variables: [String: JSON]
    ) throws(EvaluationError) -> Bool {
        let view = Viewpoint(instance: instance, variables: variables)
        return try condition.evaluateCondition(bindings(condition.references, view))
    }

    // MARK: Values

    /// The value of a template of a task.
    func evaluate(
        _ template: ValueTemplate, of task: Int, _ variables: [String: JSON] = [:]
    ) throws(EvaluationError) -> JSON {
        if let constant = template.constant { return constant }
        return try template.evaluate(
            bindings(template.references.map(\.reference), viewpoint(of: task, variables)))
    }

    /// The value of a template that sees the tasks of an instance.
    func evaluate(_ template: ValueTemplate, in instance: Int) throws(EvaluationError) -> JSON {
        try template.evaluate(
            bindings(template.references.map(\.reference), Viewpoint(instance: instance)))
    }

    /// An object that stands in for what a task would have given.
    func evaluateObject(
        _ template: ValueTemplate, of task: Int, error: TaskError
    ) throws(EvaluationError) -> JSONObject {
        try object(try evaluate(template, of: task, ["error": error.view]), "a value")
    }

    /// A task's inputs, those of the fallback in use where there is one.
    func evaluateInputs(of task: Int) throws(EvaluationError) -> JSONObject {
        guard isFallingBack(task), let fallback = fallbackAttempt(of: task) else {
            return try evaluateOwnInputs(of: task)
        }
        let detail = details[task]
        let error: JSON = [
            "code": detail?.errorCode.map { .integer(Int64($0)) } ?? .null,
            "message": .string(detail?.errorMessage ?? ""),
            "type": .string(detail?.errorType ?? ""),
        ]
        return try object(
            try evaluate(fallback.inputs, of: task, ["error": error]), "inputs")
    }

    /// A task's inputs as its plan has them.
    func evaluateOwnInputs(of task: Int) throws(EvaluationError) -> JSONObject {
        let (program, index) = place(of: task)
        if case .object(let members)? = program.tasks[index].inputs.constant { return members }
        return try object(try evaluate(program.tasks[index].inputs, of: task), "inputs")
    }

    /// A task's inputs as its plan has them, where no expression is in them.
    func constantInputs(of task: Int) -> JSONObject {
        let (program, index) = place(of: task)
        guard case .object(let members)? = program.tasks[index].inputs.constant else { return [:] }
        return members
    }

    private func object(_ value: JSON, _ what: String) throws(EvaluationError) -> JSONObject {
        guard case .object(let members) = value else {
            throw EvaluationError(.noSuchOverload, "\(what) are not an object", at: 0)
        }
        return members
    }

    /// The run's outputs, each by its value, or by its fallback where that is missing.
    func evaluateOutputs() -> Result<JSONObject, OutputFailure> {
        guard !plan.outputs.isEmpty else { return .success([:]) }
        var given: [(String, JSON)] = []
        for output in plan.outputs {
            do {
                given.append((output.name, try evaluate(output.value, in: 0)))
            } catch {
                guard let fallback = output.fallback else {
                    return .failure(
                        OutputFailure(
                            message: "the output '\(output.name)' has no value: \(error);"
                                + " give it a fallback if the task may be skipped"))
                }
                do {
                    given.append((output.name, try evaluate(fallback, in: 0)))
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
        if let error = depthError("the outputs", outputs, size: size) {
            return .failure(OutputFailure(message: error.message))
        }
        guard size <= 2 || size <= budget.free(in: 0) else {
            return .failure(
                OutputFailure(
                    message: "the outputs have \(size) bytes, and the run's status has room for"
                        + " \(max(0, budget.free(in: 0))) of \(limits.statusBytes)"))
        }
        return .success(outputs)
    }

    // MARK: Bindings

    private func viewpoint(of task: Int, _ variables: [String: JSON]) -> Viewpoint {
        Viewpoint(instance: Int(tasks[task].instance), task: task, variables: variables)
    }

    /// Binds what is referred to.
    ///
    /// A reference to the tasks as a whole sees those a task depends on, or all of the scope where no
    /// task is meant.
    private func bindings(_ references: [Reference], _ view: Viewpoint) -> Bindings {
        var referenced = ReferencedValues()
        for reference in references { referenced.add(reference) }
        var variables: [String: JSON] = [:]
        if referenced.inputs {
            variables["workflow"] = .object(["inputs": .object(inputs)])
        }
        if referenced.run { variables["run"] = runView(view) }
        for name in referenced.others {
            variables[name] = view.variables[name] ?? loopVariable(name, from: view.instance)
        }
        guard referenced.allTasks || !referenced.tasks.isEmpty else { return Bindings(variables) }
        let own = instances[view.instance]
        if referenced.allTasks {
            let first = Int(own.first)
            let places =
                view.task.map { own.program.tasks[$0 - first].dependencies.map(Int.init) }
                ?? Array(own.program.tasks.indices)
            for place in places { referenced.tasks[own.program.tasks[place].id] = true }
        }
        let members = referenced.tasks.compactMap { id, needsOutputs in
            resolve(id, from: view.instance).map {
                (id, self.view(of: $0, withOutputs: needsOutputs))
            }
        }
        variables["tasks"] = .object(JSONObject(members))
        return Bindings(variables)
    }

    /// The run as expressions see it; those of `finally` see how it ends.
    private func runView(_ view: Viewpoint) -> JSON {
        var members: JSONObject = [
            "name": .string(identity.name), "namespace": .string(identity.namespace),
            "uid": .string(identity.uid),
        ]
        if let decision = run.decision {
            members["phase"] = .string(decision.phase.rawValue)
            members["reason"] = .string(decision.reason ?? "")
            members["message"] = .string(decision.message ?? "")
        }
        return .object(members)
    }

    /// The variable of that name of the nearest loop around an instance.
    private func loopVariable(_ name: String, from instance: Int) -> JSON? {
        var current: Int? = instance
        while let place = current {
            let found = instances[place]
            if found.role == .body, found.iteration >= 0 {
                let container = Int(found.parent)
                let (program, index) = self.place(of: container)
                if case .loop(let loop) = program.tasks[index].control,
                    let value = variables(of: loop, container, Int(found.iteration))[name]
                {
                    return value
                }
            }
            current = outer(of: place)
        }
        return nil
    }

    /// A task as expressions see it; outputs are absent unless it completed.
    private func view(of task: Int, withOutputs: Bool) -> JSON {
        let phase = JSON.string(tasks[task].phase.rawValue)
        guard withOutputs, tasks[task].phase == .completed else { return ["phase": phase] }
        return ["outputs": .object(outputs[task] ?? [:]), "phase": phase]
    }
}

extension TaskError {
    /// The error as expressions see it.
    fileprivate var view: JSON {
        [
            "code": code.map { .integer(Int64($0)) } ?? .null, "message": .string(message),
            "type": .string(type),
        ]
    }
}

/// Why a run has no outputs.
struct OutputFailure: Error {
    let message: String
}
