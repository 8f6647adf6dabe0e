public import Values

extension WorkflowPlan {
    /// The values a run is given, with those of the environment for required inputs it lacks.
    ///
    /// - Parameter environment: The variables that somebody allowed, by name; no other is looked at.
    public func inputs(
        _ given: JSONObject, completedFrom environment: [String: String]
    ) -> JSONObject {
        guard !environment.isEmpty else { return given }
        var inputs = given
        for input in definition.inputs where input.isRequired {
            guard given[input.name].map({ $0.isNull }) ?? true,
                let text = environment[input.name]
            else { continue }
            inputs[input.name] = input.value(ofText: text)
        }
        return inputs
    }

    /// The required inputs that neither a default nor the environment gives.
    public func missingInputs(given environment: [String: String]) -> [String] {
        definition.inputs.filter {
            $0.isRequired && $0.defaultValue == nil && environment[$0.name] == nil
        }.map(\.name)
    }
}

extension InputDefinition {
    /// A text as a value of the input's kind: a number, boolean, list or object as JSON writes it.
    ///
    /// What is a text by its declaration, or by none, stays one: `1.10` is not 1.1.
    func value(ofText text: String) -> JSON {
        guard kind != .string, kind != .any else { return .string(text) }
        return (try? JSON(parsing: text)) ?? .string(text)
    }
}
