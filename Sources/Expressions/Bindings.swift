public import Values

/// The values of the free variables of an expression.
///
/// A JSON value is not converted when it is bound but as far as an expression looks into it.
public struct Bindings: Sendable {
    private var variables: [String: CELValue]

    /// Binds JSON values.
    public init(_ variables: [String: JSON] = [:]) {
        self.variables = variables.mapValues(CELValue.init)
    }

    /// Binds values of the language, some of which JSON has no form for.
    public init(values: [String: CELValue]) { variables = values }

    /// The value of a variable; setting nil unbinds it.
    public subscript(name: String) -> CELValue? {
        get { variables[name] }
        set { variables[name] = newValue }
    }

    /// Binds or replaces one variable.
    public mutating func bind(_ name: String, to value: JSON) { variables[name] = CELValue(value) }

    /// The names that are bound, sorted.
    var names: [String] { variables.keys.sorted() }
}
