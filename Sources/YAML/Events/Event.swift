import Values

/// One step of a YAML stream, with the place where it starts.
struct Event {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart(isExplicit: Bool)
        case documentEnd(isExplicit: Bool)
        case alias(String)
        case scalar(Scalar)
        case sequenceStart(Properties, isFlow: Bool)
        case sequenceEnd
        case mappingStart(Properties, isFlow: Bool)
        case mappingEnd
    }

    /// What may stand before a node.
    struct Properties {
        var anchor: String?
        var tag: String?
    }

    enum Style {
        case plain
        case singleQuoted
        case doubleQuoted
        case literal
        case folded
    }

    struct Scalar {
        var properties: Properties
        var text: String
        var style: Style
    }

    var kind: Kind
    var position: SourcePosition
}
