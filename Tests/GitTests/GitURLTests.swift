import Testing

@testable import Git

@Suite struct GitURLTests {
    @Test(arguments: [
        ("https://GitHub.com/a/b.git", "https://github.com/a/b.git"),
        ("https://host:8443/a/", "https://host:8443/a"), ("HTTPS://h/x", "https://h/x"),
        ("http://127.0.0.1:80/x", "http://127.0.0.1:80/x"), ("http://localhost/x", nil),
        ("http://[::1]:8080/x", nil), ("file:///a%20b/c/", "file:///a b/c"),
    ])
    func `a URL that we fetch from is read`(text: String, canonical: String?) throws {
        #expect(try GitURL(text).description == canonical ?? text)
    }

    @Test(arguments: [
        ("", "empty"), ("/srv/repo", "file:///srv/repo"), ("git@github.com:a/b", "ssh"),
        ("ssh://git@github.com/a/b", "ssh"), ("git://h/x", "'git'"), ("a/b", "scheme"),
        ("http://example.com/x", "https://example.com/x"), ("http://127.0.0.1.evil.com/x", "https"),
        ("https://u:hunter2@h/x", "secret"), ("https://h/x?token=hunter2", "secret"),
        ("https://h/x#hunter2", "fragment"), ("https://h", "names no repository"),
        ("https://h:0/x", "port"), ("https://h:x/x", "port"), ("https://-h/x", "host"),
        ("https:///x", "host"), ("--upload-pack=x", "'-'"), ("https://h/a b", "space"),
        ("https://h/a\nb", "control"), ("file://other/x", "in full"), ("file:///", "in full"),
        ("file:///a%0", "in full"), ("file:///a%00b", "in full"), ("https://h\\@e/x", "backslash"),
        ("https://h?@e/x", "user or password"),
    ])
    func `any other says what to write, and repeats no secret`(text: String, hint: String) throws {
        let error = #expect(throws: GitError.self) { try GitURL(text) }
        #expect(error?.code == .invalidURL)
        #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test(arguments: [
        GitReference.branch("-x"), .branch("a/-x"), .branch("a..b"), .branch("a b"), .branch(""),
        .branch("a~1"), .branch("a^"), .branch("a:b"), .branch("a\u{7}"), .branch("a.lock"),
        .branch("a.lock/b"), .branch(".a"), .branch("a."), .branch("a@{1}"), .branch("a//b"),
        .branch("/a"), .branch("a/"), .branch("a*"), .branch("a\\b"), .tag("x?"), .name("main"),
        .name("refs/x"), .name("HEAD"), .commit("abc"), .commit(String(repeating: "g", count: 40)),
        .branch(String(repeating: "x", count: 300)),
    ])
    func `a name that no reference can have is refused`(reference: GitReference) throws {
        let error = #expect(throws: GitError.self) { try reference.validate() }
        #expect(error?.code == .invalidReference)
    }

    @Test func `names that references have are taken`() throws {
        for name in ["main", "feature/a-b_c.d", "release/1.0", "müller", "a@b", "dependabot/x"] {
            try GitReference.branch(name).validate()
            try GitReference.tag(name).validate()
        }
        try GitReference.commit(String(repeating: "aF", count: 20)).validate()
        try GitReference.name("refs/pull/1/head").validate()
    }

    @Test func `user parts and queries are taken out of any text`() {
        let text = "cannot resolve https://u:hunter2@h/x?token=hunter2 'https://hunter2@h' now"
        #expect(Redaction.apply(text) == "cannot resolve https://h/x 'https://h' now")
    }
}
