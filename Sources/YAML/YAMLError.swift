public import Values

/// Why a text is not YAML that we read, and where.
///
/// Every such error is permanent: the same bytes fail the same way until somebody edits them.
public struct YAMLError: Error, Sendable, Hashable {
    /// The kinds of error, which callers may tell apart.
    public enum Code: String, Sendable, Hashable {
        /// The text is not well-formed YAML.
        case syntax
        /// The bytes are not UTF-8.
        case invalidUTF8
        /// The file has too many bytes.
        case tooLarge
        /// Sequences and mappings are nested too deep.
        case tooDeep
        /// The file has too many nodes, once its aliases are expanded.
        case tooManyNodes
        /// The file has too many documents.
        case tooManyDocuments
        /// A mapping has one key twice.
        case duplicateKey
        /// An alias names no anchor before it, or one it is inside of.
        case unknownAnchor
        /// A tag is not one of the core schema.
        case unsupportedTag
        /// A scalar is not of the form its tag asks for.
        case tagMismatch
        /// A key is a sequence or a mapping.
        case complexKey
        /// A merge key `<<` holds something that is no mapping.
        case invalidMerge
        /// A number that JSON or 64 bits cannot hold, or that readers of YAML disagree about.
        case unsupportedNumber
    }

    /// What kind of error it is.
    public var code: Code
    /// What is wrong and what to do, in one or two plain sentences.
    public var message: String
    /// Where it is.
    public var position: SourcePosition
    /// The other place that it concerns, such as the first of two equal keys.
    public var relatedPosition: SourcePosition?
    /// The name of the file, as the caller gave it.
    public var source: String?

    init(
        _ code: Code, _ message: String, at position: SourcePosition,
        related: SourcePosition? = nil
    ) {
        self.code = code
        self.message = message
        self.position = position
        relatedPosition = related
    }
}

extension YAMLError: CustomStringConvertible {
    /// The place and the message: `flow.yaml:3:14: the key 'name' is here twice`.
    public var description: String { (source.map { "\($0):" } ?? "") + "\(position): \(message)" }
}
