import GitOps
import Kubernetes
import POSIX
import TestSupport
import Testing
import Values

/// A repository that cannot be read as it is asked for.
struct BadRepository: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Makes what is needed beside the good repository, and gives the spec that asks for it.
    let spec: @Sendable (World) async throws -> JSONObject
    let reason: String
    let says: [String]

    init(
        _ name: String, reason: String, says: [String],
        spec: @escaping @Sendable (World) async throws -> JSONObject
    ) {
        testDescription = name
        self.reason = reason
        self.says = says
        self.spec = spec
    }

    static let all = [
        BadRepository(
            "not there", reason: "FetchNotFound", says: ["/missing", "correct the URL"]
        ) { world in ["url": .string("file://\(world.directory.file("missing"))")] },
        BadRepository(
            "no repository", reason: "FetchNotFound", says: ["no git repository"]
        ) { world in
            try FileSystem.createDirectory(world.directory.file("plain"))
            return ["url": .string("file://\(world.directory.file("plain"))")]
        },
        BadRepository(
            "empty", reason: "FetchEmptyRepository", says: ["has no commit yet", "push one"]
        ) { world in
            let empty = try await GitRemote(world.directory.file("empty"))
            return ["url": .string(empty.url)]
        },
        BadRepository(
            "unknown branch", reason: "FetchUnknownReference", says: ["mian", "main"]
        ) { _ in ["ref": ["branch": "mian"]] },
        BadRepository(
            "unknown tag", reason: "FetchUnknownReference", says: ["v2", "v1"]
        ) { world in
            try await world.git.run("tag", "v1")
            return ["ref": ["tag": "v2"]]
        },
        BadRepository(
            "unknown commit", reason: "FetchUnknownReference", says: ["0123456789"]
        ) { _ in ["ref": ["commit": "0123456789012345678901234567890123456789"]] },
        BadRepository(
            "unknown path", reason: "FetchPathNotFound", says: ["workflow"]
        ) { _ in ["path": "workflow"] },
        BadRepository(
            "nothing below the path", reason: "NothingFound", says: ["1 object", "they stay"]
        ) { world in
            try await world.git.commit(["empty/notes.txt": "no manifest\n"])
            return ["path": "empty"]
        },
        BadRepository(
            "endless timeout", reason: "InvalidSpec", says: ["spec.timeout", "at most 10m"]
        ) { _ in ["timeout": "8760h"] },
        BadRepository(
            "wrong interval", reason: "InvalidSpec", says: ["spec.interval", "30s"]
        ) { _ in ["interval": "soon"] },
        BadRepository(
            "missing secret", reason: "SecretNotFound", says: ["token"]
        ) { _ in ["secretRef": ["name": "token"]] },
        BadRepository(
            "too large", reason: "FetchTooLarge", says: ["bytes"]
        ) { world in
            // No look may fetch it before the bound is there.
            _ = try await world.client.patch(
                .workflowRepositories, world.key("repo"), .merge(["spec": ["suspend": true]]))
            try await world.repository("to rest") {
                $0.condition("Ready")?["reason"] == "Suspended"
            }
            try world.git.write(RandomBytes.make(200_000), to: "noise.bin")
            try await world.git.commit()
            return ["maximumBytes": 4096, "suspend": false]
        },
    ]
}

@Suite struct BadRepositoryTests {
    @Test(arguments: BadRepository.all)
    func `what cannot be read is told and the last good state stays`(
        bad: BadRepository
    ) async throws {
        try await BadFileTests.over { world in
            let before = try await world.repository("to be there") { _ in true }
            let spec = try await bad.spec(world)
            _ = try await world.client.patch(
                .workflowRepositories, world.key("repo"), .merge(["spec": .object(spec)]))
            let object = try await world.repository("to tell \(bad.reason)") {
                $0.condition("Ready")?["reason"]?.stringValue == bad.reason
            }
            let message = object.condition("Ready")?["message"]?.stringValue ?? ""
            for text in bad.says { #expect(message.contains(text), "\(message)") }
            #expect(object.condition("Ready")?["status"] == "False")
            #expect(object.status["inventory"] == before.status["inventory"])
            try await world.event(about: "repo", bad.reason) {
                $0.json["reason"]?.stringValue == bad.reason && $0.json["type"] == "Warning"
            }
            // Mended, it goes on by itself.
            let head = try await world.git.run("rev-parse", "HEAD")
            _ = try await world.client.patch(
                .workflowRepositories, world.key("repo"),
                .json([
                    [
                        "op": "replace", "path": "/spec",
                        "value": ["url": .string(world.git.url), "interval": "1s"],
                    ]
                ]))
            try await world.isSynced(head)
        }
    }
}
