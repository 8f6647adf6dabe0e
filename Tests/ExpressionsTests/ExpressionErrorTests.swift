import Expressions
import Testing

/// What is said of a text that is no expression.
@Suite struct ExpressionErrorTests {
    private func failure(_ source: String) -> ExpressionError? {
        do throws(ExpressionError) {
            _ = try Expression(parsing: source)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            ("a = 1", 2, "unexpected '='", "write '==' to compare"),
            ("a === 1", 2, "unexpected '==='", "write '==' to compare"),
            ("a <> 1", 2, "unexpected '<>'", "write '!=' for 'is not equal to'"),
            ("a & b", 2, "unexpected '&'", "write '&&' for 'and'"),
            ("a | b", 2, "unexpected '|'", "write '||' for 'or'"),
            ("a and b", 2, "expected an operator or the end, found 'and'", "write '&&' for 'and'"),
            ("a OR b", 2, "expected an operator or the end, found 'OR'", "write '||' for 'or'"),
            ("not a", 0, "unexpected 'not'", "write '!' for 'not'"),
            ("(a", 0, "the '(' that stands here is not closed", "add ')'"),
            ("[1, 2", 0, "the '[' that stands here is not closed", "add ']'"),
            (
                "f(a and b)", 4, "expected an operator or the end, found 'and'",
                "write '&&' for 'and'"
            ),
            ("siez(a)", 0, "there is no function siez()", "did you mean size()?"),
            ("a.startWith('x')", 2, "there is no method startWith()", "did you mean startsWith()?"),
            ("math.flor(1.5)", 5, "there is no function math.flor()", "did you mean math.floor()?"),
            (
                "startsWith(a, 'x')", 0, "there is no function startsWith()",
                "write it as a method: value.startsWith(…)"
            ),
            ("a.int()", 2, "there is no method int()", "write it as a function: int(value)"),
            ("'abc", 0, "the string that starts here is not closed", "close it with '"),
            ("“abc”", 0, "unexpected '“'", "use straight quotes, ' or \""),
            ("tasks.0", 6, "expected a name after '.', found '0'", nil),
            (
                "${{ a }}", 0, "unexpected '$'",
                "write the expression itself, without '${{' and '}}'"
            ),
            (
                "'\\q'", 1, "unknown escape in a string",
                "write '\\\\' for a backslash, or r\"…\" for a string without escapes"
            ),
        ] as [(String, Int, String, String?)])
    func `a mistake is told with its place and its correction`(
        source: String, offset: Int, message: String, suggestion: String?
    ) throws {
        let error = try #require(failure(source), "\(source) was read")
        #expect(error.message == message)
        #expect(error.offset == offset)
        if let suggestion { #expect(error.suggestion == suggestion) }
    }

    @Test(
        arguments: [
            ("", 0, "expected a value, found the end"),
            ("a)", 1, "unexpected ')': nothing is open that it closes"),
            ("a +", 3, "expected a value, found the end"),
            ("a ? b", 5, "expected ':' and the other value of the '?', found the end"),
            ("{1 2}", 3, "expected ':' and a value after the key, found '2'"),
            ("f(1 2)", 4, "expected ',' or ')', found '2'"),
            ("for", 0, "'for' is a reserved word"),
            ("9223372036854775808", 0, "the number 9223372036854775808 does not fit 64 bits"),
            ("1abc", 1, "unexpected 'a' right after a number"),
            ("size()", 0, "size() takes 1 argument, found 0"),
            ("'a'.substring()", 4, "substring() takes 1 to 2 arguments, found 0"),
            ("has(a)", 4, "has() takes a field, as has(tasks.fetch.outputs.score)"),
            ("[1].all(1, true)", 8, "expected the name of a variable for each element"),
            ("[1].all(i, i, true)", 11, "the two variables have one name, 'i'"),
            ("a.matches('(')", 10, "the pattern is no regular expression: a '(' is not closed"),
            ("é", 0, "unexpected 'é'"),
            ("'é' ~ 1", 5, "unexpected '~'"),
        ] as [(String, Int, String)])
    func `an incomplete or impossible text is told with its place in bytes`(
        source: String, offset: Int, message: String
    ) throws {
        let error = try #require(failure(source), "\(source) was read")
        #expect(error.message == message)
        #expect(error.offset == offset)
    }

    @Test func `an error reads as one line`() {
        #expect(
            failure("a = 1")?.description
                == "unexpected '=' (at offset 2); write '==' to compare")
        #expect(failure("a )")?.description.hasSuffix("(at offset 2)") == true)
    }
}
