/// Looks at the path of an address once its values are in it.
///
/// `.` and `..` need no percents, and yet are no names: who follows the address goes elsewhere. An
/// empty part makes the address of one thing that of all of them.
///
/// Source: RFC 3986, 3.3 Path and 5.2.4 Remove Dot Segments.
struct AddressCheck {
    /// Where values stand in the address, and which expressions gave them.
    private var values: [(range: Range<Int>, offset: Int)] = []

    /// Keeps where a value stands; the places come in the order of the text.
    mutating func note(_ range: Range<Int>, at offset: Int) { values.append((range, offset)) }

    /// The first value that makes a whole segment of the path empty, `.` or `..`.
    ///
    /// Cost: O(address + values).
    func failure(in address: [UInt8]) -> EvaluationError? {
        guard !values.isEmpty, let path = AddressCheck.path(of: address) else { return nil }
        var first = 0
        var start = path.lowerBound + 1
        while start <= path.upperBound {
            var end = start
            while end < path.upperBound, address[end] != UInt8(ascii: "/") { end += 1 }
            while first < values.count, values[first].range.upperBound < start { first += 1 }
            let segment = AddressCheck.decodingDots(address[start..<end])
            if segment.isEmpty || segment == "." || segment == "..",
                let value = values[first...].prefix(while: { $0.range.lowerBound <= end })
                    .first(where: { AddressCheck.isPart($0.range, of: start..<end) })
            {
                return EvaluationError(
                    .invalidArgument,
                    segment.isEmpty
                        ? "the value is empty, and so is this part of the address's path"
                        : "the value makes this part of the address's path \(segment), which names "
                            + "another place",
                    at: value.offset)
            }
            start = end + 1
        }
        return nil
    }

    /// Whether a value stands in a segment; one that ends with a slash does not stand behind it.
    private static func isPart(_ value: Range<Int>, of segment: Range<Int>) -> Bool {
        value.isEmpty
            ? value.lowerBound >= segment.lowerBound && value.lowerBound <= segment.upperBound
            : value.lowerBound < max(segment.upperBound, segment.lowerBound + 1)
                && value.upperBound > segment.lowerBound
    }

    /// Where the path is, from its first slash on; nil where there is none.
    private static func path(of address: [UInt8]) -> Range<Int>? {
        let scheme = Search.first(Array("://".utf8), in: address, from: 0)
        let end = address.firstIndex { "?#".utf8.contains($0) } ?? address.count
        // A `://` in the query is none of the address.
        let start = scheme.map { $0 < end ? $0 + 3 : 0 } ?? 0
        guard let slash = address[min(start, end)..<end].firstIndex(of: UInt8(ascii: "/")) else {
            return nil
        }
        return slash..<end
    }

    /// The text of a segment in which `%2e` is the dot that it stands for; a long one is no dots.
    private static func decodingDots(_ segment: ArraySlice<UInt8>) -> String {
        guard segment.count <= "%2e%2e".utf8.count else { return "…" }
        let text = String(decoding: segment, as: UTF8.self)
        return text.replacing("%2e", with: ".").replacing("%2E", with: ".")
    }
}
