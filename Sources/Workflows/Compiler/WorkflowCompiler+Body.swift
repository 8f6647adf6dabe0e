internal import Expressions
public import Values

/// The tasks of a dynamic task, compiled in the place where they run.
public struct BodyPlan: Sendable {
    /// The scopes, the body itself first; ``WorkflowPlan/append(_:)`` puts them behind those of the
    /// plan they were compiled for, whose indices they use.
    public let scopes: [ScopePlan]
    let definitions: [ScopeDefinition]
    let base: Int
}

extension WorkflowCompiler {
    /// Compiles the list of tasks that a dynamic task has been given.
    ///
    /// The tasks see what those of a `parallel` in its place would see: each other, and the tasks that
    /// the dynamic task and the containers around it wait for. Pure, and bounded as a manifest is.
    ///
    /// - Parameters:
    ///   - tasks: The list.
    ///   - plan: The plan the dynamic task is in.
    ///   - address: The dynamic task.
    /// - Returns: The scopes to append to the plan, or everything that is wrong with the tasks, with
    ///   paths that start at the list.
    public func compileBody(
        _ tasks: JSON, in plan: WorkflowPlan, at address: TaskAddress
    ) -> Result<BodyPlan, Diagnostics> {
        guard let list = tasks.arrayValue else {
            return .failure(
                Diagnostics([
                    Diagnostic(
                        .wrongType, "must be a list of tasks, not \(JSON.phrase(tasks))", at: .root)
                ]))
        }
        var reader = DefinitionReader(at: .root)
        reader.readBody(list, of: address, in: plan.definition)
        var definition = plan.definition
        definition.scopes = reader.scopes
        var check = DefinitionCheck(
            definition: definition, places: DefinitionPlaces(reader), taskTypes: taskTypes,
            diagnostics: reader.diagnostics, over: plan)
        check.indexInputs()
        check.indexChildren(self)
        let compiled = check.checkScopes()
        _ = check.checkTypes(of: PlanParts(scopes: compiled))
        var diagnostics = check.diagnostics
        WorkflowCompiler.sort(&diagnostics)
        let found = Diagnostics(diagnostics)
        guard !found.hasErrors else { return .failure(found) }
        let base = plan.scopes.count
        return .success(
            BodyPlan(
                scopes: check.scopePlans(compiled),
                definitions: Array(definition.scopes[base...]), base: base))
    }
}

extension WorkflowCompiler {
    /// What is wrong with lists of tasks that are written out in the definition itself.
    func constantBodies(of plan: WorkflowPlan, _ places: DefinitionPlaces) -> [Diagnostic] {
        var found: [Diagnostic] = []
        for (scope, body) in plan.scopes.enumerated() {
            for (index, task) in body.tasks.enumerated() {
                guard case .dynamic(let list)? = task.control, list.isConstant,
                    let tasks = try? list.evaluate(Bindings([:]))
                else { continue }
                let address = TaskAddress(scope: scope, task: index)
                guard case .failure(let diagnostics) = compileBody(tasks, in: plan, at: address)
                else { continue }
                let place = places[address].key("tasksFrom")
                found += diagnostics.all.map { diagnostic in
                    var moved = diagnostic
                    moved.path = JSONPath(place.components + diagnostic.path.components)
                    return moved
                }
            }
        }
        return found
    }
}

extension WorkflowDefinition {
    /// Whether a task gets its body when it runs.
    var hasDynamicTasks: Bool {
        scopes.contains { scope in
            scope.tasks.contains { $0.type == ContainerType.dynamic.rawValue }
        }
    }
}

extension WorkflowPlan {
    /// Adds the scopes of a dynamic body, and gives the index of the body.
    ///
    /// - Returns: nil where the body was compiled for a plan with fewer or more scopes.
    public mutating func append(_ body: BodyPlan) -> Int? {
        guard body.base == scopes.count, !body.scopes.isEmpty else { return nil }
        add(body.scopes, body.definitions)
        return body.base
    }
}
