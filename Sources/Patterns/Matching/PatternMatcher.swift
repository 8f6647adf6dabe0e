/// One run of a program over a text: all places in the program that the text so far leads to, moved
/// on together, scalar by scalar.
struct PatternMatcher {
    private let program: PatternProgram
    private let text: [UInt32]
    private var threads: [Int32] = []
    /// For each instruction the place in the text for which it was last added, plus one.
    private var added: [Int]
    private var stack: [Int32] = []
    /// The moves made since the budget was last charged.
    private var moves = 0
    /// The moves for looking at a scalar, whatever looks at it.
    private let movesPerScalar: Int

    init(_ program: PatternProgram, _ text: [UInt32]) {
        self.program = program
        self.text = text
        movesPerScalar =
            1 + (program.needsCategories ? PatternLimits.movesPerProperty : 0)
            + (program.needsCases ? PatternLimits.movesPerProperty : 0)
        added = Array(repeating: 0, count: program.instructions.count)
    }

    /// Whether a match starts anywhere; nil where the budget is used up.
    mutating func run(budget: inout Int) -> Bool? {
        var place = 0
        while true {
            if add(0, at: place) { return true }
            budget -= moves / PatternLimits.movesPerStep
            moves %= PatternLimits.movesPerStep
            guard budget >= 0 else { return nil }
            guard place < text.count else { return false }
            let current = threads
            threads.removeAll(keepingCapacity: true)
            let scalar = MatchedScalar(
                text[place], withCategory: program.needsCategories, withCases: program.needsCases)
            place += 1
            moves += movesPerScalar + current.count
            for thread in current where takes(thread, scalar) {
                if add(thread + 1, at: place) { return true }
            }
        }
    }

    private mutating func takes(_ instruction: Int32, _ scalar: MatchedScalar) -> Bool {
        switch program.instructions[Int(instruction)] {
        case .scalar(let value): return value == scalar.value
        case .set(let index):
            moves += program.sets[Int(index)].moves
            return program.sets[Int(index)].contains(scalar)
        default: return false
        }
    }

    /// Follows all ways from an instruction that take no scalar; true where one is the match.
    private mutating func add(_ start: Int32, at place: Int) -> Bool {
        stack.append(start)
        while let index = stack.popLast() {
            guard added[Int(index)] != place + 1 else { continue }
            added[Int(index)] = place + 1
            switch program.instructions[Int(index)] {
            case .match:
                stack.removeAll()
                return true
            case .jump(let target): stack.append(target)
            case .split(let first, let second):
                moves += 1
                stack.append(second)
                stack.append(first)
            case .assertion(let assertion):
                if holds(assertion, at: place) { stack.append(index + 1) }
            case .scalar, .set: threads.append(index)
            }
        }
        return false
    }

    private func holds(_ assertion: PatternAssertion, at place: Int) -> Bool {
        switch assertion {
        case .textStart: place == 0
        case .textEnd: place == text.count
        case .lineStart: place == 0 || text[place - 1] == 0x0A
        case .lineEnd: place == text.count || text[place] == 0x0A
        case .wordBoundary: isWord(place - 1) != isWord(place)
        case .noWordBoundary: isWord(place - 1) == isWord(place)
        }
    }

    private func isWord(_ place: Int) -> Bool {
        place >= 0 && place < text.count && ScalarSet.words.holds(text[place])
    }
}
