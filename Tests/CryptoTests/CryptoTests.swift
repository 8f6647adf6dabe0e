import Crypto
import Testing
import Values

@Suite struct CryptoTests {
    // FIPS 180-4's examples, and the million of "a" from NIST's CAVS.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func `SHA-256 agrees with the standard`(text: String, digits: String) {
        #expect(Digest(of: text).hexadecimal == digits)
    }

    @Test func `a digest does not depend on how the bytes are cut`() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for size in [1, 63, 64, 65, 4096] {
            var hasher = SHA256Hasher()
            for start in stride(from: 0, to: bytes.count, by: size) {
                hasher.update(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(hasher.finalize() == Digest(of: bytes))
        }
        var hasher = SHA256Hasher()
        hasher.update(bytes.span)
        #expect(hasher.finalize() == Digest(of: bytes))
    }

    // RFC 4231, cases 1, 2, 6 and 7; the last two have keys longer than a block.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func `HMAC-SHA-256 agrees with the standard`(key: [UInt8], message: String, digits: String) {
        let code = HMAC.sha256(key: key, message: Array(message.utf8))
        #expect(Hexadecimal.encode(code) == digits)
        #expect(HMAC.isValid(code, key: key, message: Array(message.utf8)))
        #expect(!HMAC.isValid(code, key: key + [1], message: Array(message.utf8)))
    }

    @Test func `secrets are equal only byte for byte`() {
        #expect(ConstantTime.equal("token", "token"))
        #expect(ConstantTime.equal("", ""))
        #expect(!ConstantTime.equal("token", "Token"))
        #expect(!ConstantTime.equal("token", "token "))
        // One letter in two Unicode forms, which Swift's == calls equal.
        #expect(!ConstantTime.equal("\u{e9}", "e\u{301}"))
    }

    @Test func `equal values have one digest in whatever order they were built`() throws {
        let first = try JSON(parsing: #"{"b": [1, 2.5], "a": {"y": null, "x": "é"}}"#)
        let second = try JSON(parsing: #"{"a":{"x":"\u00e9","y":null},"b":[1,2.5]}"#)
        #expect(first.digest == second.digest)
        #expect(first.digest == Digest(of: #"{"a":{"x":"é","y":null},"b":[1,2.5]}"#))
        #expect(first.digest != JSON.null.digest)
    }
}
