/// A list of changes to a JSON document, all made or none.
///
/// Source: RFC 6902.
public struct JSONPatch: Sendable, Hashable {
    /// One change.
    public enum Operation: Sendable, Hashable {
        /// Adds or replaces a member, or inserts an element; `-` is the end of an array.
        case add(JSONPointer, JSON)
        /// Removes what is there.
        case remove(JSONPointer)
        /// Replaces what is there.
        case replace(JSONPointer, JSON)
        /// Removes from the first place and adds at the second.
        case move(from: JSONPointer, to: JSONPointer)
        /// Adds at the second place what is at the first.
        case copy(from: JSONPointer, to: JSONPointer)
        /// Fails the patch unless the value is equal.
        case test(JSONPointer, JSON)
    }

    /// The most bytes, as JSON texts, that the copies of one patch may add up to.
    ///
    /// A few copies of a document into itself would else fill any memory. It is what Kubernetes' API
    /// server allows.
    public static let maximumCopiedBytes = 3 << 20

    /// The changes, in order.
    public var operations: [Operation]

    /// Makes a patch from its changes.
    public init(_ operations: [Operation]) { self.operations = operations }

    /// Reads a patch.
    ///
    /// - Throws: ``JSONPatchError`` naming the operation that cannot be read.
    public init(json: JSON) throws(JSONPatchError) {
        guard case .array(let items) = json else {
            throw JSONPatchError(operation: nil, message: "a JSON patch is an array of operations")
        }
        var operations: [Operation] = []
        for (index, item) in items.enumerated() {
            operations.append(try JSONPatch.operation(item, at: index))
        }
        self.operations = operations
    }

    private static func operation(_ item: JSON, at index: Int) throws(JSONPatchError) -> Operation {
        func pointer(_ name: String) throws(JSONPatchError) -> JSONPointer {
            guard let text = item[name]?.stringValue, let pointer = JSONPointer(text) else {
                throw JSONPatchError(operation: index, message: "'\(name)' is no JSON pointer")
            }
            return pointer
        }
        func value() throws(JSONPatchError) -> JSON {
            guard let value = item["value"] else {
                throw JSONPatchError(operation: index, message: "'value' is missing")
            }
            return value
        }
        switch item["op"]?.stringValue {
        case "add": return .add(try pointer("path"), try value())
        case "remove": return .remove(try pointer("path"))
        case "replace": return .replace(try pointer("path"), try value())
        case "move": return .move(from: try pointer("from"), to: try pointer("path"))
        case "copy": return .copy(from: try pointer("from"), to: try pointer("path"))
        case "test": return .test(try pointer("path"), try value())
        default:
            throw JSONPatchError(
                operation: index,
                message: "'op' is not one of add, remove, replace, move, copy and test")
        }
    }
}

/// Why a JSON patch cannot be read or applied.
public struct JSONPatchError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The operation, from 0; nil where the patch as a whole is at fault.
    public let operation: Int?
    /// What is wrong, in plain words.
    public let message: String
    /// Whether the cause is a `test` that did not hold, so that the document is not as expected.
    public let isFailedTest: Bool

    init(operation: Int?, message: String, isFailedTest: Bool = false) {
        self.operation = operation
        self.message = message
        self.isFailedTest = isFailedTest
    }

    /// The operation and the message.
    public var description: String {
        operation.map { "operation \($0): \(message)" } ?? message
    }
}

extension JSON {
    /// The value with a JSON patch applied.
    ///
    /// - Throws: ``JSONPatchError`` naming the first operation that does not fit the document, or
    ///   with which the copies are over ``JSONPatch/maximumCopiedBytes``.
    public func applying(_ patch: JSONPatch) throws(JSONPatchError) -> JSON {
        var document = self
        var copiedBytes = 0
        for (index, operation) in patch.operations.enumerated() {
            switch operation {
            case .add(let place, let value): try document.add(value, at: place, operation: index)
            case .remove(let place): _ = try document.take(place, operation: index)
            case .replace(let place, let value):
                let path = try document.existing(place, operation: index).path
                document[path] = value
            case .move(let source, let place):
                guard !place.steps.starts(with: source.steps) || place == source else {
                    throw JSONPatchError(
                        operation: index, message: "cannot move '\(source)' into itself")
                }
                let value = try document.take(source, operation: index)
                try document.add(value, at: place, operation: index)
            case .copy(let source, let place):
                let value = try document.existing(source, operation: index).value
                copiedBytes += value.bytes.count
                guard copiedBytes <= JSONPatch.maximumCopiedBytes else {
                    throw JSONPatchError(
                        operation: index,
                        message: "the copies come to \(copiedBytes) bytes, over the "
                            + "\(JSONPatch.maximumCopiedBytes) allowed")
                }
                try document.add(value, at: place, operation: index)
            case .test(let place, let value):
                guard try document.existing(place, operation: index).value.isSame(as: value) else {
                    throw JSONPatchError(
                        operation: index, message: "testing value \(place) failed",
                        isFailedTest: true)
                }
            }
        }
        return document
    }

    private func existing(
        _ pointer: JSONPointer, operation: Int
    ) throws(JSONPatchError) -> (path: JSONPath, value: JSON) {
        var path = JSONPath.root
        var value = self
        for step in pointer.steps {
            switch value {
            case .object(let members):
                guard let member = members[step] else { throw missing(pointer, operation) }
                path = path.key(step)
                value = member
            case .array(let elements):
                guard let index = JSON.index(step), index < elements.count else {
                    throw missing(pointer, operation)
                }
                path = path.index(index)
                value = elements[index]
            default: throw missing(pointer, operation)
            }
        }
        return (path, value)
    }

    private func missing(_ pointer: JSONPointer, _ operation: Int) -> JSONPatchError {
        JSONPatchError(operation: operation, message: "there is nothing at '\(pointer)'")
    }

    private mutating func take(
        _ pointer: JSONPointer, operation: Int
    ) throws(JSONPatchError) -> JSON {
        let (path, value) = try existing(pointer, operation: operation)
        self[path] = nil
        return value
    }

    private mutating func add(
        _ value: JSON, at pointer: JSONPointer, operation: Int
    ) throws(JSONPatchError) {
        guard let last = pointer.steps.last else {
            self = value
            return
        }
        let parent = JSONPointer(steps: Array(pointer.steps.dropLast()))
        let (path, container) = try existing(parent, operation: operation)
        switch container {
        case .object: self[path.key(last)] = value
        case .array(var elements):
            let index = last == "-" ? elements.count : JSON.index(last)
            guard let index, index <= elements.count else { throw missing(pointer, operation) }
            elements.insert(value, at: index)
            self[path] = .array(elements)
        default: throw missing(pointer, operation)
        }
    }

    /// An array index as a pointer writes it: digits without leading zeros.
    private static func index(_ step: String) -> Int? {
        guard step == "0" || !step.hasPrefix("0"), !step.hasPrefix("+"), !step.hasPrefix("-") else {
            return nil
        }
        return Int(step)
    }
}
