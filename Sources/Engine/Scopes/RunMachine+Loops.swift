internal import Expressions
internal import Values
internal import Workflows

/// Loops and maps: their iterations, one after the other or in a window.
extension RunMachine {
    /// Evaluates what a loop goes through.
    ///
    /// It is the same after a crash: what it is made of has ended, and is stored.
    ///
    /// - Parameter isStored: whether iterations of it are in a checkpoint: then there was room.
    mutating func beginLoop(_ loop: LoopPlan, of task: Int, isStored: Bool = false) throws {
        guard let template = loop.items else {
            containers[task]?.total = nil
            return
        }
        let value = try evaluate(template, of: task)
        let items: [JSON]
        if let list = value.arrayValue {
            items = list
        } else if let count = value.integerValue, count >= 0, count <= Int64(loop.maxIterations) {
            items = (0..<count).map { .integer($0) }
        } else {
            throw ContainerError(
                TaskError.invalid(
                    "a loop goes through a list or a number of at most \(loop.maxIterations), not"
                        + " \(value.kindName)"))
        }
        guard items.count <= loop.maxIterations else {
            throw ContainerError(
                TaskError(
                    type: EngineErrorType.loopLimit,
                    message: "there are \(items.count) items, and the loop goes through at most"
                        + " \(loop.maxIterations)", isRetryable: false))
        }
        let program = program(ofScope: loop.scope)
        let bytes = path(of: task).utf8.count + 24
        // Rather not at all than half of it (law 28).
        guard
            isStored
                || budget.hasRoom(for: program, pathBytes: bytes, times: items.count)
                    && tasks.count + items.count * program.count <= limits.maximumTasks
        else {
            throw ContainerError(checkpointFull(tasks: items.count * program.count))
        }
        containers[task]?.items = items
        containers[task]?.total = items.count
    }

    /// How many iterations may be under way at once.
    private func window(of loop: LoopPlan) -> Int {
        // Without items nobody knows whether there is a next one until the last has ended.
        loop.items == nil ? 1 : min(limits.openIterations, max(1, loop.maxParallel ?? .max))
    }

    /// Opens iterations until the window is full or there is none left.
    mutating func openIterations(
        _ loop: LoopPlan, of task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let window = window(of: loop)
        let scope = program(ofScope: loop.scope)
        if scope.maximumParallel != .max { hasRarePhases = true }
        while let state = containers[task], state.open.count < window, !state.isExhausted,
            !state.isStopping
        {
            let number = state.opened
            guard number < state.total ?? loop.maxIterations else {
                containers[task]?.isExhausted = true
                break
            }
            if let condition = loop.whileCondition {
                do {
                    guard try evaluate(condition, of: task, variables(of: loop, task, number))
                    else {
                        containers[task]?.isExhausted = true
                        break
                    }
                } catch {
                    let failure = expressionError(
                        "the condition of iteration \(number) has no value: \(error)")
                    containers[task]?.failure = failure
                    stopBodies(of: task, .failed, at: now, into: &actions)
                    break
                }
            }
            guard let instance = openInstance(scope, .body, parent: task, iteration: number) else {
                let full = checkpointFull(tasks: scope.count)
                containers[task]?.failure = full
                stopBodies(of: task, .failed, at: now, into: &actions)
                break
            }
            containers[task]?.open.append(Int32(instance))
            containers[task]?.last = Int32(instance)
            containers[task]?.opened += 1
            change(task)
        }
        // Nothing to go through: there is no end of a body to wait for.
        if containers[task]?.opened == 0, containers[task]?.isExhausted == true,
            tasks[task].isOpenContainer
        {
            complete(
                task, with: (try? containerOutputs(of: task)) ?? [:], at: now, into: &actions)
        }
    }

    /// The variables that an iteration of a loop sees.
    func variables(of loop: LoopPlan, _ task: Int, _ number: Int) -> [String: JSON] {
        let state = containers[task]
        var variables: [String: JSON] = ["index": .integer(Int64(number))]
        if let items = state?.items, items.indices.contains(number) {
            variables[loop.itemName] = items[number]
        } else if loop.items == nil {
            variables[loop.itemName] = .integer(Int64(number))
        }
        if window(of: loop) == 1 {
            let results = state?.results ?? []
            variables["previous"] =
                results.indices.contains(number - 1) ? results[number - 1] : .null
        }
        return variables
    }

    /// The value of an iteration that is over.
    func evaluateResult(_ loop: LoopPlan, of instance: Int) throws(EvaluationError) -> JSON {
        if let template = loop.result { return try evaluate(template, in: instance) }
        let first = Int(instances[instance].first)
        let sinks = instances[instance].program.sinks.filter {
            tasks[first + $0].phase == .completed
        }
        if instances[instance].program.sinks.count == 1 {
            return sinks.first.map { .object(outputs[first + $0] ?? [:]) } ?? .null
        }
        return .object(
            JSONObject(
                sinks.map {
                    (instances[instance].program.tasks[$0].id, .object(outputs[first + $0] ?? [:]))
                }))
    }

    /// The results of a loop as one value.
    func aggregate(
        _ loop: LoopPlan, of task: Int, _ state: ContainerState
    ) throws(EvaluationError) -> JSON {
        switch loop.aggregate {
        case .array: return .array(state.results)
        case .map(let key):
            var members: [(String, JSON)] = []
            for (number, result) in state.results.enumerated() {
                var variables = variables(of: loop, task, number)
                variables["result"] = result
                let name = try evaluate(key, of: task, variables)
                members.append((name.stringValue ?? name.text, result))
            }
            return .object(JSONObject(members))
        case .reduce(let initial, let value):
            var accumulator = initial
            for (number, result) in state.results.enumerated() {
                var variables = variables(of: loop, task, number)
                variables["result"] = result
                variables["accumulator"] = accumulator
                accumulator = try evaluate(value, of: task, variables)
                if let error = depthError("the accumulator", ["value": accumulator]) {
                    throw EvaluationError(.notRepresentable, error.message, at: 0)
                }
            }
            return accumulator
        }
    }
}
