import Expressions
import Testing
import Values

/// What hostile expressions and bindings run into.
@Suite struct LimitTests {
    private func code(_ source: String, _ bindings: Bindings = Bindings()) throws
        -> EvaluationError.Code?
    {
        let expression = try Expression(parsing: source)
        do throws(EvaluationError) {
            _ = try expression.evaluate(bindings)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: [
        ("(", ")"), ("[", "]"), ("size(", ")"), ("!", ""), ("-", ""), ("{1:", "}"),
        ("true ? 1 : ", ""), ("[1].map(x, ", ")"), ("a.", ""), ("'a' + ", ""),
    ])
    func `nesting is refused, not followed`(open: String, close: String) {
        for depth in [1000, 30_000, 100_000] {
            let source =
                String(repeating: open, count: depth) + "x" + String(repeating: close, count: depth)
            #expect(throws: ExpressionError.self) { try Expression(parsing: source) }
        }
    }

    @Test func `nesting up to the bound is read and evaluated`() throws {
        let parentheses =
            String(repeating: "(", count: 127) + "1" + String(repeating: ")", count: 127)
        #expect(try Expression(parsing: parentheses).evaluate(Bindings()) == 1)
        let lists = String(repeating: "[", count: 120) + "x" + String(repeating: "]", count: 120)
        #expect(
            try Expression(parsing: "size(\(lists))").evaluate(Bindings(["x": 1])) == 1)
        let sum = Array(repeating: "x", count: 399).joined(separator: " + ")
        #expect(try Expression(parsing: sum).evaluate(Bindings(["x": 1])) == 399)
        let both = Array(repeating: "x", count: 10_000).joined(separator: " && ")
        #expect(try Expression(parsing: both).evaluate(Bindings(["x": true])) == true)
    }

    @Test func `a text that is too long is refused`() {
        let source = "'" + String(repeating: "a", count: 70_000) + "'"
        #expect(throws: ExpressionError.self) { try Expression(parsing: source) }
    }

    @Test func `a long list is made and searched`() throws {
        let list = "[" + (0..<10_000).map(String.init).joined(separator: ",") + "]"
        #expect(try Expression(parsing: "9999 in \(list)").evaluate(Bindings()) == true)
    }

    @Test func `loops within loops run out of steps`() throws {
        let bindings = Bindings(["l": .array((0..<1000).map { .integer($0) })])
        #expect(
            try code("l.all(a, l.all(b, l.all(c, a + b + c >= 0)))", bindings) == .costExceeded)
        // What ends the evaluation is not absorbed by an operand that would decide.
        #expect(
            try code("l.all(a, l.all(b, l.all(c, a + b + c >= 0))) || true", bindings)
                == .costExceeded)
    }

    @Test func `values that double at each step stop at their bounds`() throws {
        func doubling(_ start: String, _ step: (String) -> String, _ result: String) -> String {
            var source = result.replacing("$", with: "v40")
            for index in (1...40).reversed() {
                source = "cel.bind(v\(index), \(step("v\(index - 1)")), \(source))"
            }
            return "cel.bind(v0, \(start), \(source))"
        }
        #expect(try code(doubling("'abcd'", { "\($0) + \($0)" }, "size($)")) == .tooLarge)
        #expect(try code(doubling("[1]", { "\($0) + \($0)" }, "size($)")) == .tooLarge)
        // Shared parts: small in memory, endless to compare, to write out or to format.
        #expect(try code(doubling("[1]", { "[\($0), \($0)]" }, "$ == $")) == .costExceeded)
        let text = "'\(String(repeating: "a", count: 1000))'"
        #expect(try code(doubling("[\(text)]", { "[\($0), \($0)]" }, "$")) == .tooLarge)
        #expect(
            try code(doubling(text, { "{'l': \($0), 'r': \($0)}" }, "$")) == .tooLarge)
        #expect(
            try code(doubling(text, { "[\($0), \($0)]" }, "'%s'.format([$])")) == .tooLarge)
        let flattened = try code(doubling("[1]", { "[\($0), \($0)]" }, "size($.flatten(100))"))
        #expect(flattened == .tooLarge || flattened == .costExceeded)
    }

    @Test(arguments: [
        "lists.range(100000).all(i, s.startsWith(s))", "lists.range(100000).all(i, s.endsWith(s))",
        "lists.range(100000).all(i, !'x'.contains(s))", "lists.range(100000).all(i, !(s in m))",
        "lists.range(100000).all(i, {s: 1}[s] == 1)", "lists.range(100000).all(i, !has(m[?s].x))",
        "lists.range(1000).all(i, m == m)", "lists.range(1000).all(i, {s: 1} == {s: 1})",
        "lists.range(20000).map(i, s).sort().size() == 20000",
        "lists.range(20000).map(i, s).distinct().size() == 1",
        "lists.range(100000).all(i, bytes(s) < bytes(s) || true)",
        "lists.range(100000).all(i, s.matches('^a'))",
    ])
    func `work is paid for by the bytes it goes through`(source: String) throws {
        let text = String(repeating: "a", count: 64 << 10)
        var members: JSONObject = [:]
        for index in 0..<10 { members["\(text)\(index)"] = 1 }
        #expect(
            try code(source, Bindings(["s": .string(text), "m": .object(members)])) == .costExceeded
        )
    }

    @Test(arguments: ["{'a': $, 'b': $}", "{'a': [$], 'b': [$]}", "[{'a': $, 'b': $}]"])
    func `types that double at each step are told apart within bounds`(step: String) throws {
        // Two chains: parts of one and the same map are known to be the same at once.
        var source = "[x40, y40]"
        for index in (1...40).reversed() {
            for name in ["x", "y"] {
                let value = step.replacing("$", with: "\(name)\(index - 1)")
                source = "cel.bind(\(name)\(index), \(value), \(source))"
            }
        }
        source = "cel.bind(x0, {'a': 1}, cel.bind(y0, {'a': 1}, \(source)))"
        let (type, problems) = try Expression(parsing: source).check(against: TypeEnvironment())
        #expect(problems.isEmpty)
        #expect(type == .list(.dyn))
    }

    @Test(arguments: ["((a{1000}){1000}){1000}", String(repeating: "a", count: 5000)])
    func `patterns that grow are refused`(pattern: String) throws {
        #expect(throws: ExpressionError.self) {
            try Expression(parsing: "s.matches('\(pattern)')")
        }
        let bindings = Bindings(["s": "a", "p": .string(pattern)])
        #expect(try code("s.matches(p)", bindings) == .invalidArgument)
    }

    @Test func `a huge pattern over a huge text runs out of steps`() throws {
        let bindings = Bindings(["s": .string(String(repeating: "a", count: 1 << 20))])
        #expect(
            try code("s.matches('(a?){900}[^a]') || s.matches('(a?){900}[^a]')", bindings)
                == .costExceeded)
    }

    @Test func `a template of great depth is refused`() {
        var json: JSON = "${{ 1 }}"
        for _ in 0..<300 { json = .array([json]) }
        #expect(throws: ValueTemplateError.self) { try ValueTemplate(parsing: json) }
    }
}
