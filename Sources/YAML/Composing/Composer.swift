import Values

/// The maker of documents from events: a loop with a stack of the containers that are open.
struct Composer: ~Copyable {
    private var reader: EventReader
    private let limits: YAMLLimits
    private var documents: [YAMLDocument] = []
    private var open: [Frame] = []
    private var anchors: [String: Composed] = [:]
    private var nodes = 0
    private var bytes = 0

    init(reader: consuming EventReader, limits: YAMLLimits) {
        self.reader = reader
        self.limits = limits
    }

    mutating func compose() throws(YAMLError) -> [YAMLDocument] {
        while true {
            let event = try reader.next()
            switch event.kind {
            case .streamStart, .documentEnd: continue
            case .streamEnd: return documents
            case .documentStart:
                anchors = [:]
                guard documents.count < limits.maximumDocuments else {
                    throw YAMLError(
                        .tooManyDocuments,
                        "the file has more than \(limits.maximumDocuments) documents: split it",
                        at: event.position)
                }
            case .alias(let name): try addAlias(name, at: event.position)
            case .scalar(let scalar): try addScalar(scalar, at: event.position)
            case .sequenceStart(let properties, _):
                try start(properties, isMapping: false, at: event.position)
            case .mappingStart(let properties, _):
                try start(properties, isMapping: true, at: event.position)
            case .sequenceEnd, .mappingEnd: try end()
            }
        }
    }

    private mutating func start(
        _ properties: Event.Properties, isMapping: Bool, at position: SourcePosition
    ) throws(YAMLError) {
        try checkDepth(open.count + 1, at: position)
        if let tag = properties.tag, !CoreSchema.isCollectionTag(tag, mapping: isMapping) {
            throw YAMLError(
                .unsupportedTag,
                "the tag '\(CoreSchema.shorthand(tag))' is not read: remove it", at: position)
        }
        try charge(nodes: 1, bytes: 0, at: position)
        open.append(Frame(isMapping: isMapping, position: position, anchor: properties.anchor))
    }

    private mutating func end() throws(YAMLError) {
        guard let frame = open.popLast() else { return }
        let (anchor, position) = (frame.anchor, frame.position)
        let value = try frame.close()
        if let anchor { anchors[anchor] = value }
        try add(value, isPlain: false, at: position)
    }

    private mutating func addScalar(
        _ scalar: Event.Scalar, at position: SourcePosition
    ) throws(YAMLError) {
        try charge(nodes: 1, bytes: scalar.text.utf8.count, at: position)
        // A key is its text: `on`, `1` and `null` are names like any other.
        let isKey = open.last?.expectsKey == true && scalar.properties.tag == nil
        let json: JSON
        do {
            json = isKey ? .string(scalar.text) : try CoreSchema.value(of: scalar)
        } catch {
            throw YAMLError(error.code, error.message, at: position)
        }
        let value = Composed(
            node: YAMLNode(content: .scalar(json), position: position), json: json, nodes: 1,
            bytes: scalar.text.utf8.count, height: 0, text: scalar.text)
        if let anchor = scalar.properties.anchor { anchors[anchor] = value }
        try add(value, isPlain: scalar.style == .plain, at: position)
    }

    private mutating func addAlias(
        _ name: String, at position: SourcePosition
    ) throws(YAMLError) {
        guard let value = anchors[name] else {
            let isInside = open.contains { $0.anchor == name }
            throw YAMLError(
                .unknownAnchor,
                isInside
                    ? "the alias '*\(CoreSchema.excerpt(name))' is inside the value it stands for"
                    : "there is no anchor '&\(CoreSchema.excerpt(name))' before this alias: "
                        + "define it above, or put the value in quotes",
                at: position)
        }
        try checkDepth(open.count + value.height, at: position)
        try charge(nodes: value.nodes, bytes: value.bytes, at: position)
        try add(value, isPlain: false, at: position)
    }

    private mutating func add(
        _ value: Composed, isPlain: Bool, at position: SourcePosition
    ) throws(YAMLError) {
        guard !open.isEmpty else {
            documents.append(YAMLDocument(root: value.node, json: value.json))
            return
        }
        try open[open.count - 1].add(value, isPlain: isPlain, at: position)
    }

    private func checkDepth(_ depth: Int, at position: SourcePosition) throws(YAMLError) {
        guard depth > limits.maximumDepth else { return }
        throw YAMLError(
            .tooDeep,
            "lists and mappings are nested deeper than \(limits.maximumDepth) levels here: "
                + "flatten them",
            at: position)
    }

    private mutating func charge(
        nodes: Int, bytes: Int, at position: SourcePosition
    ) throws(YAMLError) {
        // The sums cannot overflow: each term has been held below its limit before.
        self.nodes += nodes
        self.bytes += bytes
        guard self.nodes <= limits.maximumNodes, self.bytes <= limits.maximumExpandedBytes else {
            throw YAMLError(
                .tooManyNodes,
                "the file holds more than \(limits.maximumNodes) values or "
                    + "\(limits.maximumExpandedBytes) bytes of text once its aliases are "
                    + "expanded: split it, or use fewer aliases",
                at: position)
        }
    }
}
