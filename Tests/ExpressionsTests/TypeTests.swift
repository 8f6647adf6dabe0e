import Expressions
import TestSupport
import Testing
import Values

/// What is told of expressions before they are evaluated.
@Suite struct TypeTests {
    private let environment = TypeEnvironment([
        "workflow": .fields([
            "inputs": .fields([
                "limit": .int, "rate": .number, "name": .string, "tags": .list(.string),
                "flag": .bool, "any": .dyn, "maybe": .union(of: [.string, .null]),
            ])
        ]),
        "tasks": .fields([
            "run-tests": .fields([
                "outputs": ExpressionType(jsonSchema: [
                    "type": "object", "additionalProperties": false,
                    "properties": [
                        "score": ["type": "string"], "count": ["type": "integer"],
                        "items": [
                            "type": "array",
                            "items": [
                                "type": "object", "properties": ["id": ["type": "integer"]],
                            ],
                        ],
                        "free": [
                            "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                            "properties": ["a": ["type": "string"]],
                        ],
                        "level": ["enum": ["low", "high"]],
                        "port": ["x-kubernetes-int-or-string": true],
                        "note": ["type": "string", "nullable": true],
                        "either": ["anyOf": [["type": "integer"], ["type": "boolean"]]],
                    ],
                ]), "phase": .string,
            ])
        ]),
        "n": .int, "s": .string, "l": .list(.int), "x": .dyn,
        "t": .timestamp, "d": .duration, "o": .optional(.int), "m": .map(key: .string, value: .int),
    ])

    @Test(arguments: [
        ("tasks.run-tests.outputs.score < 0.7", 30, "'<' cannot compare a string with a double"),
        ("tasks.run-tests.outputs.scroe", 24, "there is no field 'scroe'"),
        ("workflow.inputs.lim", 16, "there is no field 'lim'"),
        ("tasks.run-tests.outputs.count.x", 30, "an int has no fields, so no 'x'"),
        ("tasks.run-tests.outputs.items[0].id + 'a'", 36, "'+' does not take (int, string)"),
        ("tasks.run-tests.outputs.free.a * 2", 31, "'*' does not take (string, int)"),
        ("tasks.run-tests.outputs.level > 1", 30, "'>' cannot compare a string with an int"),
        ("tasks.run-tests.outputs.either + 'x'", 31, "'+' does not take (int or bool, string)"),
        ("n + 1.0", 2, "'+' does not take (int, double)"), ("-s", 0, "'-' does not take a string"),
        ("!n", 0, "'!' does not take an int"), ("n && true", 0, "'&&' does not take an int"),
        ("n ? 1 : 2", 0, "the condition before '?' is an int, not a bool"),
        ("s.startsWith(1)", 2, "a string has no method startsWith(int)"),
        ("size(n)", 0, "size() does not take (int)"),
        ("1 in s", 2, "'in' does not take (int, string)"),
        ("n.map(v, v)", 2, "an int has no elements to go through"),
        ("l.map(v, v + 's')", 11, "'+' does not take (int, string)"),
        ("l.all(v, v)", 9, "the condition is an int, not a bool"),
        ("l['a']", 1, "'[]' does not take (list, string)"),
        ("n[0]", 1, "'[]' does not take (int, int)"),
        ("t + t", 2, "'+' does not take (timestamp, timestamp)"),
        ("d % d", 2, "'%' does not take (duration, duration)"),
        ("o + 1", 2, "'+' does not take (optional, int)"),
        ("n.orValue(1)", 2, "an int is no optional, so it has no orValue()"),
        ("m.a.b", 4, "an int has no fields, so no 'b'"),
        ("math.greatest(s, 1)", 5, "math.greatest()"),
        ("{'a': 1}.b", 9, "there is no field 'b'"),
        ("[1, 'a'].map(v, v.x)", 18, "an int or string"),
        ("cel.bind(v, n, v + 'a')", 17, "'+' does not take (int, string)"),
        ("string(l)", 0, "string() does not take (list)"),
        ("[?n]", 2, "the entry with '?' is an int"),
        ("timestamp(s) - n", 13, "'-' does not take (timestamp, int)"),
        ("has(n.x)", 0, "an int has no fields"), ("s.split(',')[0] + 1", 16, "'+' does not"),
        ("tasks.run-tests.phase == 'x' && n > 's'", 34, "'>' cannot compare an int with a string"),
    ])
    func `what fails whenever it is evaluated is an error`(
        source: String, offset: Int, message: String
    ) throws {
        let problems = try Expression(parsing: source).check(against: environment).problems
        let problem = try #require(problems.first, "\(source)")
        #expect(problem.severity == .error)
        #expect(problem.offset == offset, "\(problem)")
        #expect(problem.message.hasPrefix(message), "\(problem)")
        #expect(problems.count == 1, "\(problems)")
    }

