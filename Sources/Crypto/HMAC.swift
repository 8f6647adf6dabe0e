internal import CCrypto

/// Keyed message authentication, as webhooks are signed with.
///
/// Source: RFC 2104 and RFC 4231.
public enum HMAC {
    /// The 32 bytes of HMAC-SHA-256 of a message under a key of any length.
    public static func sha256(key: [UInt8], message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        // An empty array has no address, which libcrypto reads as "no key" and not as "key of no
        // bytes"; a byte that is not counted gives it one.
        let keyBytes = key.isEmpty ? [0] : key
        let result = unsafe CCrypto.HMAC(
            SHA256.algorithm, keyBytes, Int32(key.count), message, message.count, &code, &count)
        precondition(unsafe result != nil && count == 32, "libcrypto refused HMAC-SHA-256")
        return code
    }

    /// Whether a code is that of the message under the key, told in a time that does not depend on
    /// where they differ.
    public static func isValid(_ code: [UInt8], key: [UInt8], message: [UInt8]) -> Bool {
        ConstantTime.equal(code, sha256(key: key, message: message))
    }
}
