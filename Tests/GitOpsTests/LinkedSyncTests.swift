import Git
import HTTP
import TestSupport
import Testing
import Values

@testable import GitOps

/// Files that refer to each other's templates give the same whenever they are read.
@Suite struct LinkedSyncTests {
    private static func manifest(_ kind: String, _ name: String, _ tasks: String) -> String {
        """
        apiVersion: orchestrator.llm/v1
        kind: \(kind)
        metadata: {name: \(name)}
        spec:
          tasks: [\(tasks)]

        """
    }

    /// A workflow of a template of a template, each in a file of its own.
    private static let chain = [
        "inner.yaml": manifest(
            "Template", "inner", "{id: say, type: transform, inputs: {text: hello}}"),
        "outer.yaml": manifest("Template", "outer", "{id: call, templateRef: {name: inner}}"),
        "user.yaml": manifest("Workflow", "user", "{id: hi, templateRef: {name: outer}}"),
    ]

    /// A repository with a source of its own.
    private struct Bench {
        let directory: TemporaryDirectory
        let remote: GitRemote
        let http = HTTPClient()
        var source: GitSource

        init() async throws {
            directory = try TemporaryDirectory()
            remote = try await GitRemote(directory.file("remote"))
            source = GitSource(directory: directory.file("clones"), http: http)
        }

        /// Forgets what was read, as a restart does.
        mutating func restart() {
            source = GitSource(directory: directory.file("clones"), http: http)
        }

        func snapshot(
            _ spec: JSONObject = [:], given: [InventoryID: String] = [:]
        ) async throws -> SourceSnapshot {
            var spec = spec
            spec["url"] = .string("file://\(directory.file("remote"))")
            return try await source.snapshot(
                of: RepositorySpec(.object(spec)), uid: "1", namespace: "default",
                credentials: .none, given: given)
        }
    }

    private static func with(_ body: (inout Bench) async throws -> Void) async throws {
        var bench = try await Bench()
        try await body(&bench)
        await bench.http.shutdown()
    }

