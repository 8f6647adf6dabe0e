import Values

/// A complaint of libyaml, turned into a sentence that says what to do.
struct SyntaxProblem {
    private let problem: String
    private let context: String
    private let next: Unicode.Scalar?

    /// - Parameter next: The character at the place of the problem.
    init(_ problem: String, context: String, next: Unicode.Scalar?) {
        self.problem = problem
        self.context = context
        self.next = next
    }

    func error(at position: SourcePosition, opened: SourcePosition? = nil) -> YAMLError {
        YAMLError(.syntax, sentence(opened: opened), at: position, related: opened)
    }

    private func sentence(opened: SourcePosition?) -> String {
        let since = opened.map { " (opened at line \($0.line))" } ?? ""
        if problem == "found character that cannot start any token" { return strayCharacter }
        if problem == "found unexpected end of stream" {
            return "a quote\(since) is never closed: add the closing quote"
        }
        if problem == "did not find expected ',' or ']'" {
            return "expected ',' or ']' in the list\(since): close it, or put the value in quotes"
        }
        if problem == "did not find expected ',' or '}'" {
            return "expected ',' or '}' in the mapping\(since): close it, "
                + "or put the value in quotes"
        }
        return SyntaxProblem.sentences[problem] ?? (context.isEmpty ? "" : "\(context), ") + problem
    }

    private var strayCharacter: String {
        switch next {
        case "\t"?:
            "a tab is used as indentation, where YAML allows only spaces: replace the tab"
        case let character?:
            "'\(character)' cannot start a value: put the value in quotes"
        case nil: "a value cannot start here: put it in quotes"
        }
    }

    private static let indentation =
        "this line does not line up with the ones before it, or a ':' is missing: "
        + "check the indentation"

    private static let sentences: [String: String] = [
        "mapping values are not allowed in this context":
            "a ':' is not allowed here: put a value that holds ': ' in quotes, or check the "
            + "indentation",
        "did not find expected key": indentation,
        "did not find expected '-' indicator":
            "expected '- ' of the list here: check the indentation",
        "could not find expected ':'":
            "expected ':' after the key: add it, or put text of several lines in quotes or "
            + "after '|'",
        "block sequence entries are not allowed in this context":
            "'- ' is not allowed here: start the list on a line of its own",
        "found a tab character where an indentation space is expected":
            "a tab is used as indentation, where YAML allows only spaces: replace the tab",
        "found a tab character that violates indentation":
            "a tab is used as indentation, where YAML allows only spaces: replace the tab",
        "found unexpected document indicator":
            "'---' or '...' stands inside a quoted text: close the quote before it",
        "found unknown escape character":
            "this is no escape of a double-quoted text: write '\\\\' for a backslash, or use "
            + "single quotes",
        "did not find expected hexdecimal number":
            "expected hexadecimal digits after '\\x', '\\u' or '\\U'",
        "found invalid Unicode character escape code":
            "this escape is no character: write a character beyond U+FFFF as '\\U' and eight "
            + "digits",
        "control characters are not allowed":
            "a control character is here: remove it, or write it as an escape in double quotes",
        "did not find expected <document start>":
            "the document ended on the line before: put '---' between two documents, or check "
            + "the indentation",
        "found undefined tag handle":
            "this tag is not known: remove it, tags other than those of the core schema are not "
            + "read",
        "found incompatible YAML document":
            "this version of YAML is not read: remove the %YAML line",
        "did not find expected comment or line break":
            "only a comment may follow on this line",
        "did not find expected alphabetic or numeric character":
            "'&' and '*' start an anchor or an alias: put a value that begins with one in quotes",
    ]
}
