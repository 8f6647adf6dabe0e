/// Finds secrets in plain text by their shapes.
///
/// Only shapes that providers gave their keys so that scanners find them, private keys, tokens that
/// are signed JSON, and passwords that are said to be one: a finding is worth stopping for.
enum SecretScan {
    /// A secret in a text.
    struct Finding: Hashable {
        /// What it is: `an AWS access key`.
        let phrase: String
        /// Where it starts, in bytes of UTF-8.
        let offset: Int
    }

    /// A key that begins with a mark: which characters follow, and how many.
    private struct Shape {
        let mark: [UInt8]
        let phrase: String
        let length: ClosedRange<Int>
        let accepts: @Sendable (UInt8) -> Bool

        init(
            _ mark: String, _ phrase: String, _ length: ClosedRange<Int>,
            _ accepts: @escaping @Sendable (UInt8) -> Bool = SecretScan.isWord
        ) {
            self.mark = Array(mark.utf8)
            self.phrase = phrase
            self.length = length
            self.accepts = accepts
        }
    }

    private static let isWord: @Sendable (UInt8) -> Bool = {
        isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
    private static let isUpper: @Sendable (UInt8) -> Bool = {
        isDigit($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")) ~= $0
    }

    // The longest mark of a family stands first.
    private static let shapes = [
        Shape("sk-ant-", "an Anthropic API key", 24...200),
        Shape("sk-proj-", "an OpenAI API key", 24...250),
        Shape("sk-or-v1-", "an OpenRouter API key", 40...120),
        Shape("sk-", "an API key", 32...200),
        Shape("sk_live_", "a Stripe secret key", 20...120),
        Shape("rk_live_", "a Stripe restricted key", 20...120),
        Shape("AKIA", "an AWS access key", 16...16, isUpper),
        Shape("ASIA", "an AWS access key", 16...16, isUpper),
        Shape("ghp_", "a GitHub token", 36...36), Shape("gho_", "a GitHub token", 36...36),
        Shape("ghu_", "a GitHub token", 36...36), Shape("ghs_", "a GitHub token", 36...36),
        Shape("ghr_", "a GitHub token", 36...76),
        Shape("github_pat_", "a GitHub token", 60...90),
        Shape("glpat-", "a GitLab token", 20...60),
        Shape("xoxb-", "a Slack token", 20...120), Shape("xoxp-", "a Slack token", 20...120),
        Shape("xoxa-", "a Slack token", 20...120), Shape("xoxr-", "a Slack token", 20...120),
        Shape("AIza", "a Google API key", 35...35),
        Shape("hf_", "a Hugging Face token", 34...40),
        Shape("gsk_", "a Groq API key", 50...60),
        Shape("pcsk_", "a Pinecone API key", 40...100),
        Shape("npm_", "an npm token", 36...36),
    ]

    /// For each byte whether a mark begins with it, so that most of a text is passed over at a glance.
    private static let isFirst: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte in shapes.compactMap(\.mark.first) + Array("-e:pP".utf8) {
            table[Int(byte)] = true
        }
        return table
    }()

    /// The first secret in a text, if there is one.
    static func first(in text: String) -> Finding? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 12 else { return nil }
        let isFirst = isFirst
        for index in bytes.indices where isFirst[Int(bytes[index])] {
            if let phrase = keyPhrase(bytes, at: index) {
                return Finding(phrase: phrase, offset: index)
            }
            if starts(bytes, at: index, with: "-----BEGIN "), isPrivateKey(bytes, at: index) {
                return Finding(phrase: "a private key", offset: index)
            }
            if isSignedToken(bytes, at: index) {
                return Finding(phrase: "a signed token", offset: index)
            }
            if let offset = passwordOfURL(bytes, at: index) {
                return Finding(phrase: "the password of a URL", offset: offset)
            }
            if let offset = assignedPassword(bytes, at: index) {
                return Finding(phrase: "a password", offset: offset)
            }
        }
        return nil
    }

    /// The names of members whose value, where it is a text, is a password.
    private static let passwordNames: Set<String> = [
        "password", "passwd", "clientsecret", "client_secret", "secretaccesskey",
        "secret_access_key", "aws_secret_access_key",
    ]

