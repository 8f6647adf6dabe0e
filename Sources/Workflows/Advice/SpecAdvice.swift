import Expressions
import Values

/// What is doubtful in a definition that can be used: tasks that never run, outputs that
/// may be missing, limits that never count.
///
/// It reads the canonical form as JSON, the bodies of containers with it, and passes in silence over
/// what is not of the right shape, which others have told.
struct SpecAdvice {
    let spec: JSON
    let path: JSONPath
    var diagnostics: [Diagnostic] = []

    /// A list of tasks: the workflow's own, or one inside a container.
    private struct Scope {
        let tasks: [JSON]
        let path: JSONPath
    }

    init(_ spec: JSON, at path: JSONPath) {
        self.spec = spec
        self.path = path
    }

    /// Adds what is doubtful; of two warnings about one condition, the one that says more stays.
    static func add(on spec: JSON, at path: JSONPath, to diagnostics: inout [Diagnostic]) {
        var advice = SpecAdvice(spec, at: path)
        advice.run()
        let places = Set(advice.diagnostics.filter { $0.code != .missingFallback }.map(\.path))
        diagnostics.removeAll { $0.code == .constantCondition && places.contains($0.path) }
        diagnostics += advice.diagnostics
    }

    mutating func run() {
        let limit = SpecAdvice.duration(spec["config"]?["timeout"])
        var pending: [Scope] = []
        for name in ["tasks", "finally"] {
            guard let tasks = spec[name]?.arrayValue else { continue }
            pending.append(Scope(tasks: tasks, path: path.key(name)))
        }
        while let scope = pending.popLast() {
            adviseOnReach(of: scope.tasks, at: scope.path)
            for (index, task) in scope.tasks.enumerated() {
                let place = scope.path.index(index)
                adviseOnLimits(of: task, at: place, runLimit: limit)
                adviseOnRetries(of: task, at: place, runLimit: limit)
                adviseOnLoop(task, at: place)
                adviseOnCases(of: task, at: place)
                adviseOnNames(of: task, at: place)
                adviseOnTexts(of: task, at: place)
                pending += SpecAdvice.bodies(of: task, at: place).map {
                    Scope(tasks: $0.tasks, path: $0.path)
                }
            }
        }
        adviseOnOutputs()
        adviseOnTriggers()
    }

    /// The lists of tasks directly inside a task.
    private static func bodies(
        of task: JSON, at place: JSONPath
    ) -> [(tasks: [JSON], path: JSONPath)] {
        var found: [(tasks: [JSON], path: JSONPath)] = []
        for name in ["tasks", "default"] {
            task[name]?.arrayValue.map { found.append(($0, place.key(name))) }
        }
        for (index, item) in (task["cases"]?.arrayValue ?? []).enumerated() {
            item["tasks"]?.arrayValue.map {
                found.append(($0, place.key("cases").index(index).key("tasks")))
            }
        }
        return found
    }

    mutating func report(
        _ code: DiagnosticCode, _ message: String, at place: JSONPath, isAboutKey: Bool = false,
        help: String?
    ) {
        guard diagnostics.count < WorkflowLimits.maximumDiagnostics else { return }
        diagnostics.append(
            Diagnostic(code, message, at: place, isAboutKey: isAboutKey, suggestion: help))
    }

    // MARK: Reach

    /// Tells the tasks whose condition is never true, with those that wait for them.
    private mutating func adviseOnReach(of tasks: [JSON], at scope: JSONPath) {
        var dependents: [String: [String]]?
        for (index, task) in tasks.enumerated()
        where diagnostics.count < WorkflowLimits.maximumDiagnostics {
            guard let text = task["condition"]?.stringValue,
                SpecAdvice.constant(text) == false, task["onFalse"]?.stringValue != "Fail"
            else { continue }
            let waiting = dependents ?? SpecAdvice.dependents(among: tasks)
            dependents = waiting
            let others = SpecAdvice.followers(of: task["id"]?.stringValue ?? "", waiting)
            let rest = others.isEmpty ? "" : ", nor do those that wait for it: \(others)"
            report(
                .unreachableTask, "the condition is always false, so the task never runs\(rest)",
                at: scope.index(index).key("condition"), help: "remove the task, or the condition")
        }
    }

