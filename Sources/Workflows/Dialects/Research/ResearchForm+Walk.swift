import Values

extension ResearchForm {
    /// A list of steps that is being translated.
    private struct Frame {
        let steps: [JSON]
        let source: JSONPath
        let target: JSONPath
        let chain: [StepVariables.Container]
        let locals: Set<String>
        var next = 0
        var built: [JSON] = []
        var container: (task: CanonicalObject, bodies: [ResearchBody], started: Int)?
    }

    /// A list of steps as canonical tasks, gone through with a stack.
    mutating func tasks(_ json: JSON, from source: JSONPath) -> JSON {
        let target: JSONPath = ["spec", "tasks"]
        translation.map.note(target, from: source)
        guard let list = json.arrayValue else { return json }
        learn(list, chain: [])
        var frames = [Frame(steps: list, source: source, target: target, chain: [], locals: [])]
        while var frame = frames.popLast() {
            (chain, locals) = (frame.chain, frame.locals)
            if var container = frame.container {
                if container.started < container.bodies.count {
                    let body = container.bodies[container.started]
                    container.started += 1
                    frame.container = container
                    frames.append(frame)
                    let around = frame.chain + [.init(id: body.owner, part: body.name)]
                    learn(body.steps, chain: around)
                    frames.append(
                        Frame(
                            steps: body.steps, source: body.source, target: body.target,
                            chain: around, locals: frame.locals.union(body.locals)))
                    continue
                }
                frame.built.append(container.task.json)
                frame.container = nil
            } else if frame.next < frame.steps.count {
                let step = frame.steps[frame.next]
                let place = frame.source.index(frame.next)
                frame.next += 1
                let target = frame.target.index(frame.built.count)
                translation.map.note(target, from: place)
                if step.objectValue == nil {
                    frame.built.append(step)
                } else {
                    let (task, bodies) = read(step, from: place, to: target)
                    frame.container = (task, bodies, 0)
                }
            } else {
                guard var parent = frames.popLast() else {
                    (chain, locals) = ([], [])
                    return .array(frame.built)
                }
                if var container = parent.container {
                    container.bodies[container.started - 1].put(frame.built, in: &container.task)
                    parent.container = container
                }
                frames.append(parent)
                continue
            }
            frames.append(frame)
        }
        return .array([])
    }

    /// Makes the steps of a scope known by their ids.
    private mutating func learn(_ list: [JSON], chain: [StepVariables.Container]) {
        for step in list {
            guard let id = step["id"]?.stringValue else { continue }
            let name = ResearchForm.typeName(of: step)
            steps[id] = StepVariables.Output(
                chain: chain, task: id, key: TaskType.mainOutput(ofTypeNamed: name))
        }
    }
}

/// A body of a container of a research pipeline.
struct ResearchBody {
    let steps: [JSON]
    let source: JSONPath
    let target: JSONPath
    let owner: String
    /// The case of a branch; nil for the body of another container.
    let name: String?
    var locals: Set<String> = []

    /// Puts the tasks into their container.
    func put(_ tasks: [JSON], in task: inout CanonicalObject) {
        guard let name else {
            task.put("tasks", .array(tasks))
            return
        }
        var cases = task["cases"]?.arrayValue ?? []
        cases.append(
            ["name": .string(name), "value": .bool(name == "true"), "tasks": .array(tasks)])
        task.put("cases", .array(cases))
    }
}