    /// Whether a member's value is a password by the member's name.
    static func isPassword(_ value: String, named name: String) -> Bool {
        passwordNames.contains(name.lowercased()) && isChosen(Array(value.utf8)[...])
    }

    // MARK: Shapes

    private static func keyPhrase(_ bytes: [UInt8], at start: Int) -> String? {
        if start > 0, isWord(bytes[start - 1]) { return nil }
        for shape in shapes where bytes[start...].starts(with: shape.mark) {
            let body = bytes[(start + shape.mark.count)...].prefix { shape.accepts($0) }
            guard shape.length.contains(body.count), isRandom(body) else { continue }
            // One of a fixed length ends where its characters end.
            if let next = bytes[body.endIndex...].first, isWord(next) { continue }
            return shape.phrase
        }
        return nil
    }

    /// Whether a key looks made by chance: letters and digits, and enough of different ones.
    private static func isRandom(_ body: ArraySlice<UInt8>) -> Bool {
        body.contains(where: isDigit) && body.contains { isAlphanumeric($0) && !isDigit($0) }
            && Set(body).count >= min(10, body.count / 2)
    }

    private static func isPrivateKey(_ bytes: [UInt8], at start: Int) -> Bool {
        let line = bytes[start...].prefix { $0 != 0x0A }.prefix(64)
        let text = String(decoding: line, as: UTF8.self)
        return text.contains("PRIVATE KEY-----") || text.contains("PRIVATE KEY BLOCK-----")
    }

    /// A JSON Web Token: two objects and a signature in Base64.
    private static func isSignedToken(_ bytes: [UInt8], at start: Int) -> Bool {
        guard starts(bytes, at: start, with: "eyJ"), start == 0 || !isWord(bytes[start - 1]) else {
            return false
        }
        let token = bytes[start...].prefix { isWord($0) || $0 == UInt8(ascii: ".") }
        let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0].count >= 16 && parts[1].starts(with: "eyJ".utf8)
            && parts[2].count >= 20 && isRandom(parts[2])
    }

    /// `scheme://user:password@host`.
    private static func passwordOfURL(_ bytes: [UInt8], at start: Int) -> Int? {
        guard starts(bytes, at: start, with: "://") else { return nil }
        let authority = bytes[(start + 3)...].prefix {
            isWord($0) || ".~!$&'()*+,;=:%{}<>@".utf8.contains($0)
        }
        guard let end = authority.lastIndex(of: UInt8(ascii: "@")),
            let colon = authority[..<end].firstIndex(of: UInt8(ascii: ":")),
            isChosen(authority[(colon + 1)..<end])
        else { return nil }
        return colon + 1
    }

    /// `password=…` inside a text.
    private static func assignedPassword(_ bytes: [UInt8], at start: Int) -> Int? {
        guard start == 0 || !isAlphanumeric(bytes[start - 1]) else { return nil }
        for name in ["password=", "passwd=", "pwd="] {
            guard starts(bytes, at: start, with: name, ignoringCase: true) else { continue }
            let value = bytes[(start + name.utf8.count)...].prefix {
                $0 > 0x20 && !"&;,\"'".utf8.contains($0)
            }
            if isChosen(value) { return value.startIndex }
        }
        return nil
    }

    /// Whether a password is one, rather than an expression, a variable or a sign that it was left out.
    private static func isChosen(_ value: ArraySlice<UInt8>) -> Bool {
        guard value.count >= 6, value.count <= 200, Set(value).count >= 4 else { return false }
        let isFilledIn = !value.contains { "${}<>*%[]() ".utf8.contains($0) || $0 >= 0x80 }
        let word = String(decoding: value, as: UTF8.self).lowercased()
        let placeholders = ["password", "secret", "example", "changeme", "redacted", "placeholder"]
        return isFilledIn && !placeholders.contains(word)
    }

    // MARK: Bytes

    private static func starts(
        _ bytes: [UInt8], at start: Int, with mark: String, ignoringCase: Bool = false
    ) -> Bool {
        guard bytes.count - start >= mark.utf8.count else { return false }
        return zip(bytes[start...], mark.utf8).allSatisfy { byte, wanted in
            byte == wanted || (ignoringCase && byte | 0x20 == wanted)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= (byte | 0x20)
    }
}
