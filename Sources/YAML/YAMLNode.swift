public import Values

/// A value of a document with its place: the tree under ``YAMLDocument``.
public struct YAMLNode: Sendable, Hashable {
    /// What a node holds.
    public enum Content: Sendable, Hashable {
        /// A scalar, typed by the core schema.
        case scalar(JSON)
        /// The elements of a sequence.
        case sequence([YAMLNode])
        /// The members of a mapping in the order of the file, merged ones last.
        case mapping([YAMLMember])
    }

    /// What it holds.
    public var content: Content
    /// Where it starts; an aliased value is where its anchor is.
    public var position: SourcePosition
}

/// A member of a mapping.
public struct YAMLMember: Sendable, Hashable {
    /// The key: the text of the scalar as it was written, without quotes.
    public var key: String
    /// Where the key starts.
    public var keyPosition: SourcePosition
    /// The value.
    public var value: YAMLNode
}

extension YAMLNode {
    /// The member of a mapping, compared by bytes; nil where there is none.
    func member(_ key: String) -> YAMLMember? {
        guard case .mapping(let members) = content else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }
    }

    /// The element of a sequence; nil where there is none.
    func element(_ index: Int) -> YAMLNode? {
        guard case .sequence(let elements) = content, elements.indices.contains(index) else {
            return nil
        }
        return elements[index]
    }
}
