import Expressions
import Values

/// Defaults of inputs that are made of other inputs: `${{ workflow.inputs.NAME }}`.
///
/// Only `${{ }}` makes a default one of these: a default with `{{ }}` is a text for somebody else.
enum InputDefaults {
    /// Whether a default has to be computed.
    static func isComputed(_ value: JSON) -> Bool {
        var pending = [value]
        while let next = pending.popLast() {
            switch next {
            case .string(let text):
                if case .constant = TemplateText.shape(of: text) { continue }
                return true
            case .array(let elements): pending += elements
            case .object(let members): pending += members.values
            default: break
            }
        }
        return false
    }

    /// Puts the defaults in that have to be computed, each once what it is made of is there.
    ///
    /// - Parameters:
    ///   - values: The values so far, without those that are computed.
    ///   - inputs: The inputs that are not given and whose default is computed.
    /// - Returns: The inputs whose default could not be computed, with why.
    static func compute(
        _ values: inout [String: JSON], _ inputs: [InputDefinition]
    ) -> [(input: InputDefinition, message: String)] {
        var waiting = inputs
        var failures: [(input: InputDefinition, message: String)] = []
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.name))
            var rest: [InputDefinition] = []
            for input in waiting {
                do {
                    let template = try ValueTemplate(parsing: input.defaultValue ?? .null)
                    let isReady = template.references.allSatisfy { _, reference in
                        reference.path.count < 3 || !names.contains(reference.path[2])
                    }
                    guard isReady else {
                        rest.append(input)
                        continue
                    }
                    let known = JSON.object(JSONObject(values.map { ($0.key, $0.value) }))
                    let value = try template.evaluate(
                        Bindings(["workflow": ["inputs": known]]))
                    guard value.bytes.count <= WorkflowLimits.maximumInputBytes else {
                        failures.append((input, "it is larger than a checkpoint can hold"))
                        values[input.name] = .null
                        continue
                    }
                    values[input.name] = value
                } catch {
                    failures.append((input, "\(error)"))
                    values[input.name] = .null
                }
            }
            guard rest.count < waiting.count else {
                failures += rest.map { ($0, "it is made of itself") }
                return failures
            }
            waiting = rest
        }
        return failures
    }
}
