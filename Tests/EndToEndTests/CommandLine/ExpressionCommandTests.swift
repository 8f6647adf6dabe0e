import TestSupport
import Testing
import Values

/// `expression` as people call it.
@Suite struct ExpressionCommandTests {
    @Test func `eval prints a value and tells a mistake with its place`() async throws {
        let command = try OrchestratorCommand()
        let source = #"a.b < 0.7 && c in ["x", "y"]"#
        let good = try await command(
            "expression", "eval", source, "--bindings", #"{"a": {"b": 0.5}, "c": "y"}"#)
        #expect(good.code == 0)
        #expect(good.output == "true\n")
        let file = try command.file("vars.yaml", "many: [1, {b: x}]\n")
        let yaml = try await command(
            "expression", "eval", "many", "--bindings-file", file, "-o", "yaml")
        #expect(yaml.output == "- 1\n- b: x\n")
        let text = try await command("expression", "eval", "-", "-o", "text", input: "'a' + 'b'")
        #expect(text.output == "ab\n")

        let wrong = try await command("expression", "eval", "a = 1")
        wrong.expectFailure(3, says: "unexpected '='; write '==' to compare", "\n  a = 1\n    ^")
        let missing = try await command("expression", "eval", "a.c", "-b", #"{"a": {}}"#)
        missing.expectFailure(1, says: "no such key: c")
        let bindings = try await command("expression", "eval", "a", "-b", "[1]")
        bindings.expectFailure(2, says: "--bindings must be an object")
        let action = try await command("expression", "evl", "a")
        action.expectFailure(2, says: "did you mean eval?")
    }

    @Test func `render fills a template for what it is part of`() async throws {
        let command = try OrchestratorCommand()
        let text = try await command(
            "expression", "render", "Hi {{ name | title }}!", "-b", #"{"name": "ada"}"#)
        #expect(text.output == "Hi Ada!\n")
        let shell = try await command(
            "expression", "render", "echo {{ x }}", "--for", "shell", "-b", #"{"x": "a; rm"}"#)
        #expect(shell.output == "echo 'a; rm'\n")
        let wrong = try await command("expression", "render", "{% if x %}")
        wrong.expectFailure(3, says: "add '{% endif %}'")
    }

    @Test func `test runs the cases of a file and counts those that fail`() async throws {
        let command = try OrchestratorCommand()
        let file = try command.file(
            "cases.jsonl",
            """
            {"section": "s", "test": "one", "expr": "1 + x", "bindings": {"x": {"t": "int", "v": "1"}}, "value": {"t": "int", "v": "2"}}
            {"expr": "1 / 0", "error": true}

            """)
        let good = try await command("expression", "test", file)
        #expect(good.code == 0)
        #expect(good.output == "2 passed, 0 failed\n")
        let bad = try command.file(
            "bad.jsonl",
            """
            {"section": "s", "test": "two", "expr": "1", "value": {"t": "uint", "v": "1"}}
            {"expr": "1"}
            {"expr": "2", "value": {"t": "int", "v": "2"}}
            """)
        let result = try await command("expression", "test", bad, file)
        #expect(result.code == 1)
        #expect(
            result.output == """
                bad.jsonl:1: s/two: 1 gave {"t":"int","v":"1"}, not {"t":"uint","v":"1"}
                bad.jsonl:2: the case needs either 'value' or 'error'
                3 passed, 2 failed

                """)
        let missing = try await command("expression", "test", "none.jsonl")
        #expect(missing.code != 0)
    }
}
