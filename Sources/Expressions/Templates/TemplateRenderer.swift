internal import Values

/// Renders a compiled template for some bindings: a loop over its operations, counting turns, steps
/// and bytes.
struct TemplateRenderer: ~Copyable {
    /// A loop that is under way.
    private struct Turns {
        let loop: Int
        let elements: Elements
        var next = 0
    }

    /// What a loop goes through.
    private enum Elements {
        case list(CELList)
        case map(CELMap)

        var count: Int {
            switch self {
            case .list(let list): list.count
            case .map(let map): map.count
            }
        }
    }

    private let program: TemplateProgram
    private let bindings: Bindings
    private var slots: [CELValue]
    private var budget = Limits.templateCost
    private var turns = 0
    private var open: [Turns] = []
    private var output: [UInt8] = []
    private var address = AddressCheck()

    init(_ program: TemplateProgram, _ bindings: Bindings) {
        self.program = program
        self.bindings = bindings
        slots = Array(repeating: .null, count: program.slotCount)
    }

    mutating func run() throws(EvaluationError) -> String {
        var position = 0
        while position < program.operations.count {
            position = try step(program.operations[position], at: position)
        }
        if let failure = address.failure(in: output) { throw failure }
        return String(decoding: output, as: UTF8.self)
    }

    /// Does one operation; returns where to go on.
    private mutating func step(
        _ operation: TemplateProgram.Operation, at position: Int
    ) throws(EvaluationError) -> Int {
        switch operation {
        case .text(let index):
            output += program.texts[index].utf8
            try checkSize(at: 0)
        case .output(let index, let encoding, let isRaw):
            try write(try evaluate(index), index, encoding, isRaw)
        case .branch(let index, let otherwise):
            return try evaluate(index).isEmpty ? otherwise : position + 1
        case .jump(let target): return target
        case .begin(let index): return try begin(index)
        case .next(let index): return try next(index) ? program.loops[index].body : position + 1
        case .set(let slot, let index): slots[Int(slot)] = try evaluate(index)
        }
        return position + 1
    }

    private mutating func evaluate(_ index: Int) throws(EvaluationError) -> CELValue {
        let tree = program.expressions[index]
        var evaluator = Evaluator(tree, bindings, budget: budget)
        // The names of the template take the first slots, the macros of the expression the next.
        let missing = tree.slotCount - slots.count
        if missing > 0 { slots += Array(repeating: .null, count: missing) }
        swap(&evaluator.slots, &slots)
        do throws(EvaluationError) {
            let value = try evaluator.run()
            swap(&evaluator.slots, &slots)
            budget = evaluator.budget
            return value
        } catch {
            swap(&evaluator.slots, &slots)
            budget = max(0, evaluator.budget)
            throw error
        }
    }

    // MARK: Output

    private mutating func write(
        _ value: CELValue, _ index: Int, _ encoding: ValueEncoding, _ isRaw: Bool
    ) throws(EvaluationError) {
        let tree = program.expressions[index]
        let offset = tree.offset(tree.root)
        let start = output.count
        defer { if encoding == .url { address.note(start..<output.count, at: offset) } }
        if case .string(let text) = value, isRaw || encoding == .text {
            output += text.utf8
            try checkSize(at: offset)
            return
        }
        let text: String
        if case .string(let string) = value {
            text = string
        } else {
            text = try JSONConversion.json(of: value, at: offset).text
        }
        budget -= text.utf8.count / Limits.unitsPerStep
        guard budget >= 0 else {
            throw EvaluationError(
                .costExceeded, "the template takes over \(Limits.templateCost) steps", at: offset)
        }
        switch encoding {
        case .shellWord, .shellSingle, .shellDouble:
            guard TextEncoding.isFitForShell(text) else {
                throw EvaluationError(
                    .invalidArgument, "a script cannot hold a text with a NUL", at: offset)
            }
        default: break
        }
        output += (isRaw ? text : encoded(text, value, encoding)).utf8
        try checkSize(at: offset)
    }

    private func encoded(
        _ text: String, _ value: CELValue, _ encoding: ValueEncoding
    ) -> String {
        switch encoding {
        case .text: text
        case .jsonValue: if case .string = value { JSON.string(text).text } else { text }
        case .jsonString: String(JSON.string(text).text.dropFirst().dropLast())
        case .shellWord: TextEncoding.shellWord(text)
        case .shellSingle: TextEncoding.shellSingle(text)
        case .shellDouble: TextEncoding.shellDouble(text)
        case .url: TextEncoding.url(text)
        }
    }

