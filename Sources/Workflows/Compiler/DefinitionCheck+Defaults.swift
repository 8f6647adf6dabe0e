import Expressions
import Values

extension DefinitionCheck {
    /// Checks the defaults that are made of other inputs, which can go round in no circle.
    mutating func checkDefaults() {
        var uses: [String: [String]] = [:]
        for (index, input) in definition.inputs.enumerated() {
            guard let value = input.defaultValue, InputDefaults.isComputed(value) else { continue }
            let place = places.inputs[index].key("default")
            var site = ExpressionSite(behind: 0)
            site.seesTasks = false
            guard let template = template(value, at: place, from: site) else { continue }
            for (path, reference) in template.references {
                let at = JSONPath(place.components + path.components)
                guard reference.path.count > 2, reference.path[0] == "workflow" else {
                    report(
                        .dependentDefault,
                        "a default is made of other inputs, and of nothing else", at: at,
                        offset: reference.offset, help: "write ${{ workflow.inputs.NAME }}")
                    continue
                }
                uses[input.name, default: []].append(reference.path[2])
            }
        }
        tellCircle(uses)
    }

    /// Tells the first input whose default leads back to it.
    private mutating func tellCircle(_ uses: [String: [String]]) {
        for (index, input) in definition.inputs.enumerated() where uses[input.name] != nil {
            var seen: Set<String> = []
            var pending = uses[input.name] ?? []
            while let name = pending.popLast() {
                guard name != input.name else {
                    report(
                        .dependentDefault,
                        "the default of input \"\(input.name)\" is made of itself",
                        at: places.inputs[index].key("default"),
                        help: "give one of the inputs a value of its own")
                    return
                }
                if seen.insert(name).inserted { pending += uses[name] ?? [] }
            }
        }
    }
}
