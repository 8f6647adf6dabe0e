import Expressions
import Values

extension StepsForm: NameResolver {
    func isName(_ text: String) -> Bool {
        variables.names[text] != nil || variables.steps[text] != nil
    }

    mutating func replacement(
        of reference: Reference, in source: MappedText
    ) -> NameReplacement? {
        let head = reference.path[0]
        let rest = reference.path.dropFirst()
        let place = source.place(at: reference.offset) ?? TextPlace(path: .root, offset: 0)
        if let target = variables.names[head] { return variable(head, target, at: place) }
        switch head {
        case "workflow", "tasks", "run": return nil
        case "input", "inputs":
            if let name = rest.first { inputs.use(name, at: place, &translation) }
            return NameReplacement(text: "workflow.inputs", byteCount: head.utf8.count)
        case "env":
            guard let name = rest.first else { return nil }
            inputs.useUndeclared(name, at: place, among: [], &translation)
            return NameReplacement(text: "workflow.inputs", byteCount: head.utf8.count)
        case "steps":
            guard let id = rest.first, let step = variables.steps[id] else { return nil }
            return self.step(step, rest.dropFirst().first, source, reference.offset, "steps.\(id)")
        default: break
        }
        if let step = variables.steps[head] {
            return self.step(step, rest.first, source, reference.offset, head)
        }
        if inputs.names.contains(head) {
            return NameReplacement(
                text: "workflow.inputs.\(head)", byteCount: head.utf8.count)
        }
        inputs.useUndeclared(head, at: place, among: variables.names.keys, &translation)
        return NameReplacement(text: "workflow.inputs.\(head)", byteCount: head.utf8.count)
    }

    private mutating func variable(
        _ name: String, _ target: StepVariables.Target, at place: TextPlace
    ) -> NameReplacement? {
        if case .hidden(let loop) = target {
            translation.report(
                .hiddenVariable,
                "\"\(name)\" is a variable of the loop \"\(loop)\", with a value for each iteration",
                at: place.path, offset: place.offset,
                help: "give the loop an output of its own, and use that")
            return NameReplacement(text: "null", byteCount: name.utf8.count)
        }
        guard let text = StepVariables.expression(target, from: chain) else { return nil }
        return NameReplacement(text: text, byteCount: name.utf8.count)
    }

    /// A step by its id: alone it is its main output; `ID.outputs.K`, `ID.output` and `ID.K` work too.
    private func step(
        _ step: StepVariables.Output, _ next: String?, _ source: MappedText, _ offset: Int,
        _ written: String
    ) -> NameReplacement? {
        // What is written with blanks between the names is left as it is.
        let isThere = source.bytes[offset...].starts(with: written.utf8)
        guard isThere else { return nil }
        let all = StepVariables.Output(chain: step.chain, task: step.task, key: nil)
        var length = written.utf8.count
        switch next {
        case nil:
            return NameReplacement(
                text: StepVariables.expression(step, from: chain), byteCount: length)
        case "output":
            length += ".output".utf8.count
            return NameReplacement(
                text: StepVariables.expression(step, from: chain), byteCount: length)
        case "outputs":
            length += ".outputs".utf8.count
            return NameReplacement(
                text: StepVariables.expression(all, from: chain), byteCount: length)
        case "phase":
            let isNear = step.chain == Array(chain.prefix(step.chain.count))
            guard isNear else { return nil }
            length += ".phase".utf8.count
            return NameReplacement(text: "tasks.\(step.task).phase", byteCount: length)
        default:
            return NameReplacement(
                text: StepVariables.expression(all, from: chain), byteCount: length)
        }
    }
}
