public import Values

extension TextTemplate {
    /// Checks the text against the types of its variables.
    ///
    /// - Returns: The type of its ``value(_:)``, and the problems in the order of the text.
    public func check(
        against environment: TypeEnvironment
    ) -> (type: ExpressionType, problems: [TypeProblem]) {
        var check = TemplateTypes(program, environment)
        for operation in program.operations { check.run(operation) }
        let sole = program.soleExpression == nil ? nil : check.types.first ?? nil
        let problems = check.problems.sorted { $0.offset < $1.offset }
        return (sole ?? .string, problems)
    }
}

extension ValueTemplate {
    /// Checks the expressions and templates of the tree against the types of their variables.
    ///
    /// - Returns: The problems with the string each is in, in the order of the tree.
    public func check(
        against environment: TypeEnvironment
    ) -> [(path: JSONPath, problem: TypeProblem)] {
        var found: [(path: JSONPath, problem: TypeProblem)] = []
        for (path, check) in types(in: environment) {
            for problem in check.problems { found.append((path, problem)) }
        }
        return found
    }

    /// The type of the value that the tree gives, where it is one string.
    public func type(in environment: TypeEnvironment) -> ExpressionType? {
        types(in: environment).first { $0.path.components.isEmpty }?.check.type
    }
}

/// Follows the operations of a template, each once: a loop gives its names anew in each turn, and a
/// name that several branches set is of one of their types.
struct TemplateTypes {
    private let program: TemplateProgram
    private let environment: TypeEnvironment
    private var slots: [ExpressionType?]
    /// The types of the expressions, as far as they were gone through.
    private(set) var types: [ExpressionType?]
    private(set) var problems: [TypeProblem] = []

    init(_ program: TemplateProgram, _ environment: TypeEnvironment) {
        self.program = program
        self.environment = environment
        slots = Array(repeating: nil, count: program.slotCount)
        types = Array(repeating: nil, count: program.expressions.count)
    }

    mutating func run(_ operation: TemplateProgram.Operation) {
        switch operation {
        case .text, .jump, .next: break
        case .output(let index, _, _), .branch(let index, _): _ = check(index)
        case .set(let slot, let index):
            let type = check(index)
            slots[Int(slot)] = slots[Int(slot)].map { .union(of: [$0, type]) } ?? type
        case .begin(let index): begin(program.loops[index])
        }
    }

    private mutating func check(_ index: Int) -> ExpressionType {
        let tree = program.expressions[index]
        var checker = TypeChecker(tree, environment, slots: slots.map { $0 ?? .dyn })
        let type = checker.check(tree.root)
        problems += checker.problems
        types[index] = type
        return type
    }

    private mutating func begin(_ loop: TemplateProgram.Loop) {
        let range = check(loop.range)
        var firsts: [ExpressionType] = []
        var seconds: [ExpressionType] = []
        for alternative in range.alternatives {
            switch alternative {
            case .list(let element):
                firsts.append(loop.secondSlot < 0 ? element : .dyn)
                seconds.append(.dyn)
            case .map(let key, let value):
                firsts.append(key)
                seconds.append(value)
            case .object(let object):
                firsts.append(.string)
                seconds.append(object.isOpen ? .dyn : .union(of: Array(object.fields.values)))
            case .dyn, .optional:
                firsts.append(.dyn)
                seconds.append(.dyn)
            default: break
            }
        }
        if firsts.isEmpty, !range.isDynamic {
            let tree = program.expressions[loop.range]
            problems.append(
                TypeProblem(
                    .error, "\(TypeChecker.article(range)) has no elements to go through",
                    at: tree.offset(tree.root)))
        }
        slots[Int(loop.firstSlot)] = firsts.isEmpty ? .dyn : .union(of: firsts)
        if loop.secondSlot >= 0 {
            slots[Int(loop.secondSlot)] = seconds.isEmpty ? .dyn : .union(of: seconds)
        }
        for field in LoopField.allCases {
            let isFlag = field == .first || field == .last
            slots[Int(loop.loopSlot + field.offset)] = isFlag ? .bool : .int
        }
        if loop.filter >= 0 { _ = check(loop.filter) }
    }
}
