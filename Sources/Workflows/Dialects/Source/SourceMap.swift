import Values

/// Where each part of a canonical object was written in the file.
///
/// A part that is not noted is where its nearest noted ancestor says; with nothing noted, every part is
/// where it stands. So a subtree that is taken over as it is costs one note, and an object that is
/// canonical already costs none.
struct SourceMap: Sendable {
    private struct Note: Sendable {
        var path: JSONPath
        /// Whether all below is at the place itself, as it was made of it and not copied.
        var isWhole = false
        var text: MappedText?
    }

    private var notes: [JSONPath: Note] = [:]

    /// Notes that what is at a canonical path was copied from a path of the file.
    mutating func note(_ canonical: JSONPath, from source: JSONPath) {
        notes[canonical] = Note(path: source)
    }

    /// Notes that what is at a canonical path was made of what is at a path of the file.
    mutating func note(_ canonical: JSONPath, madeOf source: JSONPath) {
        notes[canonical] = Note(path: source, isWhole: true)
    }

    /// Notes that the string at a canonical path is made of pieces of the file.
    mutating func note(_ canonical: JSONPath, _ text: MappedText, from source: JSONPath) {
        notes[canonical] = Note(path: source, text: text)
    }

    /// Notes that the string at a canonical path was made again of itself: its pieces are where those
    /// of the one before were.
    mutating func note(_ canonical: JSONPath, _ text: MappedText, through before: SourceMap) {
        let moved = text.moved { place in
            let source = before.source(of: place.path, offset: place.offset)
            return TextPlace(path: source.path, offset: source.offset ?? 0)
        }
        note(canonical, moved, from: before.source(of: canonical).path)
    }

    /// Where a part of the canonical object was written, or the nearest part that was.
    func source(of canonical: JSONPath, offset: Int? = nil) -> (path: JSONPath, offset: Int?) {
        guard !notes.isEmpty else { return (canonical, offset) }
        var components = canonical.components[...]
        while true {
            if let note = notes[JSONPath(Array(components))] {
                let rest = canonical.components[components.endIndex...]
                return place(note, rest: rest, offset: offset)
            }
            guard components.popLast() != nil else { return (canonical, offset) }
        }
    }

    private func place(
        _ note: Note, rest: ArraySlice<JSONPath.Component>, offset: Int?
    ) -> (path: JSONPath, offset: Int?) {
        if rest.isEmpty, let offset, let place = note.text?.place(at: offset) {
            return (place.path, place.offset)
        }
        if note.isWhole { return (note.path, nil) }
        return (JSONPath(note.path.components + rest), offset)
    }
}