    @Test(arguments: [
        ("s == 1", 2, "a string is never equal to an int, so this is always false"),
        ("n != 'a'", 2, "an int is never equal to a string, so this is always true"),
        ("'a' in l", 4, "a string is never in here, so this is always false"),
        ("has(workflow.inputs.nmae)", 19, "there is no field 'nmae'"),
        ("workflow.inputs.?nmae", 17, "there is no field 'nmae'"),
        ("1 in m", 2, "an int is never in here"), ("l == m", 2, "a list is never equal to a map"),
        ("null == n", 5, "null is never equal to an int"),
    ])
    func `what works and is of no use is a warning`(
        source: String, offset: Int, message: String
    ) throws {
        let problems = try Expression(parsing: source).check(against: environment).problems
        let problem = try #require(problems.first, "\(source)")
        #expect(problem.severity == .warning)
        #expect(problem.message.hasPrefix(message), "\(problem)")
        #expect(problems.count == 1, "\(problems)")
    }

    @Test(arguments: [
        "workflow.inputs.rate < 0.7", "workflow.inputs.rate + 1", "workflow.inputs.rate > 1u",
        "workflow.inputs.any.x.y < 'a'", "workflow.inputs.maybe == null",
        "workflow.inputs.maybe + 'a'",
        "tasks.run-tests.outputs.port == 80", "tasks.run-tests.outputs.port == 'http'",
        "tasks.run-tests.outputs.free.b.c", "tasks.run-tests.outputs.note != null",
        "tasks.run-tests.outputs.items.all(i, i.id > 3 && i.other == 'x')", "x.y + 1 < 2.0",
        "true || n + 'a' == 'b'", "false ? n + 'a' : 's'", "l + [1.5]", "s + string(n)",
        "t - t < d", "o.orValue(3) + 1", "m['a'] + 1", "m.a > 1.5", "l[?0].orValue(1) + n",
        "{'a': n}.a + 1", "[n, 1.5][0] + 1", "l.filter(v, v > 1).map(v, string(v)).join(',') + s",
        "workflow.inputs.tags.exists(v, v.contains('a'))", "other.thing", "type(n) == int",
        "s.matches('a') && 'a' in workflow.inputs.tags", "math.greatest(l) + 1", "dyn(n) + 'a'",
        "workflow.inputs.flag ? 1 : 'a'", "m.map(k, k + 'x')",
        "m.transformList(k, v, k + string(v))",
        "size(s) + size(l) + size(m)", "t.getHours() + d.getHours()", "[[1], ['a']][0][0] + 1",
    ])
    func `what may work is let through`(source: String) throws {
        let problems = try Expression(parsing: source).check(against: environment).problems
        #expect(problems.isEmpty, "\(problems)")
    }

