/// A compiled template: operations in a row, of which some jump.
struct TemplateProgram: Sendable {
    enum Operation: Sendable {
        /// Writes literal text.
        case text(Int)
        /// Writes the value of an expression.
        case output(expression: Int, ValueEncoding, isRaw: Bool)
        /// Goes on elsewhere where the value of an expression is empty, zero or nothing.
        case branch(expression: Int, otherwise: Int)
        case jump(Int)
        /// Starts a loop, or goes on behind it where there is nothing to go through.
        case begin(Int)
        /// Goes on with the next turn of the innermost loop, or ends it.
        case next(Int)
        /// Keeps the value of an expression under a name.
        case set(slot: Int32, expression: Int)
    }

    /// A loop of the template.
    struct Loop: Sendable {
        /// What is gone through, and what a turn needs to be taken, or -1.
        var range: Int
        var filter = -1
        var firstSlot: Int32
        /// The slot of the second name, or -1.
        var secondSlot: Int32 = -1
        var loopSlot: Int32
        var body = 0
        /// Where to go on when there is nothing to go through.
        var otherwise = 0
    }

    var operations: [Operation] = []
    var texts: [String] = []
    var expressions: [CompiledTree] = []
    var loops: [Loop] = []
    var slotCount = 0

    /// The expression that the template is, where it is nothing but the output of one.
    var soleExpression: CompiledTree? {
        guard operations.count == 1, case .output(let index, .text, isRaw: false) = operations[0]
        else { return nil }
        return expressions[index]
    }
}