    private func checkSize(at offset: Int) throws(EvaluationError) {
        guard output.count <= Limits.outputBytes else {
            throw EvaluationError(
                .tooLarge, "the text is over \(Limits.outputBytes) bytes", at: offset)
        }
    }

    // MARK: Loops

    private mutating func begin(_ index: Int) throws(EvaluationError) -> Int {
        let loop = program.loops[index]
        let offset = program.expressions[loop.range].offset(program.expressions[loop.range].root)
        var elements: Elements
        switch try evaluate(loop.range) {
        case .list(let list), .optional(.list(let list)?): elements = .list(list)
        case .map(let map), .optional(.map(let map)?): elements = .map(map)
        case let value:
            throw EvaluationError(
                .noSuchOverload,
                "a value of type \(value.type.name) has no elements to go through", at: offset)
        }
        if loop.filter >= 0 { elements = try filtered(elements, loop, at: offset) }
        guard elements.count > 0 else { return loop.otherwise }
        open.append(Turns(loop: index, elements: elements))
        _ = try next(index)
        return loop.body
    }

    /// The elements that the condition of a loop takes.
    private mutating func filtered(
        _ elements: Elements, _ loop: TemplateProgram.Loop, at offset: Int
    ) throws(EvaluationError) -> Elements {
        var values: [CELValue] = []
        for index in 0..<elements.count {
            try takeTurn(at: offset)
            try bind(loop, elements, index, at: offset)
            guard try !evaluate(loop.filter).isEmpty else { continue }
            switch elements {
            case .list(let list): values.append(list[index])
            case .map(let map) where loop.secondSlot < 0: values.append(map.key(at: index))
            case .map(let map):
                values.append(.list(CELList([map.key(at: index), map.value(at: index)])))
            }
        }
        return .list(CELList(values))
    }

    private mutating func takeTurn(at offset: Int) throws(EvaluationError) {
        turns += 1
        guard turns <= Limits.templateTurns else {
            throw EvaluationError(
                .costExceeded, "the loops take over \(Limits.templateTurns) turns", at: offset)
        }
    }

    /// Starts the next turn of the innermost loop; false where it was the last.
    private mutating func next(_ index: Int) throws(EvaluationError) -> Bool {
        guard var turns = open.last else { return false }
        guard turns.next < turns.elements.count else {
            open.removeLast()
            return false
        }
        let loop = program.loops[index]
        let offset = program.expressions[loop.range].offset(program.expressions[loop.range].root)
        try takeTurn(at: offset)
        try bind(loop, turns.elements, turns.next, at: offset)
        let place = Int64(turns.next)
        let count = Int64(turns.elements.count)
        let fields: [CELValue] = [
            .int(place + 1), .int(place), .int(count - place), .int(count - place - 1),
            .bool(place == 0), .bool(place == count - 1), .int(count),
        ]
        for (offset, field) in fields.enumerated() { slots[Int(loop.loopSlot) + offset] = field }
        turns.next += 1
        open[open.count - 1] = turns
        return true
    }

    /// Gives the names of a loop their values: of a map the key and the value, of a list the element,
    /// or what a pair in it holds.
    private mutating func bind(
        _ loop: TemplateProgram.Loop, _ elements: Elements, _ index: Int, at offset: Int
    ) throws(EvaluationError) {
        switch elements {
        case .map(let map):
            slots[Int(loop.firstSlot)] = map.key(at: index)
            if loop.secondSlot >= 0 { slots[Int(loop.secondSlot)] = map.value(at: index) }
        case .list(let list):
            let element = list[index]
            guard loop.secondSlot >= 0 else {
                slots[Int(loop.firstSlot)] = element
                return
            }
            guard case .list(let pair) = element, pair.count == 2 else {
                throw EvaluationError(
                    .noSuchOverload,
                    "a loop with two names needs a map or a list of pairs, not a list of "
                        + element.type.name, at: offset)
            }
            slots[Int(loop.firstSlot)] = pair[0]
            slots[Int(loop.secondSlot)] = pair[1]
        }
    }
}
