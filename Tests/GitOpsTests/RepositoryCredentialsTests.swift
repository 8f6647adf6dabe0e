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
}
