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
        redactor.add("abcd")
        redactor.add("abcdefgh")
        #expect(redactor.redact("x abcdefgh y") == "x [redacted] y")
    }

    @Test(arguments: [
        ("https://user:pw@host/x.git failed", "https://[redacted]@host/x.git failed"),
        ("https://host/path@v1", "https://host/path@v1"),
        ("Authorization: Bearer abc.def, next", "Authorization: Bearer [redacted], next"),
        ("no credentials here", "no credentials here"),
    ])
    func `credentials are known by their form`(text: String, expected: String) {
        #expect(Redactor().redact(text) == expected)
    }
}
