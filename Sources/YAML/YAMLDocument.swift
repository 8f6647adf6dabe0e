public import Values

/// One document of a YAML file: its value, and where each part of it was written.
public struct YAMLDocument: Sendable, Hashable {
    /// The tree with places.
    public var root: YAMLNode
    /// The value, typed by the core schema of YAML 1.2.
    public var json: JSON

    /// Where the value at a path starts, or nil where the path leads nowhere.
    public func position(of path: JSONPath) -> SourcePosition? { node(at: path)?.position }

    /// Where the key of the member at a path starts; the value's own place for the root and for
    /// elements of sequences, nil where the path leads nowhere.
    public func keyPosition(of path: JSONPath) -> SourcePosition? {
        guard case .key(let name)? = path.components.last else { return position(of: path) }
        return node(at: path.parent)?.member(name)?.keyPosition
    }

    /// The place of the nearest thing that exists along a path.
    ///
    /// That is the value, or the key of the last one on the way to it: where something is missing.
    public func nearestPosition(of path: JSONPath) -> SourcePosition {
        var node = root
        var place = root.position
        for component in path.components {
            switch component {
            case .key(let name):
                guard let member = node.member(name) else { return place }
                (node, place) = (member.value, member.keyPosition)
            case .index(let index):
                guard let element = node.element(index) else { return place }
                (node, place) = (element, element.position)
            }
        }
        return node.position
    }

    private func node(at path: JSONPath) -> YAMLNode? {
        var node = root
        for component in path.components {
            let next: YAMLNode? =
                switch component {
                case .key(let name): node.member(name)?.value
                case .index(let index): node.element(index)
                }
            guard let next else { return nil }
            node = next
        }
        return node
    }
}

/// The reader of YAML files.
public enum YAMLStream {
    /// Reads every document of a file; an empty file has none, an empty document is `null`.
    ///
    /// Scalars are typed by the core schema of YAML 1.2, with three differences that keep one file
    /// from meaning two things: `0o7` is a string; `.inf`, `.nan` and numbers beyond 64 bits are
    /// errors, as JSON cannot carry them whole; integers such as `0755`, which kubectl reads as
    /// octal and YAML 1.2 as decimal, are errors. Keys are the text of their scalar. Merge keys
    /// (`<<`) work as they do for kubectl. Cost: linear in bytes plus expanded nodes.
    ///
    /// - Parameter source: The name of the file for error texts.
    public static func parse(
        _ bytes: [UInt8], limits: YAMLLimits = YAMLLimits(), source: String? = nil
    ) throws(YAMLError) -> [YAMLDocument] {
        do {
            let reader = try EventReader(bytes, limits: limits)
            var composer = Composer(reader: reader, limits: limits)
            return try composer.compose()
        } catch {
            var named = error
            named.source = source
            throw named
        }
    }

    /// Reads every document of a text: see ``parse(_:limits:source:)-([UInt8],_,_)``.
    public static func parse(
        _ text: String, limits: YAMLLimits = YAMLLimits(), source: String? = nil
    ) throws(YAMLError) -> [YAMLDocument] {
        try parse(Array(text.utf8), limits: limits, source: source)
    }
}
