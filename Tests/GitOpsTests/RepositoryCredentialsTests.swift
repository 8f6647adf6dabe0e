import Git
import Testing

@testable import GitOps

@Suite struct RepositoryCredentialsTests {
    private func text(_ value: String) throws -> String {
        try RepositoryCredentials.text(Array(value.utf8), key: "bearerToken", secret: "git")
    }

    @Test(arguments: ["token", "token\n", "token\r\n\n"])
    func `a line break at the end of a token is no part of it`(value: String) throws {
        #expect(try text(value) == "token")
    }

    @Test(arguments: ["", "\n", "to\nken", "to\u{0}ken"])
    func `a token that can be none is told, and not repeated`(value: String) {
        let problem = #expect(throws: RepositoryProblem.self) { try text(value) }
        #expect(problem?.reason == "InvalidSecret")
        #expect(problem?.message.contains("bearerToken of the Secret git") == true)
    }

    private func credentials(
        _ values: [String: String]
    ) throws(RepositoryProblem) -> GitCredentials {
        try RepositoryCredentials.credentials(values.mapValues { Array($0.utf8) }, secret: "git")
    }

    @Test func `a user may be empty, and a key that is not used may be anything`() throws {
        let token = try credentials(["username": "", "password": "token\n"])
        #expect(token.authorization == .basic(username: "", password: "token"))
        let bearer = try credentials(["username": "", "password": "a\nb", "bearerToken": "token"])
        #expect(bearer.authorization == .bearer("token"))
        let unnamed = try credentials(["password": "token"])
        #expect(unnamed.authorization == .basic(username: "git", password: "token"))
        let certificate = try credentials(["username": "a\nb", "ca.crt": "PEM"])
        #expect(certificate.authorization == GitCredentials.none.authorization)
    }

    @Test(arguments: [
        ["username": "a\nb", "password": "token"], ["password": ""], ["username": "me"],
        ["bearerToken": "", "password": "token"],
    ])
    func `what is used must be usable`(values: [String: String]) {
        let problem = #expect(throws: RepositoryProblem.self) { try credentials(values) }
        #expect(problem?.reason == "InvalidSecret")
    }
}
