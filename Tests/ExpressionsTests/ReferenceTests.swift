import Expressions
import Testing
import Values

/// What an expression says it depends on, and the names of tasks.
@Suite struct ReferenceTests {
    private func paths(_ source: String) throws -> [String] {
        try Expression(parsing: source).references.map { $0.path.joined(separator: "/") }
    }

    @Test(arguments: [
        ("tasks.fetch.outputs.json", ["tasks/fetch/outputs/json"]),
        ("tasks.run-tests.outputs.x", ["tasks/run-tests/outputs/x"]),
        ("tasks['run-tests'].outputs.x", ["tasks/run-tests/outputs/x"]),
        ("tasks.?run-tests.?outputs.x", ["tasks/run-tests/outputs/x"]),
        ("has(tasks.a-b.outputs.c)", ["tasks/a-b/outputs/c"]),
        ("has(tasks['a'].outputs)", ["tasks/a/outputs"]),
        ("tasks.a.outputs.items[0].id", ["tasks/a/outputs/items"]),
        ("tasks[name].outputs", ["tasks", "name"]),
        ("tasks.a.outputs.list.filter(x, x.size > n)", ["tasks/a/outputs/list", "n"]),
        ("[1].all(tasks, tasks.a > 0)", []),
        ("[1].map(i, x.y.transformList(k, v, k + v + i))", ["x/y"]),
        ("cel.bind(a, tasks.b.outputs, a.c + d)", ["tasks/b/outputs", "d"]),
        ("math.abs(math_input.x)", ["math_input/x"]),
        ("type(1) == int && type(t) == google.protobuf.Timestamp", ["t"]),
        ("optional.none().or(o.p).orValue(q)", ["o/p", "q"]),
        ("a ? b.c : {d.e: [f]}", ["a", "b/c", "d/e", "f"]),
        ("`a`", []),
        (".a.b", ["a/b"]),
        ("m.`x-y/z`", ["m/x-y/z"]),
    ])
    func `the static chains of free variables are found`(source: String, expected: [String]) throws
    {
        if source == "`a`" {
            #expect(throws: ExpressionError.self) { try Expression(parsing: source) }
            return
        }
        #expect(try paths(source) == expected)
    }

    @Test func `a reference knows its place in bytes`() throws {
        let references = try Expression(parsing: "'é' + tasks.a.x + run.name").references
        #expect(references.map(\.offset) == [7, 19])
    }

    @Test func `hyphens are part of a name right after tasks and minus elsewhere`() throws {
        let bindings = Bindings([
            "tasks": ["run-tests": ["outputs": ["x": 7]], "a": 5, "step-2-b": 1],
            "a": 5, "b": 3, "other": ["tasks": 9],
        ])
        func value(_ source: String) throws -> JSON {
            try Expression(parsing: source).evaluate(bindings)
        }
        #expect(try value("tasks.run-tests.outputs.x") == 7)
        #expect(try value("tasks.step-2-b") == 1)
        #expect(try value("a-b") == 2)
        #expect(try value("tasks.a - b") == 2)
        #expect(try value("other.tasks-b") == 6)
        #expect(try value("tasks.run-tests.outputs.x-b") == 4)
        #expect(try value("tasks.a -b") == 2)
    }

    @Test func `the standard language has no hyphens in names`() throws {
        let expression = try Expression(parsing: "tasks.a-b", dialect: .specification)
        #expect(expression.references.map(\.path) == [["tasks", "a"], ["b"]])
    }
}
