import Expressions
import Testing
import Values

/// What is said of an expression that has no value.
@Suite struct EvaluationErrorTests {
    private let bindings = Bindings([
        "outputs": ["metrics": [1, 2], "response": "ok"], "empty": [:], "count": 3,
        "name": "x", "nothing": nil,
    ])

    private func failure(_ source: String) throws -> EvaluationError? {
        let expression = try Expression(parsing: source)
        do throws(EvaluationError) {
            _ = try expression.evaluate(bindings)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            ("outputs.score", .noSuchKey, 8, "no such key: score (keys: metrics, response)"),
            ("empty.x", .noSuchKey, 6, "no such key: x (the map is empty)"),
            (
                "1 + missing", .noSuchVariable, 4,
                "no such variable: missing (variables: count, empty, name, nothing, outputs)"
            ),
            ("outputs.metrics[2]", .indexOutOfRange, 15, "no element 2 in a list of 2"),
            ("optional.none().value()", .noValue, 16, "the optional holds no value"),
            (
                "name.first", .noSuchOverload, 5,
                "a value of type string has no fields, so no 'first'"
            ),
            ("nothing.x", .noSuchOverload, 8, "a value of type null_type has no fields, so no 'x'"),
            (
                "count + 1.5", .noSuchOverload, 6,
                "'+' does not take (int, double); convert one with int(), uint() or double()"
            ),
            (
                "name + 1", .noSuchOverload, 5,
                "'+' does not take (string, int); convert the other with string()"
            ),
            ("size(count)", .noSuchOverload, 0, "'size' does not take (int)"),
            ("count / 0", .divisionByZero, 6, "division by zero"),
            ("9223372036854775807 + count", .overflow, 20, "the result of '+' is out of range"),
            ("int('1x')", .invalidArgument, 0, "'1x' is no integer"),
            (
                "18446744073709551615u", .notRepresentable, 0,
                "the unsigned integer 18446744073709551615 has no form in JSON; convert it with string()"
            ),
            (
                "0.0 / 0.0", .notRepresentable, 4,
                "NaN has no form in JSON; convert it with string()"
            ),
        ] as [(String, EvaluationError.Code, Int, String)])
    func `a failure says what happened and where`(
        source: String, code: EvaluationError.Code, offset: Int, message: String
    ) throws {
        let error = try #require(try failure(source), "\(source) has a value")
        #expect(error.code == code)
        #expect(error.message == message)
        #expect(error.offset == offset)
    }

    @Test func `what is missing is told apart from what is wrong`() throws {
        for source in ["outputs.score", "missing", "outputs.metrics[9]", "outputs['x']"] {
            #expect(try failure(source)?.isMissingValue == true)
        }
        for source in ["name.first", "count + name", "1 / 0", "int('x')"] {
            #expect(try failure(source)?.isMissingValue == false)
        }
    }

    @Test func `a condition must be a boolean`() throws {
        let expression = try Expression(parsing: "count")
        #expect(
            throws: EvaluationError(.notBoolean, "the condition is of type int, not bool", at: 0)
        ) {
            try expression.evaluateCondition(bindings)
        }
        #expect(try Expression(parsing: "count == 3").evaluateCondition(bindings))
    }

    @Test func `many keys are cut short`() throws {
        let keys = Bindings(["m": .object(JSONObject((0..<30).map { ("k\($0)", .null) }))])
        let expression = try Expression(parsing: "m.x")
        let error = #expect(throws: EvaluationError.self) { try expression.evaluate(keys) }
        #expect(error?.message.hasSuffix(", … 20 more)") == true)
    }
}
