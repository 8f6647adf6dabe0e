import Values

/// A place inside a string of the file.
struct TextPlace: Sendable, Hashable {
    /// The string.
    var path: JSONPath
    /// The offset in it, in bytes of UTF-8.
    var offset: Int
}

/// A text made of pieces of the file, which knows where each of them was written.
struct MappedText: Sendable, Hashable {
    /// A piece: from its start to that of the next.
    struct Span: Sendable, Hashable {
        /// Where it starts in the text, in bytes of UTF-8.
        var start: Int
        /// Where it was written.
        var place: TextPlace
        /// Whether it is a copy, so that an offset inside it is one inside the original too.
        var isCopy: Bool
    }

    private(set) var bytes: [UInt8] = []
    private(set) var spans: [Span] = []

    /// Makes an empty text.
    init() {}

    /// Makes a text that is the string at a path.
    init(copying text: String, at path: JSONPath) {
        append(Array(text.utf8)[...], from: TextPlace(path: path, offset: 0))
    }

    /// The text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Adds what stands at a place of the file as it is.
    mutating func append(_ piece: ArraySlice<UInt8>, from place: TextPlace) {
        guard !piece.isEmpty else { return }
        spans.append(Span(start: bytes.count, place: place, isCopy: true))
        bytes += piece
    }

    /// Adds something that stands for what is at a place of the file.
    mutating func append(_ piece: String, for place: TextPlace) {
        guard !piece.isEmpty else { return }
        spans.append(Span(start: bytes.count, place: place, isCopy: false))
        bytes += piece.utf8
    }

    /// Adds a part of another text.
    mutating func append(_ other: MappedText, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        for (index, span) in other.spans.enumerated() {
            let end = index + 1 < other.spans.count ? other.spans[index + 1].start : other.count
            let (first, last) = (max(span.start, range.lowerBound), min(end, range.upperBound))
            guard first < last else { continue }
            var moved = span
            moved.start = bytes.count + first - range.lowerBound
            if span.isCopy { moved.place.offset += first - span.start }
            spans.append(moved)
        }
        bytes += other.bytes[range]
    }

    /// Adds another text.
    mutating func append(_ other: MappedText) { append(other, 0..<other.count) }

    /// The number of bytes of UTF-8.
    var count: Int { bytes.count }

    /// Where what is at an offset was written; nil in an empty text.
    func place(at offset: Int) -> TextPlace? {
        guard var span = spans.first else { return nil }
        for next in spans.dropFirst() where next.start <= offset { span = next }
        var place = span.place
        if span.isCopy { place.offset += max(0, offset - span.start) }
        return place
    }

    /// The same text, each piece written somewhere else.
    func moved(_ place: (TextPlace) -> TextPlace) -> MappedText {
        var result = self
        for index in result.spans.indices {
            result.spans[index].place = place(result.spans[index].place)
        }
        return result
    }

    /// The text without blanks at its ends.
    var trimmed: MappedText {
        let blank: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        guard let first = bytes.firstIndex(where: { !blank.contains($0) }),
            let last = bytes.lastIndex(where: { !blank.contains($0) })
        else { return MappedText() }
        var result = MappedText()
        result.append(self, first..<(last + 1))
        return result
    }
}