    @Test(arguments: [false, true])
    func `what a commit gives changes neither at the next look nor at a restart`(
        isStrict: Bool
    ) async throws {
        try await Self.with { bench in
            _ = try await bench.remote.commit(Self.chain)
            let spec: JSONObject = ["strict": .bool(isStrict)]
            let first = try await bench.snapshot(spec)
            #expect(first.failures.isEmpty)
            let user = first.resources.first { $0.name == "user" }?.json["spec"]
            #expect(
                user?["tasks"]?[0]?["tasks"]?[0]?["tasks"]?[0]?["inputs"] == ["text": "hello"])
            #expect(try await bench.snapshot(spec).resources == first.resources)
            // A change elsewhere has everything linked again.
            _ = try await bench.remote.commit([
                "more.yaml": Self.manifest(
                    "Workflow", "more", "{id: a, type: transform, inputs: {text: b}}")
            ])
            let second = try await bench.snapshot(spec)
            #expect(second.resources.filter { $0.name != "more" } == first.resources)
            bench.restart()
            #expect(try await bench.snapshot(spec).resources == second.resources)
        }
    }

    @Test func `a mistake in a template is one of all that refer to it`() async throws {
        try await Self.with { bench in
            var files = Self.chain
            files["inner.yaml"] = files["inner.yaml"]?.replacing("transform", with: "transfrom")
            _ = try await bench.remote.commit(files)
            let snapshot = try await bench.snapshot()
            #expect(snapshot.resources.isEmpty)
            let refusals = snapshot.failures.filter { $0.code == "E0609" }
            #expect(Set(refusals.map(\.path)) == ["outer.yaml", "user.yaml"])
            #expect(
                refusals.allSatisfy {
                    $0.message.contains("inner.yaml:1:1") || $0.path == "user.yaml"
                })
            #expect(
                snapshot.refused.ids.map(\.description).sorted()
                    == ["Template/inner", "Template/outer", "Workflow/user"])
            #expect(snapshot.refused.illegible.isEmpty)
            // Once it is corrected, all are back.
            _ = try await bench.remote.commit(Self.chain)
            #expect(try await bench.snapshot().resources.count == 3)
        }
    }

    @Test func `a mistake that shows only once it is linked is one of all that refer to it`()
        async throws
    {
        try await Self.with { bench in
            var files = Self.chain
            files["outer.yaml"] = files["outer.yaml"]?.replacing(
                "{name: inner}", with: "{name: inner, version: \"7\"}")
            _ = try await bench.remote.commit(files)
            let snapshot = try await bench.snapshot()
            #expect(snapshot.resources.map(\.name) == ["inner"])
            #expect(Set(snapshot.failures.map(\.path)) == ["outer.yaml", "user.yaml"])
        }
    }

    @Test func `a template that may be in a file nobody can read is missed as a mistake`()
        async throws
    {
        try await Self.with { bench in
            var files = Self.chain
            files["inner.yaml"] = "kind: [Template\n"
            _ = try await bench.remote.commit(files)
            let snapshot = try await bench.snapshot()
            #expect(snapshot.resources.isEmpty)
            #expect(snapshot.refused.illegible == ["inner.yaml"])
            for path in ["outer.yaml", "user.yaml"] {
                let failure = snapshot.failures.first { $0.path == path }
                #expect(failure?.code == "E0609")
                #expect(failure?.message.contains("inner.yaml") == true)
            }
        }
    }

    @Test func `of two templates that is linked which stands`() async throws {
        try await Self.with { bench in
            var files = Self.chain
            files["added.yaml"] = files["inner.yaml"]?.replacing("hello", with: "added")
            _ = try await bench.remote.commit(files)
            func text(_ given: [InventoryID: String]) async throws -> JSON? {
                let user = try await bench.snapshot(given: given).resources.first {
                    $0.name == "user"
                }
                return user?.json["spec"]?["tasks"]?[0]?["tasks"]?[0]?["tasks"]?[0]?["inputs"]?[
                    "text"]
            }
            #expect(try await text([:]) == "added")
            let inner = InventoryID(kind: "Template", name: "inner")
            #expect(try await text([inner: "inner.yaml"]) == "hello")
        }
    }

    @Test func `templates in a circle through files are a mistake of each`() async throws {
        try await Self.with { bench in
            var files = Self.chain
            files["inner.yaml"] = Self.manifest(
                "Template", "inner", "{id: back, templateRef: {name: outer}}")
            _ = try await bench.remote.commit(files)
            let snapshot = try await bench.snapshot()
            #expect(snapshot.resources.isEmpty)
            #expect(snapshot.failures.contains { $0.code == "E0607" && $0.path == "inner.yaml" })
            #expect(Set(snapshot.failures.map(\.path)) == Set(files.keys))
        }
    }

    // MARK: What is listed

    @Test(arguments: [".llm/flows", ".llm/flows/", "./.llm/./flows", ".llm/flows/a.yaml"])
    func `a hidden directory is read where it is asked for`(path: String) async throws {
        try await Self.with { bench in
            _ = try await bench.remote.commit([
                ".llm/flows/a.yaml": Self.manifest(
                    "Workflow", "a", "{id: a, type: transform, inputs: {text: b}}"),
                ".llm/flows/.hidden/b.yaml": "none: of it\n",
            ])
            let snapshot = try await bench.snapshot(["path": .string(path)])
            #expect(snapshot.resources.map(\.name) == ["a"])
            #expect(snapshot.failures.isEmpty)
        }
    }

    @Test func `a file that is asked for and is no manifest is refused`() async throws {
        try await Self.with { bench in
            _ = try await bench.remote.commit(["README.md": "# Hello\n\nThis is text.\n"])
            let snapshot = try await bench.snapshot(["path": "README.md"])
            #expect(snapshot.failures.map(\.path) == ["README.md"])
            #expect(snapshot.refused.illegible == ["README.md"])
        }
    }

    @Test func `links that may hide a directory are told, those to files are not`() async throws {
        try await Self.with { bench in
            _ = try await bench.remote.commit([
                "docs/guide.md": "text\n", "docs/new/a.md": "text\n",
            ])
            for (target, name) in [
                ("docs/new", "v1.2"), ("docs/guide.md", "README.md"), ("guide.md", "docs/also.md"),
                ("/etc", "elsewhere.d"), ("docs", ".hidden"),
            ] {
                let made = try await Program("ln").run("-s", target, "\(bench.remote.path)/\(name)")
                #expect(made.code == 0)
            }
            _ = try await bench.remote.commit()
            let snapshot = try await bench.snapshot()
            #expect(snapshot.failures.map(\.path) == ["elsewhere.d", "v1.2"])
            #expect(snapshot.refused.illegible == ["elsewhere.d", "v1.2"])
        }
    }

    @Test func `two files whose names are one text are both refused`() async throws {
        try await Self.with { bench in
            let text = Self.manifest(
                "Workflow", "a", "{id: a, type: transform, inputs: {text: b}}")
            try bench.remote.write(Array(text.utf8), to: "caf\u{e9}.yaml")
            try bench.remote.write(Array(text.utf8), to: "cafe\u{301}.yaml")
            _ = try await bench.remote.commit()
            let snapshot = try await bench.snapshot()
            #expect(snapshot.resources.isEmpty)
            #expect(snapshot.failures.map(\.code) == ["AmbiguousPath"])
        }
    }
}
