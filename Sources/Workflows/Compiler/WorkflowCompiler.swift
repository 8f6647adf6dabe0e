import Crypto
import Resources
import Schemas
public import Values

/// Makes a plan of a definition, or tells everything that is wrong with it at once.
///
/// Pure: the same definition gives the same plan, digest and diagnostics. Time is linear in the
/// definition, but for suggestions, which are looked for only where something is wrong.
public struct WorkflowCompiler: Sendable {
    /// The types that tasks may have.
    public var taskTypes: TaskTypes
    /// The definitions that tasks may run as children, as far as they are known.
    public var definitions: DefinitionCatalogue

    /// Makes a compiler.
    public init(
        taskTypes: TaskTypes = .builtIn, definitions: DefinitionCatalogue = DefinitionCatalogue()
    ) {
        self.taskTypes = taskTypes
        self.definitions = definitions
    }

    /// What compiling a definition gave.
    public struct Compilation: Sendable {
        /// The plan; nil where one of the diagnostics is an error.
        public var plan: WorkflowPlan?
        /// What is wrong or doubtful.
        public var diagnostics: Diagnostics
    }

    /// Compiles a `spec` in canonical form with the built-in task types.
    ///
    /// - Parameters:
    ///   - spec: The definition, as `Workflow.spec` holds it.
    ///   - path: Where it is in its object, as the start of the paths reported.
    /// - Returns: The plan, or all diagnostics where one is an error.
    public static func compile(
        spec: JSON, at path: JSONPath = ["spec"]
    ) -> Result<WorkflowPlan, Diagnostics> {
        let compilation = WorkflowCompiler().compilation(of: spec, at: path)
        guard let plan = compilation.plan else { return .failure(compilation.diagnostics) }
        return .success(plan)
    }

    /// Compiles a `spec` in canonical form, keeping the warnings of one that can be run.
    public func compilation(of spec: JSON, at path: JSONPath = ["spec"]) -> Compilation {
        let violations = WorkflowSpecSchema.schema.validate(spec, at: path)
        var diagnostics = violations.filter { !isToldBetter($0, at: path) }.map(Diagnostic.init)
        guard spec.objectValue != nil else {
            return Compilation(plan: nil, diagnostics: Diagnostics(diagnostics))
        }
        var reader = DefinitionReader(at: path)
        var definition = reader.read(spec)
        var check = DefinitionCheck(
            definition: definition, places: DefinitionPlaces(reader), taskTypes: taskTypes,
            diagnostics: reader.diagnostics)
        check.indexChildren(self)
        let parts = check.run()
        diagnostics += check.diagnostics
        SpecAdvice.add(on: spec, at: path, to: &diagnostics)
        WorkflowCompiler.sort(&diagnostics)
        let found = Diagnostics(diagnostics)
        guard !found.hasErrors else { return Compilation(plan: nil, diagnostics: found) }
        definition.inputs += check.implicitInputs
        let plan = WorkflowPlan(
            definition: definition, scopes: check.scopePlans(parts.scopes),
            finallyScope: definition.finallyScope, outputs: parts.outputs,
            notifications: parts.notifications, digest: WorkflowCompiler.digest(of: spec))
        guard let plan, definition.hasDynamicTasks else {
            return Compilation(plan: plan, diagnostics: found)
        }
        let bodies = constantBodies(of: plan, check.places)
        guard bodies.isEmpty else {
            return Compilation(plan: nil, diagnostics: Diagnostics(found.all + bodies))
        }
        return Compilation(plan: plan, diagnostics: found)
    }

    /// The digest of a definition: that of its canonical JSON, without `suspend` and `retention`,
    /// which say when runs are started and how long they are kept, and not what they are.
    public static func digest(of spec: JSON) -> Digest {
        var content = spec
        for name in ["suspend", "retention"] where content[name] != nil { content[name] = nil }
        return content.digest
    }

    /// Violations that the checks behind the schema tell with more to go by.
    private func isToldBetter(_ violation: SchemaViolation, at path: JSONPath) -> Bool {
        ["tasks", "finally", "inputs"].contains { name in
            violation.path.components.dropFirst(path.components.count).first == .key(name)
                && DefinitionReader.isToldBetter(violation, ofListAt: path.key(name))
        }
    }

    /// Puts diagnostics in the order of the canonical document; those of a source file are put in the
    /// order of the file later.
    static func sort(_ diagnostics: inout [Diagnostic]) {
        let order = diagnostics.indices.sorted { first, second in
            let (one, other) = (diagnostics[first].path, diagnostics[second].path)
            if one != other { return precedes(one, other) }
            return (diagnostics[first].offset ?? -1, first) < (
                diagnostics[second].offset ?? -1, second
            )
        }
        diagnostics = order.prefix(WorkflowLimits.maximumDiagnostics).map { diagnostics[$0] }
    }

    private static func precedes(_ first: JSONPath, _ second: JSONPath) -> Bool {
        for (one, other) in zip(first.components, second.components) where one != other {
            switch (one, other) {
            case (.index(let position), .index(let otherPosition)): return position < otherPosition
            case (.key(let name), .key(let otherName)): return name < otherName
            case (.index, .key): return true
            case (.key, .index): return false
            }
        }
        return first.components.count < second.components.count
    }
}
