import Expressions
import Resources
import Schemas
import Values

/// What a definition takes and gives, as those see it who run it as a child.
struct DefinitionSignature: Sendable {
    /// What it declares, and what it refers to without.
    var inputs: [String: InputDefinition] = [:]
    /// The inputs that it refers to and does not declare.
    var implicitInputs: Set<String> = []
    /// What its outputs are known to be.
    var outputs: [String: ExpressionType] = [:]
}

extension WorkflowCompiler {
    /// What a definition takes and gives; nil where something is wrong with it.
    ///
    /// Children of its own are not followed, so that a circle of them has an end.
    func signature(of spec: JSON) -> DefinitionSignature? {
        guard spec.objectValue != nil, WorkflowSpecSchema.schema.validate(spec).isEmpty else {
            return nil
        }
        var reader = DefinitionReader(at: .root)
        let definition = reader.read(spec)
        var check = DefinitionCheck(
            definition: definition, places: DefinitionPlaces(reader), taskTypes: taskTypes,
            diagnostics: reader.diagnostics)
        let parts = check.run()
        guard !Diagnostics(check.diagnostics).hasErrors else { return nil }
        var signature = DefinitionSignature(
            implicitInputs: check.implicitNames, outputs: parts.outputTypes)
        for input in definition.inputs + check.implicitInputs {
            signature.inputs[input.name] = input
        }
        return signature
    }
}

extension DefinitionCheck {
    /// Looks up what tasks run as runs of their own, as far as it is among the definitions read.
    mutating func indexChildren(_ compiler: WorkflowCompiler) {
        guard !compiler.definitions.isEmpty else { return }
        for scope in checked {
            for child in definition.scopes[scope].tasks.lazy.flatMap(\.children) {
                guard children[child] == nil, let spec = compiler.definitions[child] else {
                    continue
                }
                children[child] = compiler.signature(of: spec)
            }
        }
    }

    /// What a task runs as a child, where that is known.
    func child(of task: TaskDefinition) -> DefinitionSignature? {
        children.isEmpty ? nil : task.workflow.flatMap { children[$0] }
    }

    /// Checks what a task gives the definition that it runs, and what it expects of it.
    ///
    /// An input that the definition refers to and does not declare is left to the environment.
    mutating func checkChild(of task: TaskDefinition, at place: JSONPath) {
        guard let child = child(of: task), let name = task.workflow?.name else { return }
        checkInputs(task.inputs, of: child, name, at: place.key("inputs"))
        for output in task.outputs.keys.sorted() where child.outputs[output] == nil {
            report(
                .unknownOutput, "\"\(name)\" has no output \"\(output)\"",
                at: place.key("outputs").key(output), isAboutKey: true,
                help: DefinitionCheck.question(output, among: child.outputs.keys))
        }
    }

    /// Checks what a definition is given that something else than a task's own attempt runs.
    mutating func checkInputs(_ given: JSONObject, of child: ChildWorkflow, at place: JSONPath) {
        guard let signature = children[child] else { return }
        checkInputs(given, of: signature, child.name, at: place)
    }

    private mutating func checkInputs(
        _ given: JSONObject, of child: DefinitionSignature, _ name: String, at inputs: JSONPath
    ) {
        var constants: JSONObject = [:]
        for (input, value) in given {
            guard child.inputs[input] != nil else {
                report(
                    .undeclaredInputValue, "\"\(name)\" declares no input \"\(input)\"",
                    at: inputs.key(input), isAboutKey: true,
                    help: question(input, among: child.inputs.keys)
                        ?? "its inputs are \(DefinitionCheck.list(child.inputs.keys.sorted()))")
                continue
            }
            // What an expression gives is checked by its type.
            if SpecAdvice.isConstant(value) { constants[input] = value }
        }
        let declared = child.inputs.keys.sorted().compactMap { child.inputs[$0] }
        var resolution = InputResolution(
            inputs: declared.filter { constants.contains($0.name) }, path: inputs)
        _ = resolution.resolve(constants)
        diagnostics += resolution.diagnostics
        for input in declared
        where input.isRequired && !given.contains(input.name)
            && !child.implicitInputs.contains(input.name)
        {
            report(
                .missingInputValue, "\"\(name)\" needs the input \"\(input.name)\"", at: inputs,
                isAboutKey: true, help: "add \(input.name) to the inputs of the task")
        }
    }
}
