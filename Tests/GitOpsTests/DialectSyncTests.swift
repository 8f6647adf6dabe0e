import Git
import HTTP
import TestSupport
import Testing
import Values

@testable import GitOps

/// A repository may hold workflows in any dialect, and templates in files of their own.
@Suite struct DialectSyncTests {
    private static let steps =
        "name: flow\nsteps:\n  - {id: a, type: transform, value: \"{{ who }}\"}\n"
    private static let template = """
        apiVersion: orchestrator.llm/v1
        kind: Template
        metadata: {name: greet}
        spec:
          inputs: [{name: who, required: true}]
          tasks: [{id: say, type: transform, inputs: {text: "${{ workflow.inputs.who }}"}}]

        """
    private static let user = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata: {name: user}
        spec:
          tasks: [{id: hi, templateRef: {name: greet}, inputs: {who: x}}]

        """

    @Test func `what is applied of a dialect is its canonical object`() async throws {
        let snapshot = try await snapshot(["flow.yaml": Self.steps], strict: false)
        #expect(snapshot.failures.isEmpty)
        let spec = try #require(snapshot.resources.first?.json["spec"])
        #expect(spec["tasks"]?[0]?["inputs"]?["value"] == "${{ workflow.inputs.who }}")
        #expect(spec["inputs"] == [["name": "who", "required": true]])
    }

    @Test func `a strict repository takes a warning for an error`() async throws {
        let snapshot = try await snapshot(["flow.yaml": Self.steps], strict: true)
        #expect(snapshot.resources.isEmpty)
        #expect(snapshot.failures.map(\.code) == ["W0601"])
        #expect(snapshot.failures.first?.position == SourcePosition(line: 3, column: 41))
    }

    @Test func `a template is found in another file, and a change of it changes who uses it`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let remote = try await GitRemote(directory.file("remote"))
        let http = HTTPClient()
        let source = GitSource(directory: directory.file("clones"), http: http)
        let spec = try RepositorySpec(["url": .string("file://\(directory.file("remote"))")])
        func text() async throws -> JSON? {
            let snapshot = try await source.snapshot(
                of: spec, uid: "1", namespace: "default", credentials: .none)
            #expect(snapshot.failures.isEmpty)
            let user = snapshot.resources.first { $0.name == "user" }
            return user?.json["spec"]?["tasks"]?[0]?["tasks"]?[0]?["inputs"]?["text"]
        }
        _ = try await remote.commit(["a/user.yaml": Self.user, "b/greet.yaml": Self.template])
        #expect(try await text() == "${{ \"x\" }}")
        let changed = Self.template.replacing("text: \"", with: "text: \"hello ")
        _ = try await remote.commit(["b/greet.yaml": changed])
        #expect(try await text() == "hello ${{ \"x\" }}")
        await http.shutdown()
    }

    private func snapshot(_ files: [String: String], strict: Bool) async throws -> SourceSnapshot {
        let directory = try TemporaryDirectory()
        let remote = try await GitRemote(directory.file("remote"))
        _ = try await remote.commit(files)
        let http = HTTPClient()
        let source = GitSource(directory: directory.file("clones"), http: http)
        let spec = try RepositorySpec([
            "url": .string("file://\(directory.file("remote"))"), "strict": .bool(strict),
        ])
        let snapshot = try await source.snapshot(
            of: spec, uid: "1", namespace: "default", credentials: .none)
        await http.shutdown()
        return snapshot
    }
}
