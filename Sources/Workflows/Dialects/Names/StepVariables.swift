/// What the names of a steps document stand for at one point of it.
struct StepVariables {
    /// A container on the way from the root to a step.
    struct Container: Hashable {
        let id: String
        /// Which of its bodies the step is in, where it has several.
        var part: String?
    }

    /// An output of a task, which can be named from anywhere it is seen.
    struct Output: Hashable {
        /// The containers around the task, the outermost first.
        let chain: [Container]
        let task: String
        /// The output; nil stands for all of them.
        let key: String?
    }

    indirect enum Target: Hashable {
        /// A name that means itself, such as that of a loop's element.
        case local
        case output(Output)
        /// Whichever of some outputs there is, and otherwise another target.
        case firstOf([Output], otherwise: Target?)
        /// A variable of the body of a loop, which has a value for each iteration.
        case hidden(inLoop: String)
    }

    /// The variables.
    var names: [String: Target] = [:]
    /// The steps by id, with their containers and main output.
    var steps: [String: Output] = [:]

    /// What a variable is after a branch: that of the case taken, or what it was before.
    static func joined(
        before: StepVariables, after cases: [StepVariables], isExhaustive: Bool
    ) -> StepVariables {
        var result = before
        var changed: Set<String> = []
        for variables in cases {
            result.steps.merge(variables.steps) { $1 }
            for (name, target) in variables.names where before.names[name] != target {
                changed.insert(name)
            }
        }
        for name in changed.sorted() {
            var outputs: [Output] = []
            var otherwise = before.names[name]
            var defined = 0
            for target in cases.map({ $0.names[name] }) where target != before.names[name] {
                defined += 1
                switch target {
                case .output(let output): outputs.append(output)
                case .firstOf(let more, let rest):
                    outputs += more
                    otherwise = otherwise ?? rest
                case .hidden, .local, nil: otherwise = otherwise ?? target
                }
            }
            if isExhaustive, defined == cases.count { otherwise = nil }
            let isPlain = outputs.count == 1 && otherwise == nil
            result.names[name] =
                isPlain ? .output(outputs[0]) : .firstOf(outputs, otherwise: otherwise)
        }
        return result
    }

    // MARK: Texts

    /// The expression for a target, seen from inside some containers; nil where it has none.
    static func expression(_ target: Target, from chain: [Container]) -> String? {
        switch target {
        case .local, .hidden: return nil
        case .output(let output): return expression(output, from: chain)
        case .firstOf(let outputs, let otherwise):
            var text = otherwise.flatMap { expression($0, from: chain) } ?? "null"
            for output in outputs.reversed() {
                text = "\(optionalExpression(output, from: chain)).orValue(\(text))"
            }
            return text
        }
    }

    /// The expression for an output: `tasks.ID.outputs.KEY`, or through the outputs of the containers
    /// that it can be seen through.
    static func expression(_ output: Output, from chain: [Container]) -> String {
        var text = ""
        for (index, name) in path(output, from: chain).enumerated() {
            switch index {
            case 0: text = "tasks.\(name)"
            case 1: text += ".outputs\(selection(name))"
            default: text += selection(name)
            }
        }
        return path(output, from: chain).count == 1 ? text + ".outputs" : text
    }

    private static func optionalExpression(_ output: Output, from chain: [Container]) -> String {
        let names = path(output, from: chain)
        let rest = names.dropFirst().map { "[?\"\($0)\"]" }.joined()
        return "tasks.\(names[0]).outputs\(rest)"
    }

    /// The names on the way: the outermost container that is not around the user, what is in it, the
    /// task, and the output.
    private static func path(_ output: Output, from chain: [Container]) -> [String] {
        let common = zip(output.chain, chain).prefix { $0 == $1 }.count
        var names = output.chain[common...].map(\.id) + [output.task]
        if let key = output.key { names.append(key) }
        return names
    }

    private static func selection(_ name: String) -> String {
        name.contains("-") ? "[\"\(name)\"]" : ".\(name)"
    }
}
