import Values
public import Workflows

/// How many attempts a run of a plan makes at most, and what those of models cost.
///
/// Every retry is made, every fallback tried, and of a branch the longest case taken. What a loop goes
/// through is known at run time only where it is an expression, so that is told for each element.
public struct WorstCase: Sendable, Hashable {
    /// A part whose size is known at run time only.
    public struct Part: Sendable, Hashable {
        /// The container.
        public let task: String
        /// The attempts for each element of it; nil where even its tasks are known at run time only.
        public let attempts: Int?
        /// The cost for each element in US dollars, as far as it is known.
        public let cost: Double
    }

    /// The attempts outside such parts; no more than ``maximum``.
    public private(set) var attempts = 0
    /// The cost of those in US dollars, as far as it is known.
    public private(set) var cost = 0.0
    /// The parts whose size is known at run time only, in the order of the definition.
    public private(set) var parts: [Part] = []
    /// The tasks that ask a model and whose price, length of prompt or bound on the answer is not known.
    public private(set) var unpriced: [String] = []

    /// What counts as more than anybody counts.
    public static let maximum = 1_000_000_000

    private struct Sum {
        var attempts = 0
        var cost = 0.0

        static func + (one: Sum, other: Sum) -> Sum {
            Sum(
                attempts: min(WorstCase.maximum, one.attempts + other.attempts),
                cost: one.cost + other.cost)
        }

        static func * (sum: Sum, times: Int) -> Sum {
            let (product, overflow) = sum.attempts.multipliedReportingOverflow(by: times)
            return Sum(
                attempts: overflow ? WorstCase.maximum : min(WorstCase.maximum, product),
                cost: sum.cost * Double(times))
        }
    }

    /// Counts a plan.
    public init(_ plan: WorkflowPlan) {
        // A scope stands after that of its owner, so backwards the bodies are known.
        let scopes = plan.definition.scopes
        var sums = [Sum](repeating: Sum(), count: scopes.count)
        for index in scopes.indices.reversed() {
            for (position, task) in scopes[index].tasks.enumerated().reversed() {
                let policy = plan.scopes[index].tasks[position].retryPolicy
                sums[index] = sums[index] + count(task, policy, sums)
            }
        }
        parts.reverse()
        unpriced.reverse()
        let all = sums[0] + (plan.finallyScope.map { sums[$0] } ?? Sum())
        (attempts, cost) = (all.attempts, all.cost)
    }

    private mutating func count(
        _ task: TaskDefinition, _ policy: RetryPolicy, _ sums: [Sum]
    ) -> Sum {
        let times = ([policy] + policy.perError.values).map(\.maxAttempts).max() ?? 1
        var fallbacks = Sum()
        for case .attempt(let type, _, let inputs, let config, _) in task.fallbacks {
            let price = self.price(
                of: type ?? task.type, inputs ?? task.inputs, config ?? task.config, task.id)
            fallbacks = fallbacks + Sum(attempts: 1, cost: price)
        }
        switch task.control {
        case .group(let scope): return sums[scope] * times + fallbacks
        case .branch(let branch):
            let scopes = branch.cases.compactMap(\.scope) + [branch.otherwise].compactMap { $0 }
            let bodies = scopes.map { sums[$0] }
            let longest = Sum(
                attempts: bodies.map(\.attempts).max() ?? 0, cost: bodies.map(\.cost).max() ?? 0)
            return longest * times + fallbacks
        case .loop(let loop):
            let body = loop.scope.map { sums[$0] } ?? Sum()
            if let rounds = WorstCase.rounds(of: loop) { return body * rounds * times + fallbacks }
            let part = body * times
            parts.append(Part(task: task.id, attempts: part.attempts, cost: part.cost))
            return fallbacks
        case .dynamic:
            parts.append(Part(task: task.id, attempts: nil, cost: 0))
            return fallbacks
        case nil:
            let price = self.price(of: task.type, task.inputs, task.config, task.id)
            return Sum(attempts: 1, cost: price) * times + fallbacks
        }
    }

    /// How often a loop goes round at most, where that can be read off it.
    private static func rounds(of loop: LoopDefinition) -> Int? {
        let items = loop.items.flatMap { items -> Int? in
            items.arrayValue?.count ?? items.integerValue.map { Int(clamping: max(0, $0)) }
        }
        return [items, loop.maxIterations].compactMap { $0 }.min()
    }

    /// What one attempt of a task costs at most in US dollars; a task that asks a model is noted where
    /// that is not known.
    private mutating func price(
        of type: String, _ inputs: JSONObject, _ config: JSONObject, _ id: String
    ) -> Double {
        func setting(_ names: String...) -> JSON? {
            names.lazy.compactMap { inputs[$0] ?? config[$0] }.first
        }
        guard let model = setting("model")?.stringValue else {
            if type == "llm" { unpriced.append(id) }
            return 0
        }
        let bound = setting("max_tokens", "maxTokens", "max_output_tokens")?.integerValue
        // No token is shorter than a byte, so texts of known length have a known bound.
        let sent = ["prompt", "system", "system_prompt", "messages"].compactMap { setting($0) }
        let text = JSON.array(sent).text
        guard let price = ModelPrice.of(model), let bound, bound >= 0, !text.contains("{{"),
            text.utf8.count <= ModelPrice.maximumInput
        else {
            unpriced.append(id)
            return 0
        }
        let size = sent.reduce(0) { $0 + ($1.stringValue?.utf8.count ?? $1.text.utf8.count) }
        return (Double(bound) * price.output + Double(size) * price.input) / 1_000_000
    }
}
