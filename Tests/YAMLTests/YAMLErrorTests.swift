import Testing
import Values
import YAML

@Suite struct YAMLErrorTests {
    private func error(_ text: String, _ limits: YAMLLimits = YAMLLimits()) -> YAMLError? {
        #expect(throws: YAMLError.self) { try YAMLStream.parse(text, limits: limits) }
    }

    @Test(arguments: [
        ("a:\n\t- b", "2:1", "tab"), ("a: @b", "1:4", "'@'"), ("a: `b`", "1:4", "'`'"),
        ("a: b: c", "1:5", "quotes"), ("a: [1, 2\nb: 3", "2:2", "opened at line 1"),
        ("a: \"x\n", "2:1", "closing quote"), ("a: 1\n  b: 2", "2:4", "indentation"),
        ("a:\n  - 1\n - 2", "3:2", "indentation"), ("a\nb: 1", "2:2", "':'"),
        ("a: \"\\q\"", "1:5", "single quotes"), ("a: {b: 1", "2:1", "close"),
        ("a: \u{1}", "1:4", "control character"), ("%YAML 2.0\n---\na", "1:1", "%YAML"),
        ("a: !x!y z", "1:4", "tag"), ("a: *\n", "1:5", "alias"), ("a: \"\\ud83d\"", "1:7", "\\U"),
    ])
    func `a fault of syntax says where it is and what to do`(
        text: String, position: String, hint: String
    ) throws {
        let error = try #require(self.error(text))
        #expect(error.code == .syntax)
        #expect(error.message.contains(hint), "\(error)")
        #expect(error.position.description == position, "\(error)")
    }

    @Test func `equal keys are refused and both places told`() throws {
        let error = try #require(self.error("a:\n  x: 1\n  y: 2\n  \"x\": 3\n"))
        #expect(error.code == .duplicateKey)
        #expect(error.position == SourcePosition(line: 4, column: 3))
        #expect(error.relatedPosition == SourcePosition(line: 2, column: 3))
        #expect(error.description.contains("first at line 2, column 3"))
        #expect(self.error("{<<: {a: 1}, <<: {b: 1}}")?.code == .duplicateKey)
        // Bytes decide: a letter with a combining accent is not the precomposed one.
        #expect(throws: Never.self) { try YAMLStream.parse("\u{E9}: 1\ne\u{301}: 2\n") }
    }

    @Test(arguments: [
        ("a: !custom b", YAMLError.Code.unsupportedTag), ("a: !!binary aGk=", .unsupportedTag),
        ("a: !!set {b}", .unsupportedTag), ("a: !!int b", .tagMismatch),
        ("? [a]\n: b", .complexKey), ("{{a: 1}: b}", .complexKey), ("<<: 1", .invalidMerge),
        ("<<: [1]", .invalidMerge), ("a: *b", .unknownAnchor), ("a: &a [*a]", .unknownAnchor),
        ("&a x\n---\n*a", .unknownAnchor),
    ])
    func `what we do not read is refused by name`(text: String, code: YAMLError.Code) throws {
        #expect(error(text)?.code == code)
    }

    @Test func `bytes that are not UTF-8 are refused with their place`() throws {
        let bytes = Array("a: 1\nb: é".utf8) + [0xFF, 0x0A]
        let error = #expect(throws: YAMLError.self) {
            try YAMLStream.parse(bytes, source: "flow.yaml")
        }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.description.hasPrefix("flow.yaml:2:5: ") == true)
        let wide = #expect(throws: YAMLError.self) { try YAMLStream.parse([0xFF, 0xFE, 97, 0]) }
        #expect(wide?.message.contains("UTF-16") == true)
    }

    @Test func `each bound holds`() throws {
        var limits = YAMLLimits()
        limits.maximumBytes = 10
        #expect(error("a: 123456789", limits)?.code == .tooLarge)
        limits = YAMLLimits(maximumDepth: 3)
        #expect(throws: Never.self) { try YAMLStream.parse("[[[1]]]", limits: limits) }
        #expect(error("[[[[1]]]]", limits)?.code == .tooDeep)
        #expect(error("{a: &a [[1]], b: [[*a]]}", limits)?.code == .tooDeep)
        limits = YAMLLimits(maximumNodes: 4)
        #expect(throws: Never.self) { try YAMLStream.parse("[1, 2, 3]", limits: limits) }
        #expect(error("[1, 2, 3, 4]", limits)?.code == .tooManyNodes)
        limits = YAMLLimits(maximumDocuments: 2)
        #expect(error("a\n---\nb\n---\nc", limits)?.code == .tooManyDocuments)
        limits = YAMLLimits(maximumExpandedBytes: 10)
        #expect(error("[&a aaaa, *a, *a]", limits)?.code == .tooManyNodes)
    }

    @Test(.timeLimit(.minutes(10)))
    func `hostile files are stopped early`() throws {
        let bomb = (1...9).reduce("a0: &a0 [x, x, x, x, x, x, x, x, x]\n") { text, level in
            let aliases = repeatElement("*a\(level - 1)", count: 9).joined(separator: ", ")
            return text + "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(error(bomb)?.code == .tooManyNodes)
        let long =
            "a: &a \(String(repeating: "x", count: 500_000))\nb: [\(String(repeating: "*a,", count: 1000))]"
        #expect(error(long)?.code == .tooManyNodes)
        for opening in ["[", "{a: ", "- ", "? "] {
            let deep = String(repeating: opening, count: 1_000_000 / opening.count)
            #expect(error(deep)?.code == .tooDeep, "\(opening)")
        }
        let directives = (0..<30_000).map { "%TAG !\($0)! tag:x,1:\n" }.joined()
        #expect(error(directives + "---\na")?.code == .syntax)
    }

    @Test func `a large mapping in any order is read in time`() throws {
        let text = (0..<40_000).reversed().map { "k\($0): \($0)\n" }.joined()
        let document = try #require(try YAMLStream.parse(text).first)
        #expect(document.json["k39999"] == 39999)
    }
}
