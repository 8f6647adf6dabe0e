/// Eight bytes of a text at once, the first of them lowest: how the reader and the writer of JSON
/// look at text without a test for every byte.
struct ByteWord {
    /// The number of bytes in a word.
    static let count = 8
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The bytes.
    let bits: UInt64

    /// Loads the eight bytes from an offset; that many must follow it.
    @inline(__always)
    init(_ bytes: Span<UInt8>, at offset: Int) {
        // One check of bounds for all eight: what follows becomes one load.
        let eight = bytes.extracting(offset..<offset &+ ByteWord.count)
        let low =
            UInt64(eight[0]) | UInt64(eight[1]) << 8 | UInt64(eight[2]) << 16
            | UInt64(eight[3]) << 24
        let high =
            UInt64(eight[4]) << 32 | UInt64(eight[5]) << 40 | UInt64(eight[6]) << 48
            | UInt64(eight[7]) << 56
        bits = low | high
    }

    /// The index of the first byte that cannot stand for itself in a JSON string (a quote, a
    /// backslash, a control character), or nil.
    ///
    /// A borrow between bytes can only mark a byte above one that is marked rightly, so the lowest
    /// mark is exact.
    @inline(__always)
    var firstSpecial: Int? {
        let quotes = bits ^ (ByteWord.ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = bits ^ (ByteWord.ones &* UInt64(UInt8(ascii: "\\")))
        let marks =
            (quotes &- ByteWord.ones) & ~quotes
            | (backslashes &- ByteWord.ones) & ~backslashes
            | (bits &- ByteWord.ones &* 0x20) & ~bits
        let found = marks & ByteWord.highBits
        return found == 0 ? nil : found.trailingZeroBitCount >> 3
    }

    /// Writes the first bytes.
    @inline(__always)
    func append(_ count: Int, to output: inout OutputSpan<UInt8>) {
        var rest = bits
        for _ in 0..<count {
            output.append(UInt8(truncatingIfNeeded: rest))
            rest &>>= 8
        }
    }

    /// The lowest bytes, the others zero; fewer than eight.
    @inline(__always)
    func prefix(_ count: Int) -> UInt64 { bits & ((1 &<< UInt64(count &* 8)) &- 1) }
}

extension Span<UInt8> {
    /// The offset of the first byte from a start that cannot stand for itself in a JSON string, or
    /// the end.
    @inline(__always)
    func endOfPlainText(from start: Int) -> Int {
        var position = start
        while position &+ ByteWord.count <= count {
            if let special = ByteWord(self, at: position).firstSpecial {
                return position &+ special
            }
            position &+= ByteWord.count
        }
        while position < count {
            let byte = self[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            position &+= 1
        }
        return position
    }
}
