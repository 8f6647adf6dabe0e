import Testing
import Values
import YAML

/// Hostile input by the thousand: valid documents with seeded damage.
@Suite struct YAMLMutationTests {
    private static let documents: [String] = [
        """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata: {name: "a b", labels: {x: 'y'}}
        spec:
          inputs:
          - &first {name: q, type: string, default: "é\\n"}
          - *first
          tasks:
          - id: one # a comment
            script: |+
              set -e
               echo hi

            fold: >-
              a
              b
          - <<: *first
            ? key
            : [1, 2.5, ~, {a: b}]
        ---
        - - a
          - !!str 1
        - ? - x
        ...
        """,
        "%YAML 1.2\n%TAG !e! tag:e,2026:\n---\n\"a\": &x [*x]\n? !e!x b\n",
        #"{"a": [1, -2.5e+3, "x\ty\u00e9", null, true], "b": {"c": {}}}"#,
    ]
    private static let pieces: [[UInt8]] =
        [
            "\n", "  ", "\t", ":", ": ", "- ", "-", "?", "#", "&a", "*a", "!", "!!int ", "|", ">",
            "[",
            "]", "{", "}", ",", "\"", "'", "\\", "%", "---\n", "...\n", "<<: ", "~", "\r", "\u{85}",
            "\u{2028}", "\u{FEFF}", "\u{0}", "@", "`", "1e999",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]]

    @Test func `any bytes give values or an error with its place`() throws {
        var values = 0
        var errors = 0
        for seed in 0..<12_000 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let bytes = YAMLMutationTests.mutated(&random)
            let documents: [YAMLDocument]
            do {
                documents = try YAMLStream.parse(bytes)
            } catch {
                errors += 1
                let breaks = bytes.count { $0 == 0x0A || $0 == 0x0D || $0 >= 0x80 }
                #expect(1...breaks + 2 ~= error.position.line, "seed \(seed): \(error)")
                #expect(1...bytes.count + 2 ~= error.position.column, "seed \(seed): \(error)")
                #expect(!error.message.isEmpty)
                continue
            }
            values += documents.count
            for document in documents {
                let written = YAMLWriter.text(of: document.json)
                let read = try YAMLStream.parse(written).map(\.json)
                #expect(read == [document.json], "seed \(seed)")
            }
        }
        #expect(values > 1000 && errors > 1000, "\(values) values, \(errors) errors")
    }

    private static func mutated(_ random: inout RandomJSON) -> [UInt8] {
        var bytes = Array((documents.randomElement(using: &random) ?? "").utf8)
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
            default:
                for index in place..<end { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
            }
        }
        return bytes
    }
}
