public import Values

/// The values of the free variables of an expression.
///
/// A JSON value is not converted when it is bound but as far as an expression looks into it.
public struct Bindings: Sendable {
    /// Up to so many names are compared one after the other, which is faster than a hash.
    private static let maximumLinear = 8

    private var linear: [(name: String, value: CELValue)] = []
    private var hashed: [String: CELValue] = [:]

    /// Binds JSON values.
    public init(_ variables: [String: JSON] = [:]) {
        self.init(values: variables.mapValues(CELValue.init))
    }

    /// Binds values of the language, some of which JSON has no form for.
    public init(values: [String: CELValue]) {
        if values.count <= Bindings.maximumLinear {
            linear = values.map { (name: $0.key, value: $0.value) }
        } else {
            hashed = values
        }
    }

    /// The value of a variable; setting nil unbinds it.
    public subscript(name: String) -> CELValue? {
        get {
            for entry in linear where entry.name == name { return entry.value }
            return hashed.isEmpty ? nil : hashed[name]
        }
        set {
            guard hashed.isEmpty else {
                hashed[name] = newValue
                return
            }
            linear.removeAll { $0.name == name }
            guard let newValue else { return }
            linear.append((name, newValue))
            guard linear.count > Bindings.maximumLinear else { return }
            hashed = Dictionary(uniqueKeysWithValues: linear.map { ($0.name, $0.value) })
            linear = []
        }
    }

    /// Binds or replaces one variable.
    public mutating func bind(_ name: String, to value: JSON) { self[name] = CELValue(value) }

    /// The names that are bound, sorted.
    var names: [String] { (linear.map(\.name) + hashed.keys).sorted() }
}
