import Resources
import Schemas
import TestSupport
import Testing
import Values
import Workflows
import YAML

@Suite struct LanguageDocumentTests {
    @Test func `every example compiles, without a warning`() throws {
        let examples = try LanguageDocumentTests.examples()
        #expect(examples.count >= 11)
        for example in examples {
            let file = ManifestFile(example, path: "docs/language.md")
            // Nothing of this build runs the models that the page tells of.
            let told = file.diagnostics.all.filter { $0.code != .unimplementedType }
            #expect(told.isEmpty, "\(file.rendered())\n\(example)")
        }
    }

    @Test func `every field that a manifest may hold is told`() throws {
        let text = try Checkout.text("docs/language.md")
        let run = ResourceDefinition.workflowRun.schema.properties["spec"]
        let repository = ResourceDefinition.workflowRepository.schema.properties["spec"]
        let types = [TaskType.command, .http, .transform, .stream, .approval, .wait].map(\.inputs)
        var pending = [WorkflowSpecSchema.schema] + types + [run, repository].compactMap { $0 }
        while let schema = pending.popLast() {
            for (name, child) in schema.properties {
                #expect(text.contains("`\(name)`"), "\(name) is not told")
                pending.append(child)
            }
            if let items = schema.items { pending.append(items) }
        }
    }

    @Test func `every field that a manifest may hold is in an example`() throws {
        var shown: Set<String> = []
        for example in try LanguageDocumentTests.examples() {
            var pending = try YAMLStream.parse(Array(example.utf8)).map(\.json)
            while let value = pending.popLast() {
                switch value {
                case .object(let members):
                    shown.formUnion(members.keys)
                    pending += members.values
                case .array(let elements): pending += elements
                default: break
                }
            }
        }
        let run = ResourceDefinition.workflowRun.schema.properties["spec"]
        let repository = ResourceDefinition.workflowRepository.schema.properties["spec"]
        let types = [TaskType.command, .http, .transform, .approval, .wait].map(\.inputs)
        var pending = [WorkflowSpecSchema.schema] + types + [run, repository].compactMap { $0 }
        while let schema = pending.popLast() {
            for (name, child) in schema.properties {
                #expect(shown.contains(name), "\(name) is in no example")
                pending.append(child)
            }
            if let items = schema.items { pending.append(items) }
        }
    }

    /// The blocks of YAML; what is no whole manifest is the spec of a workflow.
    static func examples() throws -> [String] {
        let text = try Checkout.text("docs/language.md")
        var blocks: [String] = []
        var current: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "```yaml" {
                current = []
            } else if line == "```", let lines = current {
                blocks.append(manifest(lines))
                current = nil
            } else {
                current?.append(line)
            }
        }
        return blocks
    }

    private static func manifest(_ lines: [Substring]) -> String {
        if lines.first?.hasPrefix("apiVersion") == true { return lines.joined(separator: "\n") }
        let head = "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata: {name: a}\nspec:\n"
        return head + lines.map { "  \($0)" }.joined(separator: "\n")
    }
}
