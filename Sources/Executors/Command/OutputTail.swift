internal import Values

/// What is kept of a stream of any length: its last bytes, and all of them while they are few.
struct OutputTail {
    private let tailBytes: Int
    private let wholeBytes: Int
    private var tail: [UInt8] = []
    private var wholeIfShort: [UInt8]? = []
    private(set) var count = 0

    /// Keeps the last `tailBytes`, and the whole up to `wholeBytes`.
    init(tailBytes: Int, wholeBytes: Int = 0) {
        self.tailBytes = tailBytes
        self.wholeBytes = wholeBytes
    }

    mutating func append(_ bytes: [UInt8]) {
        count += bytes.count
        if count <= wholeBytes {
            wholeIfShort?.append(contentsOf: bytes)
        } else {
            wholeIfShort = nil
        }
        tail.append(contentsOf: bytes.suffix(tailBytes))
        // Cut only when it has doubled, so that each byte is moved about once.
        if tail.count > 2 * tailBytes { tail.removeFirst(tail.count - tailBytes) }
    }

    /// All bytes, or nil where there were more than are kept.
    var whole: [UInt8]? { wholeIfShort }

    /// Whether the text lacks the beginning of the stream.
    var isTruncated: Bool { count > tailBytes }

    /// The last bytes as text, starting with a whole character; what is no UTF-8 is repaired.
    var text: String {
        var last = tail.suffix(tailBytes)
        if isTruncated {
            // At most three bytes can be the rest of a character that was cut.
            for _ in 0..<3 {
                guard let first = last.first, first & 0xC0 == 0x80 else { break }
                last.removeFirst()
            }
        }
        return String(decoding: last, as: UTF8.self)
    }

    /// The last lines that are not blank, within bounds, for an error's message.
    var quotation: String {
        let lines = text.split { $0.isNewline }
            .filter { !$0.allSatisfy(\.isWhitespace) }
            .suffix(ExecutorLimits.quotedLines)
        var quotation = OutputTail(tailBytes: ExecutorLimits.quotedBytes)
        quotation.append(Array(lines.joined(separator: "\n").utf8))
        return quotation.text
    }
}
