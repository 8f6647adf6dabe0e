internal import Patterns

/// The place of a node in its tree.
typealias NodeIndex = Int32

/// One operation of an expression; operands are places in the same tree.
enum Node: Sendable {
    case constant(Int32)
    case variable(name: Int32)
    case local(slot: Int32)
    case select(NodeIndex, name: Int32)
    case optionalSelect(NodeIndex, name: Int32)
    case has(NodeIndex, name: Int32)
    case index(NodeIndex, NodeIndex)
    case optionalIndex(NodeIndex, NodeIndex)
    case call(Int32)
    case list(ChildRange)
    case map(ChildRange)
    case and(ChildRange)
    case or(ChildRange)
    case not(NodeIndex)
    case negate(NodeIndex)
    case binary(BinaryOperator, NodeIndex, NodeIndex)
    case conditional(NodeIndex, NodeIndex, NodeIndex)
    case comprehension(Int32)
    case filter(Int32)
    /// Whether a value is in a long list of constants, by its keys in `CompiledTree.sets`.
    case memberOfSet(NodeIndex, set: Int32)
}

/// A run of the tree's `children`.
struct ChildRange: Sendable {
    var start: Int32
    var count: Int32

    var indices: Range<Int> { Int(start)..<Int(start + count) }
}

/// The operators of two operands that are always both evaluated.
enum BinaryOperator: UInt8, Sendable {
    case add, subtract, multiply, divide, remainder
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, memberOf

    var symbol: String {
        switch self {
        case .add: "+"
        case .subtract: "-"
        case .multiply: "*"
        case .divide: "/"
        case .remainder: "%"
        case .equal: "=="
        case .notEqual: "!="
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .memberOf: "in"
        }
    }
}

/// A call of a function, the receiver of a method being its first argument.
struct Call: Sendable {
    var name: Int32
    var isMethod: Bool
    var arguments: ChildRange
    /// Nil until resolved, and for good where there is no such function.
    var function: Function?
    /// The program of a pattern that is constant, in `patterns`.
    var pattern: Int32 = -1
}

/// A macro that gives names to values while it evaluates a part of the expression.
struct Comprehension: Sendable {
    var kind: Kind
    /// What is gone through, or what is bound.
    var range: NodeIndex
    /// The name of the first variable and of the second, or -1.
    var firstName: Int32
    var secondName: Int32 = -1
    /// The slot of the first variable; the second's is the next.
    var slot: Int32 = 0
    /// The condition, or -1.
    var filter: NodeIndex = -1
    /// What is computed of each element, or -1.
    var result: NodeIndex = -1

    enum Kind: UInt8, Sendable {
        case all, exists, existsOne, map, filter, transformList, transformMap, transformMapEntry
        case sortBy, bind, optionalMap, optionalFlatMap
    }
}

/// An expression as arrays: nodes refer to each other by dense indices, children come before parents.
struct SyntaxTree: Sendable {
    var nodes: [Node] = []
    /// Where each node stands in the source, in bytes.
    var offsets: [Int32] = []
    /// The lists of operands; an optional entry of a literal is stored as its complement.
    var children: [NodeIndex] = []
    var constants: [CELValue] = []
    var names: [String] = []
    var calls: [Call] = []
    var comprehensions: [Comprehension] = []
    var filters: [FilterCall] = []
    var patterns: [Pattern] = []
    var root: NodeIndex = 0
    /// How many variables macros bind at most at one time.
    var slotCount = 0

    func offset(_ node: NodeIndex) -> Int { Int(offsets[Int(node)]) }
}
