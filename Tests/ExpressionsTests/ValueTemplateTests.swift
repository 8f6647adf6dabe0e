import Expressions
import Testing
import Values

/// JSON trees with expressions in their strings.
@Suite struct ValueTemplateTests {
    private let bindings = Bindings([
        "workflow": ["inputs": ["limit": 10, "name": "Ada", "tags": ["a", "b"], "rate": 0.5]],
        "tasks": ["run-tests": ["outputs": ["ok": true, "nothing": nil]]],
    ])

    private func value(_ json: JSON) throws -> JSON {
        try ValueTemplate(parsing: json).evaluate(bindings)
    }

    @Test(
        arguments: [
            ("${{ workflow.inputs.limit }}", 10),
            ("${{workflow.inputs.tags}}", ["a", "b"]),
            ("${{ tasks.run-tests.outputs.nothing }}", nil),
            ("n=${{ workflow.inputs.limit }}", "n=10"),
            (" ${{ workflow.inputs.limit }}", " 10"),
            ("${{ workflow.inputs.name }}/${{ workflow.inputs.rate }}", "Ada/0.5"),
            ("tags: ${{ workflow.inputs.tags }}", "tags: [\"a\",\"b\"]"),
            ("${{ '}}' }}", "}}"),
            ("${{ \"}}\" + 'a' }} b", "}}a b"),
            ("${{ r'\\' }}x", "\\x"),
            ("${{ 'it\\'s }}' }}", "it's }}"),
            ("${{ '''a'}}'b''' }}", "a'}}'b"),
            ("${{ {'a': {'b': 1}} }}", ["a": ["b": 1]]),
            ("${{ {'a': {'b': 1}}}}", ["a": ["b": 1]]),
            ("$${{ not.one }}", "${{ not.one }}"),
            ("a $${{ x }} ${{ 1 + 1 }}", "a ${{ x }} 2"),
            ("$ {% raw %}{{ }}{% endraw %} $x", "$ {{ }} $x"),
            ("{{ workflow.inputs.limit }}", 10),
            ("{{workflow.inputs.tags}}", ["a", "b"]),
            ("{{ workflow.inputs.tags | first }}", "a"),
            ("{{ tasks.run-tests.outputs.nothing }}", nil),
            ("n={{ workflow.inputs.limit }}", "n=10"),
            (" {{ workflow.inputs.limit }}", " 10"),
            ("{%- if true -%} {{ workflow.inputs.limit }} {%- endif -%}", "10"),
            ("{% for t in workflow.inputs.tags %}{{ t }}.{% endfor %}", "a.b."),
            ("${{ workflow.inputs.limit }} {{ x }} {% y %}", "10 {{ x }} {% y %}"),
            ("$${{ x }} {{ y }}", "${{ x }} {{ y }}"),
            ("$$ and ${{ 'x' }}", "$$ and x"),
            ("${{ timestamp('2026-01-31T08:00:00+01:00') }}", "2026-01-31T07:00:00Z"),
            ("${{ b'abc' }}", "YWJj"),
            ("${{ {1: 'a', true: 'b'} }}", ["1": "a", "true": "b"]),
        ] as [(String, JSON)])
    func `a string takes the values of its expressions`(text: String, expected: JSON) throws {
        #expect(try value(.string(text)) == expected)
    }

    @Test func `a tree keeps its shape and its other values`() throws {
        let template: JSON = [
            "url": "https://example.test/${{ workflow.inputs.name }}",
            "list": [1, "${{ workflow.inputs.limit + 1 }}", ["deep": "${{ 1 == 1 }}"]],
            "plain": "x", "null": nil,
        ]
        #expect(
            try value(template) == [
                "url": "https://example.test/Ada", "list": [1, 11, ["deep": true]],
                "plain": "x", "null": nil,
            ])
    }

    @Test func `a tree without expressions is constant and itself`() throws {
        let json: JSON = ["a": ["b", 1, nil, "$${{ x }}"]]
        let template = try ValueTemplate(parsing: json)
        #expect(template.isConstant)
        #expect(template.references.isEmpty)
        #expect(try template.evaluate(Bindings()) == ["a": ["b", 1, nil, "${{ x }}"]])
        #expect(try !ValueTemplate(parsing: "${{ 1 }}").isConstant)
    }

    @Test func `references know their string and their place in it`() throws {
        let template = try ValueTemplate(parsing: [
            "b": "x ${{ tasks.run-tests.outputs.ok }}", "a": ["${{ y }}", "${{ 1 }} ${{ z.w }}"],
        ])
        #expect(
            template.references.map { "\($0.path) \($0.reference.path) \($0.reference.offset)" }
                == [
                    "a[0] [\"y\"] 4", "a[1] [\"z\", \"w\"] 13",
                    "b [\"tasks\", \"run-tests\", \"outputs\", \"ok\"] 6",
                ])
    }

    @Test func `a broken expression is found where it stands`() throws {
        func error(_ json: JSON) -> ValueTemplateError? {
            do throws(ValueTemplateError) {
                _ = try ValueTemplate(parsing: json)
                return nil
            } catch {
                return error
            }
        }
        let wrong = try #require(error(["a": [1, "x ${{ b = 1 }}"]]))
        #expect(wrong.path == ["a", 1])
        #expect(wrong.offset == 8)
        #expect(
            wrong.description
                == "a[1]: unexpected '=' (at offset 8); write '==' to compare")
        #expect(error("ab ${{ x")?.offset == 3)
        #expect(error("ab ${{ x")?.error.suggestion == "add '}}'")
        #expect(error("${{ }}")?.error.message == "expected a value, found the end")
        #expect(error("${{ 'a }}")?.error.message == "the '${{' that stands here is not closed")
    }

    @Test func `an evaluation's error counts from the start of its string`() throws {
        let template = try ValueTemplate(parsing: ["a": "xyz ${{ workflow.inputs.nope }}"])
        let error = #expect(throws: EvaluationError.self) { try template.evaluate(bindings) }
        #expect(error?.code == .noSuchKey)
        #expect(error?.offset == 24)
    }
}
