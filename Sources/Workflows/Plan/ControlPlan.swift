public import Expressions
public import Values

/// What a container does with its bodies, each a scope of the plan.
public indirect enum ControlPlan: Sendable {
    /// `parallel`: the body runs once.
    case group(scope: Int)
    /// `branch`: the body of the first case that holds runs.
    case branch(BranchPlan)
    /// `loop` and `map`: the body runs once for each iteration.
    case loop(LoopPlan)
    /// `dynamic`: the body is the list of tasks that the template gives, compiled by
    /// ``WorkflowCompiler/compileBody(_:in:at:)`` once it is known.
    case dynamic(ValueTemplate)
}

/// A branch.
public struct BranchPlan: Sendable {
    /// What ``BranchCase/value`` is compared with; nil where all cases have conditions.
    public var on: ValueTemplate?
    /// The cases, in file order.
    public var cases: [BranchCase]
    /// The scope that runs where no case holds.
    public var otherwise: Int?

    /// Makes a branch.
    public init(on: ValueTemplate? = nil, cases: [BranchCase], otherwise: Int? = nil) {
        self.on = on
        self.cases = cases
        self.otherwise = otherwise
    }
}

/// One case of a branch: it has a value or a condition.
public struct BranchCase: Sendable {
    /// The name, which the branch gives as its output `case`: the one written, else the value as
    /// text, else `case-N` by place from 0.
    public var name: String
    /// The value for which it holds.
    public var value: JSON?
    /// The expression that makes it hold.
    public var condition: Expression?
    /// The scope that runs.
    public var scope: Int

    /// Makes a case.
    public init(name: String, value: JSON? = nil, condition: Expression? = nil, scope: Int) {
        self.name = name
        self.value = value
        self.condition = condition
        self.scope = scope
    }
}

/// A loop or map.
///
/// Its body sees the element as ``itemName``, its position as `index`, and, where one iteration runs
/// at a time, the result of the one before as `previous`, which is `null` at first.
public struct LoopPlan: Sendable {
    /// What is gone through: a list, or a number of iterations.
    ///
    /// Nil where only the conditions bound the loop.
    public var items: ValueTemplate?
    /// The name of the current element.
    public var itemName: String
    /// Evaluated before each iteration; where it is false, the loop ends.
    ///
    /// Sees `index` and
    /// `previous`.
    public var whileCondition: Expression?
    /// Evaluated after each iteration; where it is true, the loop ends.
    ///
    /// Sees the tasks of the
    /// iteration, its variables, and its value as `result`.
    public var untilCondition: Expression?
    /// The most iterations.
    public var maxIterations: Int
    /// How many iterations are under way at once; nil sets no bound.
    public var maxParallel: Int?
    /// The value of one iteration, which sees its tasks and variables; the outputs of the body's
    /// only sink, or an object of those of its sinks, where nil.
    public var result: ValueTemplate?
    /// How the results become the output `results`.
    public var aggregate: Aggregate
    /// The scope of the body.
    public var scope: Int

    /// Makes a loop.
    public init(
        items: ValueTemplate? = nil, itemName: String = "item", whileCondition: Expression? = nil,
        untilCondition: Expression? = nil, maxIterations: Int = WorkflowLimits.maximumIterations,
        maxParallel: Int? = 1, result: ValueTemplate? = nil, aggregate: Aggregate = .array,
        scope: Int
    ) {
        self.items = items
        self.itemName = itemName
        self.whileCondition = whileCondition
        self.untilCondition = untilCondition
        self.maxIterations = maxIterations
        self.maxParallel = maxParallel
        self.result = result
        self.aggregate = aggregate
        self.scope = scope
    }
}

/// How the results of a loop become one value.
public enum Aggregate: Sendable {
    /// A list in the order of the iterations.
    case array
    /// An object; the key sees `result`, the element and `index`.
    case map(key: ValueTemplate)
    /// One value, made anew after each iteration in their order; the template sees `accumulator`,
    /// `result`, the element and `index`.
    case reduce(initial: JSON, value: ValueTemplate)
}
