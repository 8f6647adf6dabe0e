import Testing
import Values

@Suite struct EncodingTests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", "", ""), ("f", "Zg==", "66"), ("fo", "Zm8=", "666f"), ("foo", "Zm9v", "666f6f"),
        ("foob", "Zm9vYg==", "666f6f62"), ("fooba", "Zm9vYmE=", "666f6f6261"),
        ("foobar", "Zm9vYmFy", "666f6f626172"),
    ])
    func `the vectors of RFC 4648`(text: String, base64: String, hexadecimal: String) {
        #expect(Base64.encode(Array(text.utf8)) == base64)
        #expect(Base64.decode(base64) == Array(text.utf8))
        #expect(Hexadecimal.encode(text.utf8) == hexadecimal)
        #expect(Hexadecimal.decode(hexadecimal.uppercased()) == Array(text.utf8))
    }

    @Test func `every byte survives a round trip`() {
        let bytes = Array(UInt8.min...UInt8.max)
        for count in 0...bytes.count {
            let part = Array(bytes.suffix(count))
            #expect(Base64.decode(Base64.encode(part)) == part)
            #expect(Hexadecimal.decode(Hexadecimal.encode(part)) == part)
        }
    }

    @Test func `padding and line breaks may be missing or there`() {
        #expect(Base64.decode("Zm9v\r\nYmE\n") == Array("fooba".utf8))
    }

    @Test(arguments: ["Z", "Zg=a", "Zm9v!", "Zm 9v", "Zm9vY", "_-8="])
    func `what is not base64 is refused`(text: String) { #expect(Base64.decode(text) == nil) }

    @Test(arguments: ["0", "0g", "0x", "é0", "00 11", "１２"])
    func `what is not hexadecimal is refused`(text: String) {
        #expect(Hexadecimal.decode(text) == nil)
    }

    @Test func `a digest reads its own text and nothing else`() {
        let digest = Digest(sha256: Array(0..<32))
        #expect(Digest(digest.description) == digest)
        #expect(Digest(String(digest.description.dropLast())) == nil)
        #expect(Digest(digest.hexadecimal) == nil)
    }
}
