internal import CYAML
import Values

/// The owner of one libyaml parser: bytes in, events out, errors in plain words.
///
/// It owns a copy of the input, which libyaml reads through a pointer.
@safe
struct EventReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let isReady: Bool

    /// Takes the bytes of a file; throws where they are too many or not UTF-8.
    init(_ bytes: [UInt8], limits: YAMLLimits) throws(YAMLError) {
        try InputCheck.check(bytes, limits: limits)
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        unsafe input = .allocate(capacity: content.count)
        _ = unsafe input.initialize(from: content)
        unsafe parser = .allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        // It fails only for want of memory, and has then freed what it got.
        unsafe isReady = yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        if isReady { unsafe yaml_parser_delete(parser) }
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event; after the end of the stream it must not be called again.
    mutating func next() throws(YAMLError) -> Event {
        guard isReady else {
            throw YAMLError(.syntax, "out of memory", at: SourcePosition(line: 1, column: 1))
        }
        var raw = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &raw) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&raw) }
        return unsafe Event(kind: EventReader.kind(raw), position: SourcePosition(raw.start_mark))
    }

    private func failure() -> YAMLError {
        let text = unsafe String(cString: parser.pointee.problem, default: "the text is not YAML")
        let context = unsafe String(cString: parser.pointee.context, default: "")
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            let offset = unsafe min(parser.pointee.problem_offset, input.count)
            let position = unsafe SourcePosition(endOf: input[..<offset])
            return SyntaxProblem(text, context: context, next: nil).error(at: position)
        }
        let mark = unsafe parser.pointee.problem_mark
        // libyaml counts characters; the one at the mark tells a tab from a stray '@'.
        let next = unsafe EventReader.character(at: SourcePosition(mark), in: input)
        let opened = unsafe SourcePosition(parser.pointee.context_mark)
        return SyntaxProblem(text, context: context, next: next)
            .error(at: SourcePosition(mark), opened: context.isEmpty ? nil : opened)
    }

    private static func character(
        at position: SourcePosition, in input: UnsafeMutableBufferPointer<UInt8>
    ) -> Unicode.Scalar? {
        let lines = unsafe input.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard unsafe lines.indices.contains(position.line - 1) else { return nil }
        let line = unsafe String(decoding: lines[position.line - 1], as: UTF8.self).unicodeScalars
        return line.dropFirst(position.column - 1).first
    }

    private static func kind(_ raw: yaml_event_t) -> Event.Kind {
        switch unsafe raw.type {
        case YAML_DOCUMENT_START_EVENT:
            return unsafe .documentStart(isExplicit: raw.data.document_start.implicit == 0)
        case YAML_DOCUMENT_END_EVENT:
            return unsafe .documentEnd(isExplicit: raw.data.document_end.implicit == 0)
        case YAML_ALIAS_EVENT:
            return unsafe .alias(String(cString: raw.data.alias.anchor))
        case YAML_SCALAR_EVENT: return unsafe .scalar(Event.Scalar(raw))
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe raw.data.sequence_start
            return unsafe .sequenceStart(
                Event.Properties(anchor: start.anchor, tag: start.tag),
                isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE)
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = unsafe raw.data.mapping_start
            return unsafe .mappingStart(
                Event.Properties(anchor: start.anchor, tag: start.tag),
                isFlow: start.style == YAML_FLOW_MAPPING_STYLE)
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_STREAM_START_EVENT: return .streamStart
        default: return .streamEnd
        }
    }
}

extension Event.Properties {
    fileprivate init(anchor: UnsafePointer<yaml_char_t>?, tag: UnsafePointer<yaml_char_t>?) {
        unsafe self.anchor = anchor.map { unsafe String(cString: $0) }
        unsafe self.tag = tag.map { unsafe String(cString: $0) }
    }
}

extension Event.Scalar {
    fileprivate init(_ raw: yaml_event_t) {
        let scalar = unsafe raw.data.scalar
        unsafe properties = Event.Properties(anchor: scalar.anchor, tag: scalar.tag)
        let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        unsafe text = String(decoding: bytes, as: UTF8.self)
        style =
            switch unsafe scalar.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
    }
}

extension SourcePosition {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }

    /// The place after some bytes of UTF-8.
    init(endOf bytes: some BidirectionalCollection<UInt8>) {
        let lines = bytes.count { $0 == UInt8(ascii: "\n") }
        let last = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes.index(after: $0) }
        let rest = bytes[(last ?? bytes.startIndex)...]
        self.init(line: lines + 1, column: rest.count { $0 & 0xC0 != 0x80 } + 1)
    }
}

extension String {
    fileprivate init(cString pointer: UnsafePointer<CChar>?, default text: String) {
        unsafe self = pointer.map { unsafe String(cString: $0) } ?? text
    }
}
