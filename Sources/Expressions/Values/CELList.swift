internal import Values

/// A list: either made by an expression, or a JSON array that is converted element by element.
public struct CELList: Sendable {
    private enum Storage: Sendable {
        case values([CELValue])
        case json([JSON])
    }

    private let storage: Storage

    /// Makes a list of values.
    public init(_ values: [CELValue]) { storage = .values(values) }

    init(json: [JSON]) { storage = .json(json) }

    /// The number of elements.
    public var count: Int {
        switch storage {
        case .values(let values): values.count
        case .json(let elements): elements.count
        }
    }

    /// The element at an index from 0; one out of range is a programmer's error and traps.
    public subscript(index: Int) -> CELValue {
        switch storage {
        case .values(let values): values[index]
        case .json(let elements): CELValue(elements[index])
        }
    }

    /// The elements.
    public var values: [CELValue] {
        switch storage {
        case .values(let values): values
        case .json(let elements): elements.map(CELValue.init)
        }
    }

    /// The array this list still is, or nil.
    var json: [JSON]? {
        guard case .json(let elements) = storage else { return nil }
        return elements
    }
}
