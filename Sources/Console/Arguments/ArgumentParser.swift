import Values

/// A call that cannot be understood: exit code 2.
public struct UsageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to write instead.
    public let description: String

    /// Makes an error from its sentence.
    public init(_ description: String) { self.description = description }
}

/// The arguments of one call, checked against the command's specification.
public struct ParsedArguments: Sendable {
    private var values: [String: [String]] = [:]
    /// The arguments without a name, in order.
    public private(set) var positionals: [String] = []

    /// The last value of an option.
    public func value(_ option: String) -> String? { values[option]?.last }

    /// All values of an option that may repeat.
    public func values(_ option: String) -> [String] { values[option] ?? [] }

    /// Whether a flag or option stands in the call.
    public func has(_ option: String) -> Bool { values[option] != nil }

    /// Reads a call: `--name value`, `--name=value`, `-n value`, `-nvalue`, and `--` before arguments
    /// that start with a dash.
    ///
    /// - Throws: ``UsageError`` with a suggestion where a name is nearly right.
    public init(
        parsing arguments: [String], for command: CommandSpecification
    ) throws(UsageError) {
        var rest = arguments[...]
        var onlyPositionals = false
        while let argument = rest.popFirst() {
            if onlyPositionals || argument == "-" || !argument.hasPrefix("-") {
                positionals.append(argument)
            } else if argument == "--" {
                onlyPositionals = true
            } else if argument.hasPrefix("--") {
                try parseLong(argument.dropFirst(2), &rest, command)
            } else {
                try parseShort(argument.dropFirst(), &rest, command)
            }
        }
        try checkPositionals(command)
    }

    private mutating func parseLong(
        _ argument: Substring, _ rest: inout ArraySlice<String>, _ command: CommandSpecification
    ) throws(UsageError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = command.options.first(where: { $0.name == name }) else {
            let nearest = Spelling.nearest(to: name, among: command.options.map(\.name))
            throw UsageError(
                "unknown option --\(name)" + (nearest.map { "; did you mean --\($0)?" } ?? ""))
        }
        try take(option, parts.count == 2 ? String(parts[1]) : nil, &rest)
    }

    private mutating func parseShort(
        _ argument: Substring, _ rest: inout ArraySlice<String>, _ command: CommandSpecification
    ) throws(UsageError) {
        guard let letter = argument.first,
            let option = command.options.first(where: { $0.letter == letter })
        else { throw UsageError("unknown option -\(argument)") }
        var value = argument.dropFirst()
        if value.first == "=" { value = value.dropFirst() }
        guard option.value != nil || value.isEmpty else {
            throw UsageError("-\(letter) takes no value; write each flag by itself")
        }
        try take(option, value.isEmpty ? nil : String(value), &rest)
    }

    private mutating func take(
        _ option: CommandSpecification.Option, _ attached: String?,
        _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        guard values[option.name] == nil || option.repeats else {
            throw UsageError("--\(option.name) stands twice; it takes one value")
        }
        guard let kind = option.value else {
            guard attached == nil else { throw UsageError("--\(option.name) takes no value") }
            values[option.name] = []
            return
        }
        guard let value = attached ?? rest.popFirst() else {
            throw UsageError("--\(option.name) needs a value: --\(option.name) \(kind)")
        }
        guard option.mayBeEmpty || !value.isEmpty else {
            throw UsageError("--\(option.name) is empty; write --\(option.name) \(kind)")
        }
        guard option.choices.isEmpty || option.choices.contains(value) else {
            throw UsageError(
                "--\(option.name) is one of \(option.choices.joined(separator: ", ")), "
                    + "not \"\(value)\"")
        }
        values[option.name, default: []].append(value)
    }

    private func checkPositionals(_ command: CommandSpecification) throws(UsageError) {
        let required = command.positionals.filter(\.isRequired)
        if positionals.count < required.count {
            throw UsageError("\(command.name) needs \(required[positionals.count].name)")
        }
        for (index, value) in positionals.enumerated() where value.isEmpty {
            let last = command.positionals.indices.last ?? 0
            guard command.positionals.indices.contains(min(index, last)) else { continue }
            let positional = command.positionals[min(index, last)]
            if !positional.mayBeEmpty { throw UsageError("\(positional.name) is empty") }
        }
        guard positionals.count > command.positionals.count,
            command.positionals.last?.repeats != true
        else { return }
        throw UsageError(
            "unexpected argument \"\(positionals[command.positionals.count])\"")
    }
}
