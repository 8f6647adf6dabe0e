import Resources

/// An object as people name it on the command line.
enum ObjectArgument {
    /// The name in an argument: `nightly-1`, or with its kind before it, as kubectl takes it and
    /// `-o name` prints it: `wfr/nightly-1`, `workflowrun.orchestrator.llm/nightly-1`.
    ///
    /// - Throws: ``CommandFailure`` where something else stands before the name, as a namespace does
    ///   in messages: an object of that name in another place must not be taken for it.
    static func name(
        _ argument: String, of definition: ResourceDefinition
    ) throws(CommandFailure) -> String {
        let parts = argument.split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false
        ).map { String($0) }
        let name = parts[parts.count - 1]
        if parts.count == 2, !names(definition).contains(parts[0].lowercased()) {
            throw CommandFailure(.usage, refusal(argument, parts[0], name, definition))
        }
        if let problem = ResourceName.problem(with: name) {
            throw CommandFailure(
                .usage, "\"\(name)\" is no name of a \(definition.kind): it \(problem)")
        }
        return name
    }

    private static func refusal(
        _ argument: String, _ prefix: String, _ name: String, _ definition: ResourceDefinition
    ) -> String {
        let own = definition.shortNames.first ?? definition.plural
        if let other = ResourceDefinition.all.first(where: {
            names($0).contains(prefix.lowercased())
        }) {
            return "\"\(argument)\" names a \(other.kind), and a \(definition.kind) is meant here;"
                + " write \(name), or \(own)/\(name)"
        }
        let isNamespace = ResourceName.problem(with: prefix) == nil && !name.contains("/")
        let hint = isNamespace ? "-n \(prefix) \(name)" : "NAME, or \(own)/NAME"
        return "\"\(argument)\" is no name of a \(definition.kind): the namespace is an option;"
            + " write \(hint)"
    }

    /// What kubectl takes for a kind.
    private static func names(_ definition: ResourceDefinition) -> [String] {
        let plain = [definition.plural, definition.singular]
        return plain + definition.shortNames + plain.map { "\($0).\(definition.group)" }
            + plain.map { "\($0).\(definition.version).\(definition.group)" }
    }
}
