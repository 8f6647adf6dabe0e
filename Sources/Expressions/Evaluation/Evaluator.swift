/// Computes the value of a tree for some bindings, counting its steps.
///
/// Recursion goes as deep as the tree is high, which `Limits.treeHeight` bounds.
///
/// Not copyable, since copying it at each step would cost more than the steps.
struct Evaluator: ~Copyable {
    let tree: CompiledTree
    /// The tree's own, kept here as an array of a class is retained for each look into it.
    private let nodes: [Node]
    let bindings: Bindings
    /// The values of the variables of macros, after those of the template around.
    var slots: [CELValue]
    /// The steps that are left, of so many.
    var budget: Int
    private let allowed: Int

    init(_ tree: CompiledTree, _ bindings: Bindings, budget: Int = Limits.evaluationCost) {
        self.tree = tree
        nodes = tree.nodes
        self.bindings = bindings
        self.budget = budget
        allowed = budget
        slots = tree.slotCount == 0 ? [] : Array(repeating: .null, count: tree.slotCount)
    }

    mutating func run() throws(EvaluationError) -> CELValue { try evaluate(tree.root) }

    mutating func evaluate(_ node: NodeIndex) throws(EvaluationError) -> CELValue {
        try charge(1, at: node)
        switch nodes[Int(node)] {
        case .constant(let index): return tree.constants[Int(index)]
        case .variable(let name): return try variable(tree.names[Int(name)], at: node)
        case .local(let slot): return slots[Int(slot)]
        case .select(let operand, let name):
            return try select(try evaluate(operand), tree.names[Int(name)], at: node)
        case .optionalSelect(let operand, let name):
            return try optionalSelect(try evaluate(operand), tree.names[Int(name)], at: node)
        case .has(let operand, let name):
            return .bool(try has(try evaluate(operand), tree.names[Int(name)], at: node))
        case .index(let operand, let key):
            return try index(try evaluate(operand), try evaluate(key), at: node)
        case .optionalIndex(let operand, let key):
            return try optionalIndex(try evaluate(operand), try evaluate(key), at: node)
        case .call(let index): return try call(Int(index), at: node)
        case .list(let range): return try list(range, at: node)
        case .map(let range): return try map(range, at: node)
        case .and(let range): return try logical(range, absorbing: false, at: node)
        case .or(let range): return try logical(range, absorbing: true, at: node)
        case .not(let operand): return try not(try evaluate(operand), at: node)
        case .negate(let operand): return try negate(try evaluate(operand), at: node)
        case .binary(let symbol, let left, let right):
            return try binary(symbol, try evaluate(left), try evaluate(right), at: node)
        case .conditional(let condition, let yes, let no):
            return try conditional(condition, yes, no)
        case .comprehension(let index): return try comprehension(Int(index), at: node)
        case .filter(let index): return try filter(Int(index), at: node)
        case .memberOfSet(let value, let index):
            return .bool(try isMember(try evaluate(value), of: tree.sets[Int(index)], at: node))
        }
    }

    /// Takes steps from the budget.
    @inline(__always)
    mutating func charge(_ steps: Int, at node: NodeIndex) throws(EvaluationError) {
        budget -= steps
        guard budget >= 0 else { throw costExceeded(at: node) }
    }

    /// Takes the steps for going through so many bytes or elements.
    @inline(__always)
    mutating func charge(units: Int, at node: NodeIndex) throws(EvaluationError) {
        try charge(units / Limits.unitsPerStep, at: node)
    }

    func costExceeded(at node: NodeIndex) -> EvaluationError {
        error(
            .costExceeded, "the expression takes over \(allowed) steps", at: node)
    }

    func error(
        _ code: EvaluationError.Code, _ message: String, at node: NodeIndex
    ) -> EvaluationError {
        EvaluationError(code, message, at: tree.offset(node))
    }

    mutating func setSlot(_ slot: Int32, to value: CELValue) { slots[Int(slot)] = value }

    /// Runs a comparison that takes from the budget and gives nil when that is used up.
    mutating func areEqual(
        _ first: CELValue, _ second: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> Bool {
        guard let answer = first.isEqual(to: second, budget: &budget), budget >= 0 else {
            throw costExceeded(at: node)
        }
        return answer
    }

    private mutating func variable(
        _ name: String, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        try charge(units: name.utf8.count, at: node)
        if let value = bindings[name] { return value }
        let names = bindings.names
        let known =
            names.isEmpty ? "nothing is bound" : "variables: \(names.joined(separator: ", "))"
        throw error(.noSuchVariable, "no such variable: \(name) (\(known))", at: node)
    }

    private mutating func list(
        _ range: ChildRange, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        var values: [CELValue] = []
        values.reserveCapacity(Int(range.count))
        for index in range.indices {
            let child = tree.children[index]
            guard child < 0 else {
                values.append(try evaluate(child))
                continue
            }
            guard case .optional(let value) = try evaluate(~child) else {
                throw error(.noSuchOverload, "the entry with '?' is no optional", at: ~child)
            }
            if let value { values.append(value) }
        }
        return .list(CELList(values))
    }

    private mutating func map(
        _ range: ChildRange, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        var builder = CELMapBuilder()
        for index in stride(from: range.indices.lowerBound, to: range.indices.upperBound, by: 2) {
            let keyNode = tree.children[index]
            let isOptional = keyNode < 0
            let key = try evaluate(isOptional ? ~keyNode : keyNode)
            var value = try evaluate(tree.children[index + 1])
            if isOptional {
                guard case .optional(let inner) = value else {
                    throw error(.noSuchOverload, "the entry with '?' is no optional", at: ~keyNode)
                }
                guard let inner else { continue }
                value = inner
            }
            try insert(key, value, into: &builder, at: isOptional ? ~keyNode : keyNode)
        }
        return .map(builder.map)
    }

    mutating func insert(
        _ key: CELValue, _ value: CELValue, into builder: inout CELMapBuilder, at node: NodeIndex
    ) throws(EvaluationError) {
        try charge(units: key.lookupUnits, at: node)
        guard let mapKey = CELMapKey(key) else {
            throw error(
                .invalidArgument, "a value of type \(key.type.name) cannot be the key of a map",
                at: node)
        }
        guard builder.insert(mapKey, key, value) else {
            throw error(
                .invalidArgument, "the key \(ValueText.short(key)) stands twice in a map", at: node)
        }
        guard builder.count <= Limits.elements else {
            throw error(.tooLarge, "the map has over \(Limits.elements) entries", at: node)
        }
    }
}
