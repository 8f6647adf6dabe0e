/// The place of a value inside a JSON document, as `spec.tasks[3].inputs.url`.
public struct JSONPath: Sendable, Hashable {
    /// One step down: into an object by name, or into an array by index.
    public enum Component: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    /// The steps from the root.
    public var components: [Component]

    /// Makes a path from its steps.
    public init(_ components: [Component] = []) { self.components = components }

    /// The document itself.
    public static let root = JSONPath()

    /// The path of a member of the value here.
    public func key(_ name: String) -> JSONPath { JSONPath(components + [.key(name)]) }

    /// The path of an element of the value here.
    public func index(_ position: Int) -> JSONPath { JSONPath(components + [.index(position)]) }

    /// The path one step up; the root's is the root.
    public var parent: JSONPath { JSONPath(Array(components.dropLast())) }
}

extension JSONPath: ExpressibleByArrayLiteral {
    /// Makes a path from its steps.
    public init(arrayLiteral elements: Component...) { self.init(elements) }
}

extension JSONPath.Component: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// Makes a step into an object.
    public init(stringLiteral value: String) { self = .key(value) }

    /// Makes a step into an array.
    public init(integerLiteral value: Int) { self = .index(value) }
}

extension JSONPath: CustomStringConvertible {
    /// The path as people write it: `spec.tasks[3]`, with names that are no identifier in quotes.
    public var description: String {
        var text = ""
        for component in components {
            switch component {
            case .index(let position): text += "[\(position)]"
            case .key(let name) where JSONPath.isPlain(name):
                if !text.isEmpty { text += "." }
                text += name
            case .key(let name): text += "[\(JSON.string(name).text)]"
            }
        }
        return text
    }

    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

extension JSON {
    /// The value at a path, or nil where a step leads nowhere.
    ///
    /// Setting creates the objects on the way, and never an array element; setting nil removes a
    /// member. A step into an array that has no such element leaves the value as it is.
    public subscript(path: JSONPath) -> JSON? {
        get {
            var value = self
            for component in path.components {
                let next: JSON? =
                    switch component {
                    case .key(let name): value[name]
                    case .index(let position): value[position]
                    }
                guard let next else { return nil }
                value = next
            }
            return value
        }
        set {
            // The values along the way, outermost first, are rebuilt from the innermost out.
            guard let last = path.components.last else {
                self = newValue ?? .null
                return
            }
            var ancestors: [JSON] = [self]
            for component in path.components.dropLast() {
                guard let parent = ancestors.last else { return }
                switch component {
                case .key(let name): ancestors.append(parent[name] ?? .object([:]))
                case .index(let position):
                    guard let element = parent[position] else { return }
                    ancestors.append(element)
                }
            }
            guard var value = ancestors.popLast() else { return }
            value.set(last, to: newValue)
            for component in path.components.dropLast().reversed() {
                guard var parent = ancestors.popLast() else { return }
                parent.set(component, to: value)
                value = parent
            }
            self = value
        }
    }

    private mutating func set(_ component: JSONPath.Component, to value: JSON?) {
        switch component {
        case .key(let name): self[name] = value
        case .index(let position):
            guard case .array(var elements) = self, elements.indices.contains(position) else {
                return
            }
            self = .null
            if let value { elements[position] = value } else { elements.remove(at: position) }
            self = .array(elements)
        }
    }
}
