/// Why an expression has no value for the bindings it was given.
///
/// Every one is permanent: the same expression over the same bindings fails again.
public struct EvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it was.
    public enum Code: Sendable, Hashable {
        /// A map has no such key.
        case noSuchKey
        /// No variable of that name is bound.
        case noSuchVariable
        /// A list has no element at that index.
        case indexOutOfRange
        /// An optional that holds nothing was asked for its value.
        case noValue
        /// An operator or function was given values of kinds it does not take.
        case noSuchOverload
        /// There is no function of that name.
        case noSuchFunction
        /// A division or remainder by zero.
        case divisionByZero
        /// A number, moment or duration left its range.
        case overflow
        /// A value of the right kind that makes no sense: a text that is no number, a bad pattern.
        case invalidArgument
        /// A condition whose value is not a boolean.
        case notBoolean
        /// The value has no form in JSON.
        case notRepresentable
        /// The evaluation took more steps than it may.
        case costExceeded
        /// A value grew larger than it may.
        case tooLarge
    }

    /// What kind of failure it was.
    public var code: Code
    /// What happened, in plain words.
    public var message: String
    /// The offset in the expression's source, in bytes of UTF-8.
    public var offset: Int

    /// Makes an error.
    public init(_ code: Code, _ message: String, at offset: Int) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    /// Whether something that was looked up is not there, as opposed to being of the wrong kind.
    public var isMissingValue: Bool {
        switch code {
        case .noSuchKey, .noSuchVariable, .indexOutOfRange, .noValue: true
        default: false
        }
    }

    /// Whether the failure ends the whole evaluation, so that `||` and `&&` may not absorb it.
    var isFinal: Bool { code == .costExceeded || code == .tooLarge }

    /// The message and the place on one line.
    public var description: String { "\(message) (at offset \(offset))" }
}
