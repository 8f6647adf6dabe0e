import Values

extension DefinitionCheck {
    /// Takes an input that nothing declares for a required one, and says so where it is used first.
    ///
    /// A body that is only known during a run comes too late for that: its inputs have been given.
    mutating func useUndeclared(_ name: String, at place: JSONPath, offset: Int) {
        guard base == nil else {
            report(
                .unknownInput, "input \"\(name)\" is not declared", at: place, offset: offset,
                help: question(name, among: inputIndices.keys) ?? "declare it under inputs")
            return
        }
        guard implicitNames.insert(name).inserted else { return }
        implicitInputs.append(InputDefinition(name: name, isRequired: true))
        report(
            .implicitInput, "\"\(name)\" is not declared, so it is taken for a required input",
            at: place, offset: offset,
            help: question(name, among: inputIndices.keys)
                ?? "declare it under inputs: {name: \(name), required: true}")
    }
}
