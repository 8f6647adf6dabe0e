/// A part of a regular expression.
indirect enum PatternNode {
    case empty
    case scalar(UInt32)
    case set(ScalarClass)
    case assertion(PatternAssertion)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    case repetition(PatternNode, minimum: Int, maximum: Int?)
}

/// A condition on the place between two characters.
enum PatternAssertion: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
}
