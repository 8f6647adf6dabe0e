import TestSupport
import Testing
import Values

/// A file that somebody could commit, and what they must be told.
struct BadFile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The path in the repository.
    let path: String
    let bytes: [UInt8]
    /// The place and beginning of the failure: `path:line:column: message`.
    let says: String
    /// What it says to do.
    let advice: String

    init(_ name: String, _ path: String, _ text: String, says: String, advice: String) {
        self.init(name, path, bytes: Array(text.utf8), says: says, advice: advice)
    }

    init(_ name: String, _ path: String, bytes: [UInt8], says: String, advice: String) {
        testDescription = name
        self.path = path
        self.bytes = bytes
        self.says = says
        self.advice = advice
    }

    private static func workflow(_ spec: String) -> String {
        "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata: {name: bad}\nspec:\n\(spec)\n"
    }

    private static let aliasBomb = "abcdefghi".indices.reduce(
        into: "a: &a [x, x, x, x, x, x, x, x, x]\n"
    ) { text, index in
        let names = "abcdefghij"
        let name = names[names.index(after: index)]
        let uses = Array(repeating: "*\(names[index])", count: 9).joined(separator: ", ")
        text += "\(name): &\(name) [\(uses)]\n"
    }

    /// The files whose mistake is in their text.
    static let all: [BadFile] = texts + meanings

    private static let texts = [
        BadFile(
            "100 MB", "big.yaml", bytes: [UInt8](repeating: UInt8(ascii: "#"), count: 100 << 20),
            says: "big.yaml: the file has 104857600 bytes", advice: "Split it"),
        BadFile(
            "10,000 levels", "deep.yaml",
            "a: " + String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000),
            says: "deep.yaml:1:67: lists and mappings are nested deeper than 64 levels",
            advice: "flatten"),
        BadFile(
            "alias bomb", "bomb.yaml", aliasBomb, says: "bomb.yaml:7:8: the file holds more than",
            advice: "use fewer aliases"),
        BadFile(
            "duplicate key", "twice.yaml",
            workflow("  description: one\n  description: two\n  tasks: [{id: a, type: transform}]"),
            says: "twice.yaml:6:3: the key 'description' is here twice", advice: "remove one"),
        BadFile(
            "bytes that are no text", "bytes.yaml", bytes: Array("kind: ".utf8) + [0xFF, 0xFE],
            says: "bytes.yaml:1:7: a byte here is not UTF-8", advice: "save the file as UTF-8"),
        BadFile(
            "tab", "tab.yaml", workflow("\ttasks: []"), says: "tab.yaml:5:1: a tab",
            advice: "replace the tab"),
    ]

    private static let meanings = [
        BadFile(
            "unknown field", "field.yaml",
            workflow("  tasks:\n    - {id: a, type: transform, timout: 3s}"),
            says: "field.yaml:6:32: unknown field \"timout\"", advice: "did you mean \"timeout\"?"),
        BadFile(
            "unknown task type", "type.yaml",
            workflow("  tasks:\n    - {id: a, type: comand, inputs: {command: \"true\"}}"),
            says: "type.yaml:6:21: there is no task type \"comand\"",
            advice: "did you mean \"command\"?"),
        BadFile(
            "cycle", "cycle.yaml",
            workflow(
                """
                  tasks:
                    - {id: a, type: transform, dependsOn: [c]}
                    - {id: b, type: transform, dependsOn: [a]}
                    - {id: c, type: transform, dependsOn: [b]}
                """),
            says: "cycle.yaml:6:44: tasks depend on each other in a circle: a → c → b → a",
            advice: "remove one of these dependencies"),
        BadFile(
            "missing dependency", "dependency.yaml",
            workflow(
                """
                  tasks:
                    - {id: first, type: transform}
                    - {id: b, type: transform, dependsOn: [frist]}
                """),
            says: "dependency.yaml:7:44: task \"b\" depends on \"frist\"",
            advice: "did you mean \"first\"?"),
        BadFile(
            "wrong type", "wrong.yaml",
            workflow(
                "  config: {maxParallel: many}\n  tasks: [{id: a, type: transform}]"),
            says: "wrong.yaml:5:25: must be an integer", advice: "not the string \"many\""),
        BadFile(
            "expression", "expression.yaml",
            workflow("  tasks:\n    - {id: a, type: transform, inputs: {value: \"${{ 1 + }}\"}}"),
            says: "expression.yaml:6:57: expected a value", advice: "found the end"),
        BadFile(
            "a kind that git does not give", "run.yaml",
            """
            apiVersion: orchestrator.llm/v1
            kind: WorkflowRun
            metadata: {name: bad}
            spec: {workflowRef: {kind: Workflow, name: good}}
            """, says: "run.yaml:1:1: ", advice: "a repository gives Workflow and Template"),
        BadFile(
            "a namespace that is another's", "foreign.yaml",
            """
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            metadata: {name: bad, namespace: elsewhere}
            spec: {tasks: [{id: a, type: transform}]}
            """, says: "foreign.yaml:1:1: metadata.namespace is elsewhere",
            advice: "Remove the line"),
        BadFile(
            "a name that is taken", "again.yaml", Manifest.single("good", 2),
            says: "again.yaml: Workflow/good is also in good.yaml", advice: "rename one"),
    ]
}
