import Testing
import Values
import YAML

@Suite struct YAMLWriterTests {
    @Test func `objects are written as kubectl writes them`() {
        let value: JSON = [
            "apiVersion": "orchestrator.llm/v1", "empty": [:], "none": [],
            "spec": [
                "args": ["-c", "--flag", "echo ${{ inputs.name }}", "- x"],
                "matrix": [[1, 2], [3]],
                "script": "set -e\n\necho hi\n", "tasks": [["id": "a", "when": nil], ["id": "b"]],
            ],
        ]
        #expect(
            YAMLWriter.text(of: value) == """
                apiVersion: orchestrator.llm/v1
                empty: {}
                none: []
                spec:
                  args:
                  - -c
                  - --flag
                  - echo ${{ inputs.name }}
                  - "- x"
                  matrix:
                  - - 1
                    - 2
                  - - 3
                  script: |
                    set -e

                    echo hi
                  tasks:
                  - id: a
                    when: null
                  - id: b

                """)
    }

    @Test(arguments: [
        "no", "On", "y", "TRUE", "null", "~", "", "1", "-1", "1.5", "1e3", "0o7", "0x1F", "0b1",
        "1_000", "1:20", "2024-01-31", "2024-01-31T10:00:00Z", ".inf", "-.INF", ".NaN", "=", "<<",
        "a: b", "a:", " a", "a ", "a #b", "#a", "*a", "&a", "!a", "@a", "%a", "`a`", "-", "- a",
        "---", "...", "?", "? a", "[a", "{a", "\"", "'a'", "|", ">", ",", "\t", "a\u{0}b",
        "\u{85}", "\u{2028}", "\u{FEFF}",
    ])
    func `a string that could be misread is quoted`(text: String) throws {
        let written = YAMLWriter.text(of: .string(text))
        #expect(written.first == "\"")
        #expect(try YAMLStream.parse(written).first?.json == .string(text))
        let key = YAMLWriter.text(of: .object(JSONObject([(text, .integer(1))])))
        #expect(key.first == "\"")
    }

    @Test(arguments: [
        "a\nb", "a\nb\n", "a\nb\n\n", "\na\n", "  a\n b\n", "\n", "\n\n", " \n", "a\n ", "\ta\nb",
        "a\n\tb\n", "a\n\n\nb", "#a\nb", "a\r\nb", "- a\n- b\n", "---\na: 1\n", "a\n   \nb\n",
        "a  \nb\n",
    ])
    func `text of several lines survives everywhere`(text: String) throws {
        let string = JSON.string(text)
        let values: [JSON] = [
            string, ["k": string], [string], [[string, 1]], [["k": string, "l": 1]],
            ["k": ["l": [string]]],
        ]
        for value in values {
            let written = YAMLWriter.text(of: value)
            #expect(try YAMLStream.parse(written).map(\.json) == [value], "\(written)")
        }
    }

    @Test func `any value survives the round trip`() throws {
        for seed in 0..<3000 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let value = random.value()
            let written = YAMLWriter.text(of: value)
            do {
                let read = try YAMLStream.parse(written).map(\.json)
                #expect(read == [value], "seed \(seed):\n\(written)")
            } catch {
                Issue.record("seed \(seed): \(error)\n\(written)")
            }
        }
    }

    @Test func `several documents stay several`() throws {
        let values: [JSON] = [["a": 1], "x", [1, 2]]
        #expect(try YAMLStream.parse(YAMLWriter.text(ofDocuments: values)).map(\.json) == values)
    }

    @Test func `a key of any length survives`() throws {
        for length in [899, 900, 901, 1023, 1024, 1025, 5000] {
            let key = String(repeating: "k", count: length)
            for inner in [1, [1, 2], ["a": 1], [["b": 1]]] as [JSON] {
                let value: JSON = [.object(JSONObject([(key, inner), ("z", .integer(1))]))]
                #expect(try YAMLStream.parse(YAMLWriter.text(of: value)).first?.json == value)
            }
        }
    }
}
