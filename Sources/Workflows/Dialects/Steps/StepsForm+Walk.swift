import Values

extension StepsForm {
    /// A list of steps that is being read.
    struct Frame {
        let steps: [JSON]
        let source: JSONPath
        let target: JSONPath
        /// Whether each step waits for the one before it.
        let isSequential: Bool
        /// The containers around the list.
        let chain: [StepVariables.Container]
        var next = 0
        var built: [JSON] = []
        var previous: PreviousStep?
        var container: OpenContainer?
    }

    /// The step before, which the next one waits for.
    struct PreviousStep {
        let id: String
        /// Whether it may be skipped, which does not skip what follows it.
        let isConditional: Bool
    }

    /// A container whose bodies are still being read.
    struct OpenContainer {
        var step: StepReading
        var bodies: [StepBody]
        var started = 0
        let before: StepVariables
        var after: [StepVariables] = []
    }

    /// A list of steps as canonical tasks; what is no list stays for the schema to tell.
    mutating func tasks(_ json: JSON, from source: JSONPath, to target: JSONPath) -> JSON {
        translation.map.note(target, from: source)
        guard let steps = json.arrayValue else { return json }
        var result = JSON.array([])
        var frames = [
            Frame(steps: steps, source: source, target: target, isSequential: true, chain: [])
        ]
        while var frame = frames.popLast() {
            chain = frame.chain
            if var container = frame.container {
                if container.started < container.bodies.count {
                    let body = container.bodies[container.started]
                    container.started += 1
                    variables = container.before
                    for name in body.locals { variables.names[name] = .local }
                    frame.container = container
                    frames.append(frame)
                    frames.append(bodyFrame(body, of: container.step, in: frame))
                    continue
                }
                frame.container = nil
                finish(container, in: &frame)
            } else if frame.next < frame.steps.count {
                readNext(of: &frame)
            } else {
                guard var parent = frames.popLast() else {
                    result = .array(frame.built)
                    break
                }
                parent.container?.step.fill(frame.built)
                parent.container?.after.append(variables)
                frames.append(parent)
                continue
            }
            frames.append(frame)
        }
        chain = []
        return result
    }

    private func bodyFrame(
        _ body: StepBody, of step: StepReading, in frame: Frame
    ) -> Frame {
        Frame(
            steps: body.steps, source: body.source, target: body.target,
            isSequential: body.isSequential,
            chain: frame.chain + [StepVariables.Container(id: step.id)])
    }

    private mutating func readNext(of frame: inout Frame) {
        let index = frame.next
        frame.next += 1
        let (source, target) = (frame.source.index(index), frame.target.index(frame.built.count))
        translation.map.note(target, from: source)
        let json = frame.steps[index]
        guard json.objectValue != nil else {
            frame.built.append(json)
            return
        }
        let previous = frame.isSequential ? frame.previous : nil
        let step = read(json, from: source, to: target, after: previous)
        if step.bodies.isEmpty {
            finish(
                OpenContainer(step: step, bodies: [], before: variables, after: []), in: &frame)
        } else {
            frame.container = OpenContainer(step: step, bodies: step.bodies, before: variables)
        }
    }

    /// Adds a step whose bodies are read, and makes its variables known.
    private mutating func finish(_ container: OpenContainer, in frame: inout Frame) {
        let step = container.step
        frame.built.append(step.json)
        frame.previous = PreviousStep(id: step.id, isConditional: step.isConditional)
        switch step.type {
        case "branch":
            variables = StepVariables.joined(
                before: container.before, after: container.after, isExhaustive: step.hasDefault)
        case "loop", "map":
            var result = container.before
            for (name, target) in container.after.last?.names ?? [:]
            where result.names[name] == nil && target != .local {
                result.names[name] = .hidden(inLoop: step.id)
            }
            variables = result
        default: if let last = container.after.last { variables = last }
        }
        let main = StepVariables.Output(
            chain: frame.chain, task: step.id, key: step.mainOutput)
        variables.steps[step.id] = main
        if let name = step.variable { variables.names[name] = .output(main) }
    }
}
