/// Header fields in the order they were added; names are compared without regard to case.
///
/// A name may occur several times. Looking one up costs O(number of fields), which is the fastest
/// for the few dozen a message has.
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral, Sequence {
    /// One header line.
    public struct Field: Sendable, Hashable {
        /// The name as it was given.
        public var name: String
        /// The value without surrounding whitespace.
        public var value: String

        /// Makes a line.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The lines in order.
    public private(set) var fields: [Field] = []

    /// Makes no headers.
    public init() {}

    /// Makes headers from pairs, keeping their order and duplicates.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// The first value of a name; setting replaces every value of it, and nil removes them.
    public subscript(_ name: String) -> String? {
        get { fields.first { HTTPHeaders.isSame($0.name, name) }?.value }
        set {
            fields.removeAll { HTTPHeaders.isSame($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// Every value of a name, in order.
    public func values(of name: String) -> [String] {
        fields.filter { HTTPHeaders.isSame($0.name, name) }.map(\.value)
    }

    /// Whether a name occurs.
    public func contains(_ name: String) -> Bool {
        fields.contains { HTTPHeaders.isSame($0.name, name) }
    }

    /// Adds a line behind the others.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The lines in order.
    public func makeIterator() -> IndexingIterator<[Field]> { fields.makeIterator() }

    /// The first line that may not be sent: a name that is no token, or a value with CR, LF or NUL,
    /// by which whoever chose it could add lines of their own.
    var firstMalformed: Field? {
        fields.first { field in
            !HTTPSyntax.isToken(field.name) || !HTTPSyntax.isFieldValue(field.value)
        }
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        let (first, second) = (first.utf8, second.utf8)
        return first.count == second.count
            && zip(first, second).allSatisfy {
                HTTPSyntax.lowercased($0) == HTTPSyntax.lowercased($1)
            }
    }
}
