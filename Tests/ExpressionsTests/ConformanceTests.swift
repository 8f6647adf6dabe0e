import Expressions
import TestSupport
import Testing

/// The cases of the public conformance suite of the language.
@Suite struct ConformanceTests {
    /// The case whose value the fixture has wrong.
    ///
    /// The suite writes it as ` \? " ' \` ` in protobuf's text format, where `\?` is a question mark;
    /// the fixture kept the backslash.
    private static let wrong = "bytes_literals/triple_single_quoted_unescaped_punctuation"

    @Test(arguments: [("cel.jsonl", 789, 1), ("cel-spec.jsonl", 823, 0)])
    func `every case of the conformance suite gives its value or its error`(
        file: String, count: Int, wrongCases: Int
    ) throws {
        let text = try Checkout.text("Tests/ExpressionsTests/Fixtures/\(file)")
        let cases = try text.split(separator: "\n").map { try ConformanceCase(parsing: String($0)) }
        #expect(cases.count == count)
        var failures: [String] = []
        var wrong = 0
        for testCase in cases {
            guard let failure = testCase.failure() else { continue }
            if wrongCases > 0, testCase.name == ConformanceTests.wrong {
                wrong += 1
                #expect(
                    failure.hasSuffix(
                        #"gave {"t":"bytes","v":"ID8gIiAnIGAg"}, not {"t":"bytes","v":"IFw/ICIgJyBgIA=="}"#
                    ))
            } else {
                failures.append(failure)
            }
        }
        #expect(wrong == wrongCases)
        #expect(failures.count == 0, "\(failures.joined(separator: "\n"))")
    }

    @Test(arguments: [
        ("{", "no JSON"), ("{}", "'expr'"), (#"{"expr": "1"}"#, "'value' or 'error'"),
        (#"{"expr": "1", "value": {"t": "int", "v": 1}}"#, "'value' is no value"),
        (#"{"expr": "x", "bindings": {"x": 1}, "error": true}"#, "'x' is no value"),
    ])
    func `a line that is no case says why`(line: String, message: String) {
        let error = #expect(throws: ConformanceCase.ReadError.self) {
            try ConformanceCase(parsing: line)
        }
        #expect(error?.description.contains(message) == true)
    }

    @Test func `values of all types are written as they are read`() throws {
        let source = """
            [null, true, 1, 2u, 1.5, 'a', b'b', duration('1s'), timestamp('1969-12-31T23:59:59.5Z'), \
            int, {'a': [1], 2: {}}]
            """
        let value = try Expression(parsing: source).value(Bindings())
        let json = ConformanceValue.encode(value)
        let read = try #require(ConformanceValue.decode(json))
        #expect(ConformanceValue.areSame(read, value))
        #expect(ConformanceValue.encode(read) == json)
    }
}
