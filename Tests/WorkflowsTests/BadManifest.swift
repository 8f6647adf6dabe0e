import TestSupport
import Testing
import Values
import Workflows

/// A manifest of `Fixtures/Bad` with mistakes, and the place and code of each.
///
/// What is expected stands in the file itself, in its last lines: `# expect: 12:7 E0123`. A `~` is taken
/// out before a file is read, so that nobody takes what stands in place of a secret for one.
struct BadManifest: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    /// The places and codes, as `12:7 E0123`, in the order of the file.
    let expected: [String]

    var testDescription: String { name }

    init(_ path: String) throws {
        name = String(path.split(separator: "/").last ?? "")
        text = try Checkout.text(path).replacing("~", with: "")
        let mark = "# expect: "
        expected = text.split(separator: "\n").filter { $0.hasPrefix(mark) }.map {
            String($0.dropFirst(mark.count))
        }
    }

    /// All of them, by name.
    static let all = manifests(in: "Bad")

    /// Those of a folder of the fixtures, by name.
    static func manifests(in folder: String) -> [BadManifest] {
        let folder = "Tests/WorkflowsTests/Fixtures/\(folder)"
        let paths = (try? Checkout.files(below: folder, suffix: ".yaml")) ?? []
        return paths.compactMap { try? BadManifest($0) }
    }

    /// The places and codes of what is wrong.
    var found: [String] {
        ManifestFile(text, path: name).diagnostics.all.map { diagnostic in
            "\(diagnostic.position.map(\.description) ?? "-") \(diagnostic.code.rawValue)"
        }
    }
}

@Suite struct BadManifestTests {
    @Test(arguments: BadManifest.all)
    func `each mistake is told with its place and code, and nothing more`(manifest: BadManifest) {
        #expect(!manifest.expected.isEmpty)
        #expect(manifest.found == manifest.expected)
    }

    @Test func `there are many mistakes, and every code is earned by one`() {
        #expect(BadManifest.all.count >= 200)
        let shown = Set(
            BadManifest.all.flatMap(\.expected).compactMap { $0.split(separator: " ").last })
        // No kind has a schema that joins others; the tasks that a task gives are known at run time;
        // a template that is refused is one of another file.
        let elsewhere: Set = ["E0109", "E0302", "E0311", "E0609"]
        let missing = DiagnosticCode.allCases.map(\.rawValue).filter {
            !shown.contains($0[...]) && !elsewhere.contains($0)
        }
        #expect(missing.isEmpty)
    }

    @Test func `no secret is repeated by what tells of it`() {
        let secrets = BadManifest.all.filter { $0.name.hasPrefix("secrets-") }
        #expect(secrets.count >= 10)
        for manifest in secrets {
            let file = ManifestFile(manifest.text, path: "f.yaml")
            let rendered = file.rendered()
            for part in ["Zk4vQ8wLr2", "h7Jq2", "7QK3M2X9", "b3BlbnNzaC1"] {
                #expect(!rendered.contains(part), "\(manifest.name)")
                #expect(!file.languageServerReport(uri: "f:").text.contains(part))
            }
        }
    }

    @Test(
        arguments: [
            "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sk-${{ workflow.inputs.key }}",
            "password=${{ workflow.inputs.password }}", "https://user:$PASSWORD@example.com/",
            "task-management-for-the-long-running-evaluation-2", "password=********",
            "AKIAIOSFODNN7", "the password is asked for", "https://example.com:8080/a@b",
            "-----BEGIN CERTIFICATE-----", "eyJhbGciOiJIUzI1NiJ9", "ghp_short", "pwd=/tmp",
        ])
    func `what is no secret is not taken for one`(text: String) {
        let yaml =
            "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata: {name: a}\nspec:\n"
            + "  tasks:\n    - {id: a, type: http, inputs: {url: \"http://x\", body: \"\(text)\"}}\n"
        let codes = ManifestFile(yaml, path: "f").diagnostics.all.map(\.code)
        #expect(!codes.contains(.plainTextSecret))
    }
}
