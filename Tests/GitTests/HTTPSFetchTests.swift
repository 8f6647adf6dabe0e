import HTTP
import POSIX
import Synchronization
import Testing
import Values

@testable import Git

@Suite struct HTTPSFetchTests {
    private func withServer(
        guardedBy check: @escaping GitServer.Guard = { _ in nil },
        _ body: (GitFixture, GitServer) async throws -> Void
    ) async throws {
        let remote = try await GitFixture()
        let server = try GitServer(
            remote, certificate: try await TestCertificate(), guardedBy: check)
        do { try await body(remote, server) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func failure(
        _ clone: GitRepository, _ url: String, _ credentials: GitCredentials,
        _ reference: GitReference = .defaultBranch, deadline: Duration = .seconds(30),
        maximumBytes: Int = GitLimits.fetchBytes
    ) async -> GitError? {
        await #expect(throws: GitError.self) {
            try await clone.fetch(
                url: url, reference: reference, credentials: credentials, deadline: deadline,
                maximumBytes: maximumBytes)
        }
    }

    @Test func `branches, tags and commits are fetched over TLS, and only what is new`()
        async throws
    {
        try await withServer { remote, server in
            let clone = try await server.clone(remote)
            let empty = await failure(clone, server.url, server.credentials)
            #expect(empty?.code == .emptyRepository)
            let first = try await remote.commit(["a.yaml": "a: 1\n"])
            try await remote.git("tag", "--annotate", "--message", "a tag", "v1")
            let fetch = { (reference: GitReference) in
                try await clone.fetch(
                    url: server.url, reference: reference, credentials: server.credentials)
            }
            let commit = try await fetch(.defaultBranch)
            #expect(commit.id == first && commit.reference == "refs/heads/main")
            let files = try await clone.files(ofCommit: first).files
            #expect(files.map(\.path) == ["a.yaml"])
            #expect(try await fetch(.tag("v1")).id == first)
            let posts = server.requests.count { $0.hasPrefix("POST") }
            let unchanged = await clone.statistics.unchangedFetches
            #expect(try await fetch(.branch("main")).id == first)
            #expect(server.requests.count { $0.hasPrefix("POST") } == posts)
            #expect(await clone.statistics.unchangedFetches == unchanged + 1)

            let second = try await remote.commit(["a.yaml": "a: 2\n"])
            let third = try await remote.commit(["b.yaml": "b: 1\n"])
            #expect(try await fetch(.commit(second.hexadecimal)).id == second)
            #expect(try await fetch(.branch("main")).id == third)
            let changes = try await clone.changes(from: first, to: third)
            #expect(changes.map(\.path) == ["a.yaml", "b.yaml"])
            let absent = String(repeating: "ab", count: 20)
            let unknown = await failure(clone, server.url, server.credentials, .commit(absent))
            #expect(unknown?.code == .unknownReference)
            try await remote.git("commit", "--quiet", "--amend", "--message", "rewritten")
            let rewritten = try await remote.head()
            #expect(try await fetch(.branch("main")).id == rewritten)
            let branch = await failure(clone, server.url, server.credentials, .branch("mian"))
            #expect(branch?.message.contains("did you mean 'main'?") == true)
            #expect(await clone.statistics.reclones == 0)
        }
    }

    @Test func `a history of thousands is negotiated in steps`() async throws {
        try await withServer { remote, server in
            var script = ""
            for index in 0..<600 {
                script +=
                    "commit refs/heads/main\ncommitter A <a@b> \(1_700_000_000 + index) +0000\n"
                script += "data 1\nx\nM 100644 inline f\(index % 7)\ndata \(String(index).count)\n"
                script += "\(index)\n"
            }
            try await remote.git("fast-import", "--quiet", input: Array(script.utf8))
            let clone = try await server.clone(remote)
            try await clone.fetch(url: server.url, credentials: server.credentials)
            // Another line of commits of its own forces more than one round of haves.
            try await remote.git("checkout", "--quiet", "--orphan", "other")
            let other = try await remote.commit(["g": "1"])
            let commit = try await clone.fetch(
                url: server.url, reference: .branch("other"), credentials: server.credentials)
            #expect(commit.id == other)
            #expect(server.requests.count { $0.hasPrefix("POST") } >= 3)
        }
    }

    @Test func `credentials are sent as asked, and a refusal names no secret`() async throws {
        let seen = GitServer.Log()
        try await withServer(guardedBy: { request in
            let authorization = request.headers["Authorization"] ?? ""
            seen.add(authorization)
            let good = ["Basic dXNlcjpjYW5hcnktMQ==", "Bearer canary-2"]
            return good.contains(authorization)
                ? nil : HTTPServerResponse(status: 401, text: "canary-1 canary-2")
        }) { remote, server in
            try await remote.commit(["a": "1"])
            let clone = try await server.clone(remote)
            var credentials = server.credentials
            let none = await failure(clone, server.url, credentials)
            #expect(none?.code == .authentication && none?.isTransient == false)
            #expect(none?.message.contains("secret") == true)
            credentials.authorization = .basic(username: "user", password: "canary-1x")
            let wrong = await failure(clone, server.url, credentials)
            #expect(wrong?.code == .authentication)
            #expect(wrong?.message.contains("token") == true)
            credentials.authorization = .basic(username: "user", password: "canary-1")
            try await clone.fetch(url: server.url, credentials: credentials)
            credentials.authorization = .bearer("canary-2")
            try await clone.fetch(url: server.url, credentials: credentials)
            for error in [none, wrong] { #expect(error?.message.contains("canary") == false) }
            #expect(!"\(credentials)".contains("canary"))
            var dumped = ""
            dump(credentials, to: &dumped)
            #expect(!dumped.contains("canary"))
            #expect(seen.all.contains("Bearer canary-2"))
        }
    }

    @Test func `a server that is not trusted is not talked to`() async throws {
        try await withServer { remote, server in
            try await remote.commit(["a": "1"])
            let clone = try await server.clone(remote)
            let stranger = try await TestCertificate()
            for credentials in [GitCredentials.none, GitCredentials(caPEM: stranger.authorityPEM)] {
                let error = await failure(clone, server.url, credentials)
                #expect(error?.code == .tls)
                #expect(error?.isTransient == false)
                #expect(error?.message.contains("certificate") == true)
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `redirects are followed on one server and never to another`() async throws {
        let shared = Shared(target: "")
        try await withServer(guardedBy: { request in
            guard request.path.hasPrefix("/old") else { return nil }
            return HTTPServerResponse(status: 301, headers: ["Location": shared.value])
        }) { remote, server in
            let id = try await remote.commit(["a": "1"])
            let clone = try await server.clone(remote)
            let old = server.origin + "/old.git"
            let query = "/info/refs?service=git-upload-pack"
            for place in ["/team/repo.git", server.url] {
                shared.value = place + query
                let commit = try await clone.fetch(url: old, credentials: server.credentials)
                #expect(commit.id == id)
            }
            for place in [
                "https://evil.example/team/repo.git", "http://127.0.0.1/team/repo.git",
                "//evil.example/x", "https://u:canary@evil.example/x",
            ] {
                shared.value = place + query
                let error = await failure(clone, old, server.credentials)
                #expect(error?.code == .protocolViolation, "\(place)")
                #expect(error?.message.contains("canary") == false)
            }
            shared.value = "/old.git" + query
            #expect(
                await failure(clone, old, server.credentials)?.message.contains("circle") == true)
            shared.value = "/login"
            #expect(await failure(clone, old, server.credentials)?.code == .protocolViolation)
        }
    }

    @Test func `answers that are not git's are told apart`() async throws {
        let shared = Shared(target: "404")
        try await withServer(guardedBy: { _ in
            HTTPServerResponse(status: Int(shared.value) ?? 200, text: "<html>")
        }) { remote, server in
            let clone = try await server.clone(remote)
            for (status, code, isTransient) in [
                ("404", GitError.Code.notFound, false), ("403", .authentication, false),
                ("500", .network, true), ("429", .network, true),
                ("200", .protocolViolation, false), ("418", .protocolViolation, false),
            ] {
                shared.value = status
                let error = await failure(clone, server.url, server.credentials)
                #expect(error?.code == code && error?.isTransient == isTransient, "\(status)")
            }
        }
        let remote = try await GitFixture()
        let clone = try await remote.clone()
        let refused = await failure(clone, "https://127.0.0.1:1/x", .none)
        #expect(refused?.code == .network && refused?.isTransient == true)
    }

    @Test func `a pack that is cut, or is none, breaks the fetch and not the clone`() async throws {
        let shared = Shared(target: "garbage")
        try await withServer(guardedBy: { request in
            guard request.method == .post, shared.value == "garbage" else { return nil }
            return HTTPServerResponse(
                status: 200, headers: ["Content-Type": "application/x-git-upload-pack-result"],
                body: .bytes(Array("0008NAK\nPACK\u{0}\u{0}garbage".utf8)))
        }) { remote, server in
            let id = try await remote.commit(["a": "1"])
            let clone = try await server.clone(remote)
            let error = await failure(clone, server.url, server.credentials)
            #expect(error?.isTransient == true, "\(String(describing: error))")
            shared.value = ""
            let commit = try await clone.fetch(url: server.url, credentials: server.credentials)
            #expect(commit.id == id)
        }
    }

    @Test func `the cap of bytes ends a fetch as it arrives`() async throws {
        try await withServer { remote, server in
            var random = SystemRandomNumberGenerator()
            let noise = (0..<40_000).map { _ in String(random.next(), radix: 36) }.joined()
            try await remote.commit(["noise": noise])
            let clone = try await server.clone(remote)
            let error = await failure(
                clone, server.url, server.credentials, maximumBytes: 100_000)
            #expect(error?.code == .tooLarge)
            try await clone.fetch(url: server.url, credentials: server.credentials)
            #expect(await clone.statistics.receivedBytes > 100_000)
        }
    }

    @Test func `a server that never answers costs the deadline and no more`() async throws {
        let (asked, arrival) = AsyncStream<String>.makeStream()
        let remote = try await GitFixture()
        let silent = try HTTPServer(
            configuration: HTTPServerConfiguration(shutdownGrace: .zero)
        ) { request in
            arrival.yield(request.path)
            try? await WallTimer.sleep(for: .seconds(600))
            return HTTPServerResponse(status: 200)
        }
        let origin = "http://127.0.0.1:\(silent.port)"
        let clone = try await remote.clone()
        let start = SystemClock.monotonic()
        let late = await failure(clone, origin + "/late", .none, deadline: .milliseconds(200))
        #expect(late?.code == .timedOut && late?.isTransient == true)
        #expect(SystemClock.monotonic() - start < .seconds(100))
        let task = Task { try await clone.fetch(url: origin + "/cancelled") }
        for await path in asked where path.hasPrefix("/cancelled") { break }
        task.cancel()
        let cancelled = await #expect(throws: GitError.self) { try await task.value }
        #expect(cancelled?.code == .cancelled)
        #expect(SystemClock.monotonic() - start < .seconds(200))
        await silent.shutdown()
    }
}

/// A text that a test changes while its server runs.
private final class Shared: Sendable {
    private let text: Mutex<String>
    init(target: String) { text = Mutex(target) }
    var value: String {
        get { text.withLock { $0 } }
        set { text.withLock { $0 = newValue } }
    }
}