    /// For each task, those that are skipped where it is.
    private static func dependents(among tasks: [JSON]) -> [String: [String]] {
        var dependents: [String: [String]] = [:]
        for task in tasks {
            guard let name = task["id"]?.stringValue, task["join"] == nil || task["join"] == "all"
            else { continue }
            for dependency in task["dependsOn"]?.arrayValue ?? [] {
                dependency.stringValue.map { dependents[$0, default: []].append(name) }
            }
        }
        return dependents
    }

    /// The tasks that are skipped where a task is, by name, the first of them where there are many.
    private static func followers(of id: String, _ dependents: [String: [String]]) -> String {
        var seen: Set<String> = [id]
        var names: [String] = []
        var next = 0
        var current = id
        while true {
            for name in dependents[current] ?? [] where seen.insert(name).inserted {
                names.append(name)
            }
            guard next < names.count else { break }
            current = names[next]
            next += 1
        }
        return names.prefix(5).joined(separator: ", ")
            + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }

    /// Tells the cases of a branch that none can come to.
    private mutating func adviseOnCases(of task: JSON, at place: JSONPath) {
        guard let cases = task["cases"]?.arrayValue else { return }
        var given = task["switch"] ?? task["on"]
        if let value = given, !SpecAdvice.isConstant(value) { given = .none }
        var taken: Int?
        for (index, item) in cases.enumerated() {
            let location = place.key("cases").index(index)
            if let taken {
                report(
                    .unreachableCase, "the case is never taken, as case \(taken) always is before",
                    at: location, help: "put it before case \(taken), or remove it")
                continue
            }
            if let text = item["condition"]?.stringValue, let value = SpecAdvice.constant(text) {
                if value {
                    taken = index
                } else {
                    report(
                        .unreachableCase,
                        "the condition is always false, so the case is never taken",
                        at: location.key("condition"), help: "remove the case")
                }
                continue
            }
            guard let value = item["value"], SpecAdvice.isConstant(value) else { continue }
            if let given, given != value {
                report(
                    .unreachableCase,
                    "what is compared is always \(given.text), so the case is never taken",
                    at: location.key("value"), help: "remove the case")
            } else if given != nil {
                taken = index
            }
        }
        if let taken, let rest = task["default"]?.arrayValue, !rest.isEmpty {
            report(
                .unreachableCase, "default is never taken, as case \(taken) always is",
                at: place.key("default"), isAboutKey: true, help: "remove it")
        }
    }

    private mutating func adviseOnLoop(_ task: JSON, at place: JSONPath) {
        guard task["type"] == "loop" || task["type"] == "map" else { return }
        if let items = task["items"] {
            let isEmpty = items.arrayValue?.isEmpty ?? (items.integerValue == 0)
            if isEmpty {
                report(
                    .unreachableTask, "there is nothing to go through, so the body never runs",
                    at: place.key("items"), help: "give a list, a number or an expression")
            }
            return
        }
        if let text = task["while"]?.stringValue, SpecAdvice.constant(text) == false {
            report(
                .unreachableTask, "while is always false, so the body never runs",
                at: place.key("while"), help: "correct the condition, or remove the loop")
        }
    }
}

extension SpecAdvice {
    // MARK: Constants

    /// What a condition that refers to nothing always is; nil for any other.
    static func constant(_ text: String) -> Bool? {
        // Most conditions refer to something; those are known without being parsed again.
        guard
            !["tasks", "workflow", "run.", "item", "index"].contains(where: { text.contains($0) }),
            let sole = TemplateText.soleExpression(of: text)
        else { return nil }
        do throws(ExpressionError) {
            let expression = try Expression(parsing: sole.source, dialect: sole.dialect)
            guard expression.references.isEmpty else { return nil }
            do throws(EvaluationError) {
                return try expression.evaluateCondition(Bindings([:]))
            } catch {
                return nil
            }
        } catch {
            return nil
        }
    }

    /// Whether a value holds no expression.
    static func isConstant(_ value: JSON) -> Bool {
        var pending = [value]
        while let next = pending.popLast() {
            switch next {
            case .string(let text): if text.contains("${{") { return false }
            case .array(let elements): pending += elements
            case .object(let members): pending += members.values
            default: break
            }
        }
        return true
    }

    /// A duration as manifests write it.
    static func duration(_ json: JSON?) -> Duration? {
        switch json {
        case .integer(let seconds) where (0...Int64.max / 1_000_000_000).contains(seconds):
            .seconds(seconds)
        case .string(let text): Duration(parsing: text)
        default: nil
        }
    }
}
