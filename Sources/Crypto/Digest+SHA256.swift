public import Values

extension Digest {
    /// Takes the SHA-256 of bytes.
    public init(of bytes: [UInt8]) {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        self = hasher.finalize()
    }

    /// Takes the SHA-256 of the UTF-8 bytes of a text.
    public init(of text: String) {
        self.init(of: Array(text.utf8))
    }
}

extension JSON {
    /// The SHA-256 of the value's canonical bytes: equal values have equal digests.
    ///
    /// The cost is that of writing the value and of a digest of its bytes.
    public var digest: Digest { Digest(of: bytes) }
}