    @Test func `a problem suggests what was meant`() throws {
        func suggestion(_ source: String) throws -> String? {
            try Expression(parsing: source).check(against: environment).problems.first?.suggestion
        }
        #expect(try suggestion("workflow.inputs.limt") == "did you mean limit?")
        #expect(try suggestion("tasks.run-test") == "did you mean run-tests?")
        #expect(try suggestion("s < 3") == "convert the string with int()")
        #expect(try suggestion("s + n") == "convert the other with string()")
        #expect(try suggestion("n + 1.5") == "convert one with int() or double()")
        #expect(try suggestion("'a' in s") == "write text.contains(part)")
        #expect(try suggestion("m.a.orValue(1)") == "write value.?name or list[?index] to get one")
    }

    @Test func `a condition must be able to give a boolean`() throws {
        func problems(_ source: String) throws -> [TypeProblem] {
            try Expression(parsing: source).checkCondition(against: environment)
        }
        #expect(try problems("n > 1").isEmpty)
        #expect(try problems("x").isEmpty)
        #expect(try problems("n").first?.message == "the condition is an int, not a bool")
        #expect(try problems("tasks.run-tests.outputs.level").count == 1)
    }

    @Test func `variables are checked where all are known`() throws {
        var closed = environment
        closed.isOpen = false
        let problems = try Expression(parsing: "workflw.inputs.limit + [1].map(v, v)[0]")
            .check(against: closed).problems
        #expect(problems.map(\.message) == ["there is no variable 'workflw'"])
        #expect(problems.first?.suggestion == "did you mean workflow?")
    }

    @Test(
        arguments: [
            ("n + 1", .int), ("n < 1", .bool), ("l", .list(.int)), ("l[0]", .int),
            ("l.map(v, string(v))", .list(.string)),
            ("o.orValue(1)", .int), ("l.first()", .optional(.int)),
            ("s.split(',')", .list(.string)),
            ("x", .dyn), ("x + 1", .int), ("workflow.inputs.rate", .number),
            ("{'a': 1}", .fields(["a": .int])),
            ("n > 1 ? n : s", .union(of: [.int, .string])),
            ("[1, 'a']", .list(.union(of: [.int, .string]))),
            ("tasks.run-tests.outputs.items[0].id", .int),
            ("tasks.run-tests.outputs.note", .union(of: [.string, .null])),
        ] as [(String, ExpressionType)])
    func `an expression has the type of its values`(source: String, type: ExpressionType) throws {
        #expect(try Expression(parsing: source).check(against: environment).type == type)
    }

    @Test func `templates are checked with the names they set`() throws {
        func problems(_ source: String) throws -> [String] {
            try TextTemplate(parsing: source).check(against: environment).problems
                .map { "\($0.offset) \($0.message)" }
        }
        #expect(try problems("{% for v in l %}{{ v + 1 }}{{ loop.index + 1 }}{% endfor %}").isEmpty)
        #expect(
            try problems("{% for v in l %}{{ v + s }}{% endfor %}")
                == ["21 '+' does not take (int, string)"])
        #expect(
            try problems("{% for k, v in m %}{{ k + v }}{% endfor %}")
                == ["24 '+' does not take (string, int)"])
        #expect(
            try problems("{% set a = s %}{{ a * 2 }}") == ["20 '*' does not take (string, int)"])
        #expect(try problems("{% for v in n %}{% endfor %}").count == 1)
        #expect(try problems("{{ l | upper }}") == ["7 the filter upper does not take a list"])
        #expect(try problems("{{ s | sort | first | abs }}").count == 1)
        #expect(try problems("{{ n | items }}").count == 1)
        #expect(try problems("{% if workflow.inputs.nmae %}{% endif %}").count == 1)
        #expect(try problems("{{ workflow.inputs.any.x | default(1) + 1 }}").isEmpty)
        #expect(
            try TextTemplate(parsing: "{{ workflow.inputs.nmae | default(1) }}")
                .check(against: environment).problems.map(\.severity) == [.warning])
        #expect(
            try problems(
                "{% if n > 1 %}{% set a = 1 %}{% else %}{% set a = 's' %}{% endif %}{{ a + 1 }}"
            )
            .isEmpty)
        let template = try ValueTemplate(parsing: [
            "a": ["${{ n + s }}", "x {{ s - 1 }}", "{{ l }}"]
        ])
        #expect(
            template.check(against: environment).map { "\($0.path) \($0.problem.offset)" } == [
                "a[0] 6", "a[1] 7",
            ])
        #expect(try ValueTemplate(parsing: "{{ l }}").type(in: environment) == .list(.int))
        #expect(try ValueTemplate(parsing: "{{ l }} ").type(in: environment) == .string)
    }
}

