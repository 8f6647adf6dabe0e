/// Where the parts of a JSON text are, found without reading what is in them.
///
/// For a text of which a part cannot be read: the others can, each by itself. Only brackets and
/// strings are looked at, so a part may be anything that has these in pairs, nested to any depth.
public struct JSONOutline: Sendable {
    private let bytes: [UInt8]

    /// Makes the outline of a text; nothing is looked at yet.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The place of the whole text.
    public var whole: Range<Int> { bytes.indices }

    /// Reads the part at a place.
    ///
    /// - Throws: ``JSONParseError`` with its place in the part.
    public func value(at place: Range<Int>) throws(JSONParseError) -> JSON {
        try JSON(parsing: Array(bytes[place]))
    }

    /// The places of the elements of the array at a place; nil where there is none.
    ///
    /// Linear.
    public func elements(of place: Range<Int>) -> [Range<Int>]? {
        pieces(of: place, opened: UInt8(ascii: "["), closed: UInt8(ascii: "]"))
    }

    /// The places of the values of the object at a place, by their names; nil where there is none.
    ///
    /// Of values of one name it gives the last. Linear.
    public func members(of place: Range<Int>) -> [String: Range<Int>]? {
        guard
            let pieces = pieces(of: place, opened: UInt8(ascii: "{"), closed: UInt8(ascii: "}"))
        else { return nil }
        var members: [String: Range<Int>] = [:]
        for piece in pieces {
            guard bytes[piece.lowerBound] == UInt8(ascii: "\"") else { return nil }
            let end = endOfString(from: piece.lowerBound, before: piece.upperBound)
            guard let colon = bytes[end..<piece.upperBound].firstIndex(of: UInt8(ascii: ":")),
                let name = try? value(at: piece.lowerBound..<end).stringValue
            else { return nil }
            members[name] = trimmed(colon + 1..<piece.upperBound)
        }
        return members
    }

    /// What the commas of the container at a place divide, without the white space around it.
    private func pieces(of place: Range<Int>, opened: UInt8, closed: UInt8) -> [Range<Int>]? {
        let place = trimmed(place)
        guard place.count >= 2, bytes[place.lowerBound] == opened,
            bytes[place.upperBound - 1] == closed
        else { return nil }
        let end = place.upperBound - 1
        var pieces: [Range<Int>] = []
        var start = place.lowerBound + 1
        var position = start
        var depth = 0
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position = endOfString(from: position, before: end)
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                guard depth >= 0 else { return nil }
            case UInt8(ascii: ",") where depth == 0:
                pieces.append(trimmed(start..<position))
                start = position + 1
            default: break
            }
            position += 1
        }
        guard depth == 0 else { return nil }
        let last = trimmed(start..<end)
        if !(pieces.isEmpty && last.isEmpty) { pieces.append(last) }
        return pieces.contains(where: \.isEmpty) ? nil : pieces
    }

    /// The place after the string that begins at a place.
    private func endOfString(from start: Int, before end: Int) -> Int {
        var position = start + 1
        while position < end, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position + 1, end)
    }

    private func trimmed(_ place: Range<Int>) -> Range<Int> {
        func isSpace(_ byte: UInt8) -> Bool {
            byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
        }
        var place = place
        while let first = place.first, isSpace(bytes[first]) {
            place = place.lowerBound + 1..<place.upperBound
        }
        while let last = place.last, isSpace(bytes[last]) {
            place = place.lowerBound..<place.upperBound - 1
        }
        return place
    }
}
