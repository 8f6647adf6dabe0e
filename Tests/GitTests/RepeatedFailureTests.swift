import HTTP
import TestSupport
import Testing

@testable import Git

@Suite struct RepeatedFailureTests {
    @Test func `a failure that is met again is the same message`() throws {
        let url = try GitURL("https://git.example.com/a")
        let control = FetchControl(url: url, deadline: .seconds(9), maximumBytes: 1)
        let messages = [2, 135].map { time in
            SmartHTTP.failure(
                HTTPError(
                    code: .cannotConnect,
                    message: "Failed to connect to git.example.com after \(time) ms"),
                of: url, control: control
            ).message
        }
        #expect(messages[0] == messages[1])
        #expect(messages[0].contains("takes no connection"))
    }

    @Test func `a clone that has grown too large is made anew`() async throws {
        let remote = try await GitFixture()
        try await remote.commit(["a.yaml": "a"])
        let clone = try await remote.clone()
        try await clone.fetch(url: remote.url)
        // It has holes, and takes no place.
        let made = try await Program("truncate").run(
            "-s", "\(GitLimits.cloneBytes)", "\(clone.directory)/objects/pack/pack-old.pack")
        #expect(made.code == 0)
        try await clone.fetch(url: remote.url)
        #expect(await clone.statistics.reclones == 1)
        #expect(await clone.statistics.fetches == 2)
    }
}
