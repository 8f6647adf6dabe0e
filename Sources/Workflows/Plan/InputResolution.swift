import Schemas
public import Values

extension WorkflowPlan {
    /// The values of all inputs for a run that is given some of them.
    ///
    /// Defaults stand in for what is not given or `null`; an input that has none and is not required
    /// is `null`, so that every declared input can be referred to. A whole number given for an integer
    /// becomes one however it is written.
    ///
    /// - Parameters:
    ///   - given: The values, by name.
    ///   - path: Where they are in their object, as the start of the paths reported.
    /// - Returns: One value for each declared input, or everything that is wrong with those given.
    public func resolveInputs(
        _ given: JSONObject, at path: JSONPath = ["spec", "inputs"]
    ) -> Result<JSONObject, Diagnostics> {
        var resolution = InputResolution(inputs: definition.inputs, path: path)
        let values = resolution.resolve(given)
        guard resolution.diagnostics.isEmpty else {
            return .failure(Diagnostics(resolution.diagnostics))
        }
        return .success(values)
    }
}

/// Puts given values and defaults together, noting all that is wrong.
struct InputResolution {
    let inputs: [InputDefinition]
    let path: JSONPath
    private(set) var diagnostics: [Diagnostic] = []

    init(inputs: [InputDefinition], path: JSONPath) {
        self.inputs = inputs
        self.path = path
    }

    mutating func resolve(_ given: JSONObject) -> JSONObject {
        var values: [String: JSON] = [:]
        var declared: Set<String> = []
        var computed: [InputDefinition] = []
        for input in inputs {
            declared.insert(input.name)
            let isGiven = given[input.name].map { !$0.isNull } ?? false
            if !isGiven, !input.isRequired, let standard = input.defaultValue,
                InputDefaults.isComputed(standard)
            {
                computed.append(input)
            } else {
                values[input.name] = value(of: input, given[input.name])
            }
        }
        for name in given.keys where !declared.contains(name) {
            guard diagnostics.count < WorkflowLimits.maximumDiagnostics else { break }
            diagnostics.append(
                Diagnostic(
                    .undeclaredInputValue, "the workflow declares no input \"\(name)\"",
                    at: path.key(name), isAboutKey: true,
                    suggestion: DefinitionCheck.question(name, among: declared)
                        ?? "its inputs are \(list(declared))"))
        }
        // What is missing has been told; a default that is made of it would only repeat that.
        if diagnostics.isEmpty { compute(computed, in: &values) }
        let resolved = JSONObject(values.map { ($0.key, $0.value) })
        if diagnostics.isEmpty { checkSize(resolved) }
        return resolved
    }

    private mutating func compute(
        _ inputs: [InputDefinition], in values: inout [String: JSON]
    ) {
        for (input, message) in InputDefaults.compute(&values, inputs) {
            diagnostics.append(
                Diagnostic(
                    .inputValueRefused,
                    "the default of input \"\(input.name)\" cannot be had: \(message)",
                    at: path.key(input.name), suggestion: "give the input a value"))
        }
        for input in inputs {
            guard let result = values[input.name], !result.isNull else { continue }
            values[input.name] = value(of: input, result)
        }
    }

    private func list(_ names: Set<String>) -> String {
        names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
    }

    private mutating func value(of input: InputDefinition, _ given: JSON?) -> JSON {
        let place = path.key(input.name)
        guard let given, !given.isNull else {
            if input.isRequired {
                diagnostics.append(
                    Diagnostic(
                        .missingInputValue,
                        "input \"\(input.name)\" is required and not given", at: place,
                        suggestion: "give it \(input.kind.phrase)"))
            }
            return input.defaultValue ?? .null
        }
        guard input.kind.contains(given) else {
            diagnostics.append(
                Diagnostic(
                    .inputValueType,
                    "input \"\(input.name)\" must be \(input.kind.phrase), not"
                        + " \(JSON.phrase(given))", at: place))
            return given
        }
        let value = input.kind == .integer ? given.integerValue.map(JSON.integer) ?? given : given
        for violation in input.violations(of: value, at: place) {
            diagnostics.append(
                Diagnostic(
                    .inputValueRefused, "input \"\(input.name)\" \(violation.message)",
                    at: violation.path, suggestion: Diagnostic(violation).suggestion))
        }
        return value
    }

    private mutating func checkSize(_ values: JSONObject) {
        if JSON.object(values).nests(deeperThan: WorkflowLimits.maximumValueDepth) {
            diagnostics.append(
                Diagnostic(
                    .inputsTooLarge,
                    "the inputs nest deeper than the \(WorkflowLimits.maximumValueDepth) levels a"
                        + " checkpoint can hold", at: path,
                    suggestion: "give what is deep as a text"))
            return
        }
        let size = JSON.object(values).bytes.count
        guard size > WorkflowLimits.maximumInputBytes else { return }
        diagnostics.append(
            Diagnostic(
                .inputsTooLarge,
                "the inputs have \(size) bytes, over the \(WorkflowLimits.maximumInputBytes) a"
                    + " checkpoint can hold", at: path,
                suggestion: "give large values by reference, as the URL of a file"))
    }
}
