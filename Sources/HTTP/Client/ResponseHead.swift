/// The head of a response, built from the lines as libcurl hands them over.
///
/// A line `HTTP/…` begins a head anew, so that interim responses (1xx) leave nothing behind.
struct ResponseHead {
    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    /// Whether the final response's head has ended.
    private(set) var isComplete = false
    private var byteCount = 0

    /// Takes one line with its line break; false where the head is over its bound.
    mutating func take(_ line: [UInt8]) -> Bool {
        byteCount += line.count
        guard byteCount <= ClientLimits.headerBytes else { return false }
        var text = line[...]
        while let last = text.last, last == 0x0D || last == 0x0A { text = text.dropLast() }
        if text.isEmpty {
            isComplete = status >= 200
        } else if text.starts(with: "HTTP/".utf8) {
            status = ResponseHead.status(of: text)
            headers = HTTPHeaders()
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            // Lines behind the body are trailers: nobody waits for them any more.
            guard !isComplete else { return true }
            let name = String(decoding: text[..<colon], as: UTF8.self)
            let value = ResponseHead.trimmed(text[text.index(after: colon)...])
            headers.add(name, String(decoding: value, as: UTF8.self))
        }
        return true
    }

    private static func status(of line: ArraySlice<UInt8>) -> Int {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        return words.count > 1 ? Int(String(decoding: words[1], as: UTF8.self)) ?? 0 : 0
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes = bytes.dropFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes = bytes.dropLast() }
        return bytes
    }
}
