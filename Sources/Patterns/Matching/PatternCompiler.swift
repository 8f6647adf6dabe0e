/// The instructions of a regular expression.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        /// Take this scalar.
        case scalar(UInt32)
        /// Take a scalar of a set.
        case set(Int32)
        /// Go on at both places.
        case split(Int32, Int32)
        case jump(Int32)
        case assertion(PatternAssertion)
        case match
    }

    var instructions: [Instruction] = []
    var sets: [ScalarClass] = []
    /// Whether a class asks for the category or the other cases of scalars.
    var needsCategories = false
    var needsCases = false
}

/// Turns the parts of a regular expression into instructions.
///
/// Recursion goes as deep as groups are nested, which `PatternLimits.nesting` bounds.
struct PatternCompiler {
    private var program = PatternProgram()
    private var steps = 0

    mutating func compile(_ node: PatternNode) throws(PatternError) -> PatternProgram {
        try emit(node)
        try add(.match)
        return program
    }

    private var here: Int32 { Int32(program.instructions.count) }

    private mutating func add(_ instruction: PatternProgram.Instruction) throws(PatternError) {
        program.instructions.append(instruction)
        try checkSize()
    }

    /// Counts work as well as instructions: `(((){1000}){1000}){1000}` makes none.
    private func checkSize() throws(PatternError) {
        guard steps <= PatternLimits.instructions,
            program.instructions.count <= PatternLimits.instructions
        else {
            throw PatternError("the pattern is too large once its counts are written out")
        }
    }

    private mutating func emit(_ node: PatternNode) throws(PatternError) {
        steps += 1
        try checkSize()
        switch node {
        case .empty: break
        case .scalar(let value): try add(.scalar(value))
        case .set(let set):
            program.sets.append(set)
            program.needsCategories = program.needsCategories || set.hasCategories
            program.needsCases = program.needsCases || set.ignoresCase
            try add(.set(Int32(program.sets.count - 1)))
        case .assertion(let assertion): try add(.assertion(assertion))
        case .sequence(let nodes): for node in nodes { try emit(node) }
        case .alternatives(let nodes): try emitAlternatives(nodes)
        case .repetition(let node, let minimum, let maximum):
            try emitRepetition(node, minimum, maximum)
        }
    }

    private mutating func emitAlternatives(_ nodes: [PatternNode]) throws(PatternError) {
        var jumps: [Int] = []
        for node in nodes.dropLast() {
            let split = Int(here)
            try add(.split(here + 1, 0))
            try emit(node)
            jumps.append(Int(here))
            try add(.jump(0))
            program.instructions[split] = .split(Int32(split) + 1, here)
        }
        if let last = nodes.last { try emit(last) }
        for jump in jumps { program.instructions[jump] = .jump(here) }
    }

    private mutating func emitRepetition(
        _ node: PatternNode, _ minimum: Int, _ maximum: Int?
    ) throws(PatternError) {
        for _ in 0..<minimum { try emit(node) }
        guard let maximum else {
            let split = Int(here)
            try add(.split(here + 1, 0))
            try emit(node)
            try add(.jump(Int32(split)))
            program.instructions[split] = .split(Int32(split) + 1, here)
            return
        }
        var splits: [Int] = []
        for _ in minimum..<maximum {
            splits.append(Int(here))
            try add(.split(here + 1, 0))
            try emit(node)
        }
        for split in splits { program.instructions[split] = .split(Int32(split) + 1, here) }
    }
}
