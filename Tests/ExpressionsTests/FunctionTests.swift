import Expressions
import Testing
import Values

/// The functions, where the conformance suite says little.
@Suite struct FunctionTests {
    private func value(_ source: String, _ bindings: Bindings = Bindings()) throws -> JSON {
        try Expression(parsing: source).evaluate(bindings)
    }

    @Test(arguments: [
        ("string(1.0)", "1"), ("string(0.1)", "0.1"), ("string(-4.5e-3)", "-0.0045"),
        ("string(1e20)", "100000000000000000000"), ("string(1e21)", "1e+21"),
        ("string(1.5e300)", "1.5e+300"), ("string(1e-6)", "0.000001"), ("string(1e-7)", "1e-07"),
        ("string(123456.789)", "123456.789"), ("string(-0.0)", "-0"), ("string(0.0 / 0.0)", "NaN"),
        ("string(5e-324)", "5e-324"), ("string(100.0)", "100"),
    ])
    func `a double is written with the fewest digits`(source: String, expected: String) throws {
        #expect(try value(source) == .string(expected))
    }

    @Test(arguments: [
        ("%.2f", "1.005", "1.00"), ("%.0f", "0.5", "0"), ("%.0f", "1.5", "2"),
        ("%.3f", "0.0", "0.000"),
        ("%.1f", "0.25", "0.2"), ("%.1f", "9.96", "10.0"), ("%.0f", "99.5", "100"),
        ("%.0f", "0.7", "1"), ("%.2f", "0.004", "0.00"), ("%.20f", "0.1", "0.10000000000000000555"),
        ("%.1f", "1e22", "10000000000000000000000.0"), ("%f", "-2.5", "-2.500000"),
        ("%.2e", "123456.0", "1.23e+05"), ("%.0e", "9.5", "1e+01"), ("%e", "0.0", "0.000000e+00"),
        ("%.3e", "1e-300", "1.000e-300"), ("%.1e", "5e-324", "4.9e-324"),
        ("%.1e", "1.7976931348623157e308", "1.8e+308"),
    ])
    func `a double is rounded exactly`(format: String, number: String, expected: String) throws {
        #expect(try value("'\(format)'.format([\(number)])") == .string(expected))
    }

    @Test(
        arguments: [
            ("[3, 1, 2].sort()", [1, 2, 3]), ("['b', 'a'].sort()", ["a", "b"]),
            ("[[1], [2, [3]]].flatten()", [1, 2, [3]]), ("[[1], [2, [3]]].flatten(2)", [1, 2, 3]),
            ("[1, 1.0, 2, 1u, 'a', 'a', [1], [1.0]].distinct()", [1, 2, "a", [1]]),
            ("[1, 2, 3].slice(1, 3)", [2, 3]), ("lists.range(3)", [0, 1, 2]),
            ("[1, 2].reverse()", [2, 1]),
            ("[{'n': 2}, {'n': 1}].sortBy(e, e.n)", [["n": 1], ["n": 2]]),
            ("[1, 2].first().value()", 1), ("[].last().hasValue()", false),
            ("sets.contains([1, 2], [2.0])", true), ("sets.equivalent([1, 1], [1u])", true),
            ("sets.intersects([1], [2])", false), ("sets.contains([], [])", true),
            ("optional.unwrap([optional.of(1), optional.none()])", [1]),
            ("{'a': 1}.transformMapEntry(k, v, {v: k})", ["1": "a"]),
            ("['x'].transformMap(i, v, v)", ["0": "x"]),
            ("{'b': 1, 'a': 2}.map(k, k)", ["b", "a"]), ("cel.bind(x, 2, x * x)", 4),
            ("[?optional.none(), ?optional.of(2)]", [2]), ("{?'a': optional.none()}", [:]),
            ("base64.encode(b'hello')", "aGVsbG8="), ("string(base64.decode('aGk'))", "hi"),
            ("json.decode('{\"a\": [1, null]}').a", [1, nil]),
            ("json.encode({'b': 1, 'a': [1.5, 'x']})", "{\"a\":[1.5,\"x\"],\"b\":1}"),
        ] as [(String, JSON)])
    func `lists, sets and encoders work`(source: String, expected: JSON) throws {
        #expect(try value(source) == expected)
    }

    @Test(
        arguments: [
            ("'a,b,c'.split(',')", ["a", "b", "c"]), ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
            ("'héy'.split('')", ["h", "é", "y"]), ("'héy'.split('', 2)", ["h", "éy"]),
            ("''.split(',')", [""]), ("'aaa'.replace('a', 'b', 2)", "bba"),
            ("'ab'.replace('', '-')", "-a-b-"), ("'aXbX'.replace('X', '')", "ab"),
            ("'tacocat'.lastIndexOf('')", 7), ("'tacocat'.indexOf('')", 0),
            ("'aaaa'.lastIndexOf('aa')", 2), ("'aaaa'.indexOf('aa', 1)", 1),
            ("'abc'.charAt(3)", ""), ("'héy'.substring(1, 2)", "é"), ("' \\u00a0a '.trim()", "a"),
            ("['a', 'b'].join('-')", "a-b"), ("'abcabd'.contains('abd')", true),
            ("'Am\\u00E9lie' == 'Ame\\u0301lie'", false), ("size('e\\u0301')", 2),
            ("{'Am\\u00E9lie': 1, 'Ame\\u0301lie': 2}.size()", 2), ("'a' < 'b' && 'B' < 'a'", true),
            (
                "'%s|%s'.format([{'b': [1, null], 'a': true}, optional.of(1)])",
                "{a: true, b: [1, null]}|optional.of(1)"
            ),
        ] as [(String, JSON)])
    func `texts are counted in Unicode scalars and compared by bytes`(
        source: String, expected: JSON
    ) throws {
        #expect(try value(source) == expected)
    }

    @Test func `a JSON binding keeps its kinds through an expression`() throws {
        let json: JSON = ["i": 1, "d": 1.0, "s": "x", "l": [1, nil, ["k": true]], "big": 1e300]
        let bindings = Bindings(["v": json])
        #expect(try value("v", bindings) == json)
        #expect(try value("{'w': v}.w", bindings) == json)
        #expect(try value("[v][0].l[2]", bindings) == ["k": true])
        #expect(
            try value("v.i == v.d && type(v.i) == int && type(v.d) == double", bindings) == true)
        #expect(
            try value(
                "v == {'i': 1u, 'd': 1, 's': 'x', 'l': [1, null, {'k': true}], 'big': 1e300}",
                bindings) == true)
        #expect(try value("v.l.filter(e, e != null)", bindings) == [1, ["k": true]])
    }
}