/// No case of the conformance suite that has a value is told to fail.
@Suite struct TypeSoundnessTests {
    @Test func `no error is told of what has a value, and warnings say the truth`() throws {
        let lines = try Checkout.text("Tests/ExpressionsTests/Fixtures/cel.jsonl")
            .split(separator: "\n").map { try JSON(parsing: String($0)) }
        var wrong: [String] = []
        var told = 0
        for line in lines {
            guard let source = line["expr"]?.stringValue,
                let expression = try? Expression(parsing: source, dialect: .specification)
            else { continue }
            var bindings: [String: CELValue] = [:]
            for (name, value) in line["bindings"]?.objectValue ?? [:] {
                bindings[name] = ConformanceValue.decode(value)
            }
            let problems = expression.check(
                against: TypeEnvironment(
                    bindings.mapValues { ExpressionType(of: $0) }, isOpen: false)
            ).problems
            let errors = problems.filter { $0.severity == .error }
            if (try? expression.value(Bindings(values: bindings))) != nil {
                if !errors.isEmpty { wrong.append("\(source): \(errors)") }
            } else if !errors.isEmpty {
                told += 1
            }
        }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
        // Most failures of the suite are of values, not of types.
        #expect(told > 20, "\(told)")
    }

    @Test func `no error is told of damaged expressions that have a value`() throws {
        let sources = try Checkout.text("Tests/ExpressionsTests/Fixtures/cel.jsonl")
            .split(separator: "\n").compactMap {
                try JSON(parsing: String($0))["expr"]?.stringValue
            }
        let pieces = sources.flatMap { $0.split(separator: " ") }
        // What may go unevaluated is told of all the same, so it is left out here.
        let lazy = ["&&", "||", "?", "exists", "all(", "filter", "or", "opt", "cel.", "[].", "{}."]
        var random = SeededRandom(seed: 20)
        var evaluated = 0
        for _ in 0..<20_000 {
            var words = sources[random.below(sources.count)].split(separator: " ")
            guard !words.isEmpty else { continue }
            words[random.below(words.count)] = pieces[random.below(pieces.count)]
            let source = words.joined(separator: " ")
            guard !lazy.contains(where: source.contains),
                let expression = try? Expression(parsing: source, dialect: .specification),
                (try? expression.value(Bindings())) != nil
            else { continue }
            evaluated += 1
            let errors = expression.check(against: TypeEnvironment(isOpen: false)).problems
                .filter { $0.severity == .error }
            #expect(errors.isEmpty, "\(source): \(errors)")
        }
        #expect(evaluated > 1000, "\(evaluated)")
    }

    @Test func `no error is told of a template that has a value`() throws {
        let lines = try Checkout.text("Tests/ExpressionsTests/Fixtures/jinja.jsonl")
            .split(separator: "\n").map { try JSON(parsing: String($0)) }
        let values = lines[0]["bindings"]?.objectValue ?? [:]
        let environment = TypeEnvironment(
            Dictionary(
                uniqueKeysWithValues: values.map {
                    ($0.key, ExpressionType(of: CELValue($0.value)))
                }
            ), isOpen: false)
        var wrong: [String] = []
        for line in lines.dropFirst() where line["value"] != nil {
            let template = try TextTemplate(parsing: line["template"]?.stringValue ?? "")
            let errors = template.check(against: environment).problems.filter {
                $0.severity == .error
            }
            if !errors.isEmpty { wrong.append("\(template.source): \(errors)") }
        }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }
}
