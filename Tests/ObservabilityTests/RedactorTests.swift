import Observability
import Testing

@Suite struct RedactorTests {
    @Test func `a secret it was told of never leaves`() {
        let redactor = Redactor()
        redactor.add("hunter2-canary")
        #expect(
            redactor.redact("login with hunter2-canary failed") == "login with [redacted] failed")
    }

    @Test func `a secret inside a longer one leaves nothing behind`() {
        let redactor = Redactor()
        redactor.add("abcdefgh")
        redactor.add("abcdefghijkl")
        #expect(redactor.redact("x abcdefghijkl y") == "x [redacted] y")
    }

    @Test(arguments: ["", "http", "2026", "Running", "       ", "[redacted", "redacted"])
    func `words, and parts of the mask, are no secrets`(word: String) {
        let redactor = Redactor()
        redactor.add(word)
        let text = "Running since 2026 over http: [redacted]        "
        #expect(redactor.redact(text) == text)
    }

    @Test func `white space around a secret is no part of it`() {
        let redactor = Redactor()
        redactor.add(" hunter2-canary\r\n")
        #expect(redactor.redact("a hunter2-canary!") == "a [redacted]!")
    }

    @Test func `a secret in front of a combining mark is found`() {
        let redactor = Redactor()
        redactor.add("hunter2-canary")
        #expect(redactor.redact("hunter2-canary\u{301}") == "[redacted]\u{301}")
    }

    @Test func `a namespace's secret reaches its own texts and log lines alone`() {
        let redactor = Redactor()
        redactor.add("Completed", in: "mallory")
        redactor.add("token-of-this-process")
        let text = "Completed with token-of-this-process"
        #expect(redactor.redact(text, in: "alice") == "Completed with [redacted]")
        #expect(redactor.redact(text, in: "mallory") == "[redacted] with [redacted]")
        #expect(redactor.redact(text) == "[redacted] with [redacted]")
    }

    @Test func `of more secrets than are kept the one told of longest ago is forgotten`() {
        let redactor = Redactor()
        redactor.add("the-first-secret", in: "a")
        redactor.add("the-second-secret", in: "a")
        redactor.add("the-second-secret", in: "b")
        for number in 2..<Redactor.maximumSecrets {
            redactor.add("secret-number-\(number)-", in: "a")
            redactor.add("the-first-secret", in: "a")
        }
        #expect(redactor.redact("the-second-secret", in: "a") == "[redacted]")
        redactor.add("one-too-many", in: "a")
        #expect(redactor.redact("the-first-secret", in: "a") == "[redacted]")
        #expect(redactor.redact("the-second-secret", in: "a") == "the-second-secret")
        #expect(redactor.redact("the-second-secret") == "[redacted]")
    }

    @Test(arguments: [
        ("https://user:pw@host/x.git failed", "https://[redacted]@host/x.git failed"),
        ("https://host/path@v1", "https://host/path@v1"),
        ("Authorization: Bearer abc.def, next", "Authorization: Bearer [redacted], next"),
        ("no credentials here", "no credentials here"),
        ("a clearer picture of it", "a clearer picture of it"),
        ("the bearer of this letter.", "the bearer of this letter."),
        ("https://user:p,w;x'y@host", "https://[redacted]@host"),
        ("mysql://u:pa\\ss@host", "mysql://[redacted]@host"),
        ("mysql://u:pa\\ness@host", "mysql://[redacted]@host"),
        ("mysql://u:p\\\\@host", "mysql://[redacted]@host"),
        (#""https://host\n" and me@home"#, #""https://host\n" and me@home"#),
        (
            #"{\"a\":\"https://host\",\"b\":\"me@home\"}"#,
            #"{\"a\":\"https://host\",\"b\":\"me@home\"}"#
        ),
        (#"https://host\nhttps://u:p@host"#, #"https://host\nhttps://[redacted]@host"#),
        ("https:/\u{301}/a:b@c ://u:p@h", "https:/\u{301}/a:b@c ://[redacted]@h"),
        ("https://u:p\u{301}@h\u{301}/", "https://[redacted]@h\u{301}/"),
        ("https://u:p@h\r\nhttps://v:q@i", "https://[redacted]@h\r\nhttps://[redacted]@i"),
        ("Bearer  a.b\r\nBEARER x-1", "Bearer  [redacted]\r\nBEARER [redacted]"),
        ("Bearer \u{301}a1 Bearer", "Bearer [redacted] Bearer"),
        ("\"Bearer a1\" (bearer b2)", "\"Bearer [redacted]\" (bearer [redacted]"),
        ("://@://@", "://@://@"), ("Bearer ", "Bearer "), ("://", "://"),
        ("bearer of bad news! bearer...", "bearer of bad news! bearer..."),
    ])
    func `credentials are known by their form`(text: String, expected: String) {
        #expect(Redactor().redact(text) == expected)
    }

    @Test(arguments: [
        "://", "earer ", "Bearer ", "Bearer a", "bearer  ", "://@", "://a:b@", ":", "://x",
        "://\\", "\\",
    ])
    func `a hostile text takes about as long as a harmless one`(part: String) {
        let size = 256 << 10
        func time(_ text: String) -> Duration {
            let redactor = Redactor()
            redactor.add("hunter2-canary")
            return ContinuousClock().measure { _ = redactor.redact(text) }
        }
        let harmless = time(String(repeating: "a", count: size))
        let hostile = time(String(repeating: part, count: size / part.utf8.count))
        // The marks of a text that is gone through again for each would take thousands of times.
        #expect(hostile < harmless * 100, "\(hostile), not \(harmless)")
    }
}
