import Values

/// A value with what it costs, so that an alias of it can be charged in full.
struct Composed {
    var node: YAMLNode
    var json: JSON
    /// Nodes in it, its own included, with every alias expanded.
    var nodes: Int
    /// Bytes of scalars and keys in it, with every alias expanded.
    var bytes: Int
    /// Levels of sequences and mappings in it: 0 for a scalar.
    var height: Int
    /// The text of a scalar as written, for use as a key.
    var text: String?
}

/// A sequence or mapping that is open: what has been read of it so far.
struct Frame {
    struct Key {
        var text: String
        var position: SourcePosition
        /// Whether it is a plain `<<`.
        var isMerge: Bool
    }

    let isMapping: Bool
    let position: SourcePosition
    let anchor: String?

    private(set) var keys: [Key] = []
    private var values: [YAMLNode] = []
    private var json: [JSON] = []
    private var pendingKey: Key?
    private var nodes = 1
    private var bytes = 0
    private var height = 0

    init(isMapping: Bool, position: SourcePosition, anchor: String?) {
        self.isMapping = isMapping
        self.position = position
        self.anchor = anchor
    }

    /// Whether the next value is a key.
    var expectsKey: Bool { isMapping && pendingKey == nil }

    mutating func add(_ value: Composed, isPlain: Bool, at place: SourcePosition) throws(YAMLError)
    {
        nodes += value.nodes
        bytes += value.bytes
        height = max(height, value.height)
        guard expectsKey else {
            if let key = pendingKey {
                keys.append(key)
                pendingKey = nil
            }
            values.append(value.node)
            json.append(value.json)
            return
        }
        guard let text = value.text else {
            throw YAMLError(
                .complexKey, "a key must be a scalar, and here is a sequence or a mapping",
                at: place)
        }
        pendingKey = Key(text: text, position: place, isMerge: isPlain && text == "<<")
    }

    /// The finished value.
    consuming func close() throws(YAMLError) -> Composed {
        let (nodes, bytes, height) = (nodes, bytes, height + 1)
        let position = position
        let content: YAMLNode.Content
        let value: JSON
        if isMapping {
            var members = MappingMembers(keys: keys, values: values, json: json)
            (content, value) = try members.resolve()
        } else {
            (content, value) = (.sequence(values), .array(json))
        }
        return Composed(
            node: YAMLNode(content: content, position: position), json: value, nodes: nodes,
            bytes: bytes, height: height)
    }
}
