import Expressions
import TestSupport
import Testing
import Values

/// Templates for what Jinja knows nothing of: contexts, references, places of errors, bounds.
@Suite struct TextTemplateTests {
    private let bindings = Bindings([
        "q": "say \"hi\" \\ it's $HOME `id`\n", "n": 7, "many": ["a b", 1], "none": nil,
        "url": "https://example.test/?a=1", "plain": "abc",
    ])

    private func render(
        _ source: String, _ context: TemplateContext = .text
    ) throws -> String {
        try TextTemplate(parsing: source, for: context).render(bindings)
    }

    private func failure(
        _ source: String, _ context: TemplateContext = .text
    ) -> ExpressionError? {
        do throws(ExpressionError) {
            _ = try TextTemplate(parsing: source, for: context)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Contexts

    @Test(arguments: [
        (#"{"a": "{{ q }}"}"#, #"{"a": "say \"hi\" \\ it's $HOME `id`\n"}"#),
        (#"{"a": {{ q }}, "n": {{ n }}}"#, #"{"a": "say \"hi\" \\ it's $HOME `id`\n", "n": 7}"#),
        (#"{"a": "n={{ n }}", "l": {{ many }}}"#, #"{"a": "n=7", "l": ["a b",1]}"#),
        (#"{"a": "{{ many }}"}"#, #"{"a": "[\"a b\",1]"}"#),
        (#"{"a\"{{ plain }}": {{ none }}}"#, #"{"a\"abc": null}"#),
        (#"{{ many | tojson }}"#, #"["a b",1]"#),
        (#""{{ many | tojson }}""#, #""[\"a b\",1]""#),
        (#"{{ q | length | tojson }}"#, "27"),
        (#"{{ '{"a": 1}' | raw }}"#, #"{"a": 1}"#),
        (#"["{% if n > 3 %}{{ plain }}{% else %}{{ q }}{% endif %}"]"#, #"["abc"]"#),
    ])
    func `a value in JSON stays one value`(source: String, expected: String) throws {
        let text = try render(source, .json)
        #expect(text == expected)
        _ = try JSON(parsing: text)
    }

    @Test(arguments: [
        ("echo {{ plain }}", "echo 'abc'"), ("echo {{ n }}", "echo '7'"),
        ("echo {{ n }}>out", "echo '7'>out"), ("echo $x{{ plain }}", "echo $x'abc'"),
        ("echo {{ '' }}", "echo ''"), ("echo {{ 'a b' }}", "echo 'a b'"),
        ("echo {{ \"it's\" }}", #"echo 'it'"'"'s'"#),
        ("echo '{{ \"it's\" }}'", #"echo 'it'"'"'s'"#),
        ("echo \"{{ '$x`\\\"\\\\' }}\"", #"echo "\$x\`\"\\""#),
        ("a=\"$(cat {{ 'x y' }})\" b={{ '*' }}", "a=\"$(cat 'x y')\" b='*'"),
        ("# it's\necho {{ 'a b' }}", "# it's\necho 'a b'"),
        ("echo a#' {{ \"it's\" }}'", #"echo a#' it'"'"'s'"#),
        ("echo \\' {{ 'a b' }}", "echo \\' 'a b'"),
        ("echo $x{{ 'a b' }}", "echo $x'a b'"),
        ("echo ${#x[@]} {{ 'a b' }}", "echo ${#x[@]} 'a b'"),
        ("{{ 'a b' | shell }}", "'a b'"), ("{{ 'a b' | raw }} c", "a b c"),
        ("(echo \"$(echo \"{{ '`' }}\")\"); {{ ';' }}", "(echo \"$(echo \"\\`\")\"); ';'"),
        ("echo '{{ \"'\u{301}\" }}'", "echo ''\"'\"'\u{301}'"),
        ("echo {{ \"a'\u{301}b\" }}", "echo 'a'\"'\"'\u{301}b'"),
        ("echo {{ \"a'\u{301}\" | shell }}", "echo 'a'\"'\"'\u{301}'"),
        ("echo $(date)#'{{ \"it's\" }}'", #"echo $(date)#'it'"'"'s'"#),
        ("echo `date`#'{{ \"it's\" }}'", #"echo `date`#'it'"'"'s'"#),
        ("echo a\r#'{{ \"it's\" }}'", "echo a\r#'it'\"'\"'s'"),
        ("echo `# it's` {{ 'a b' }}", "echo `# it's` 'a b'"),
        ("echo \"$$(\" {{ 'a b' }}", "echo \"$$(\" 'a b'"),
        ("echo \"${x}{{ plain }}\"", "echo \"${x}abc\""),
        ("echo {% if n > 1 %}$x{% endif %} {{ plain }}", "echo $x 'abc'"),
        ("echo{% for x in many %} {{ x }}{% endfor %}", "echo 'a b' '1'"),
    ])
    func `a value in a script stays one word`(source: String, expected: String) throws {
        #expect(try render(source, .shell) == expected)
    }

    @Test(arguments: [
        "cat <<EOF\n{{ q }}\nEOF", "echo $(({{ n }} + 1))", "echo $'{{ q }}'", "# {{ q }}",
        "echo ${x:-{{ q }}}", "echo \\{{ q }}", "echo $(case x in a) echo {{ q }};; esac)",
        "echo ${x:-\"}\"{{ q }}\"}", "echo ${{ q | upper }}", "echo `echo {{ q }}`",
        "echo $[{{ n }}]", "echo \"$[{{ n }}]\"", "a\\\n#b <<E\n{{ q }}\nE",
        "n=`echo \"{{ q }}\" | wc -l`", "echo `echo '{{ q }}'`", "echo `echo $(echo {{ q }})`",
        "echo `echo 'a`' {{ q }}", "echo \"$x{{ q }}\"", "echo \"$\\\n{{ q }}\"",
        "echo $\\\n{{ q }}", "cat <\\\n<EOF\n{{ q }}\nEOF", "echo $'\\'' {{ q }}",
        "echo ${x:-{} # }\n{{ q }}", "echo ${ date; } {{ q }}", "echo ${| date; } {{ q }}",
        "echo \"{% if n > 1 %}${% endif %}{{ q }}\"",
        "echo \"${% if n > 9 %}1{% else %}{{ q }}{% endif %}\"",
        "echo {% if n > 1 %}a{% endif %}#' \n{{ q }}'",
    ])
    func `where a script would take a value apart none may stand`(source: String) throws {
        let error = try #require(failure(source, .shell))
        #expect(error.message.contains("safely"))
        #expect(source.utf8.dropFirst(error.offset).starts(with: "{{".utf8))
    }

    @Test(arguments: [
        ("https://x.test/{{ 'a/b c' }}?q={{ 'é&=' }}", "https://x.test/a%2Fb%20c?q=%C3%A9%26%3D"),
        ("{{ url | raw }}&b={{ n }}", "https://example.test/?a=1&b=7"),
        ("x?{{ {'a b': 'c&d'} | urlencode }}", "x?a+b=c%26d"),
        ("{{ many }}", "%5B%22a%20b%22%2C1%5D"),
        (
            "https://x.test/a{{ '' }}/{{ '.b' }}/{{ '...' }}?q={{ '' }}&r={{ '..' }}#{{ '.' }}",
            "https://x.test/a/.b/...?q=&r=..#."
        ),
        ("https://x.test/../{{ plain }}", "https://x.test/../abc"),
        ("https://{{ plain }}?next=https://x.test/", "https://abc?next=https://x.test/"),
        ("{{ 'a/b/' | urlencode }}", "a/b/"), ("x/{{ '..' | raw }}/y", "x/../y"),
    ])
    func `a value in an address stays one part`(source: String, expected: String) throws {
        #expect(try render(source, .url) == expected)
    }

    @Test(
        arguments: [
            ("https://x.test/items/{{ '' }}", 26), ("https://x.test/items/{{ '..' }}", 26),
            ("https://x.test/items/{{ '.' }}/x?y", 26), ("https://x.test/{{ '' }}/x", 20),
            ("https://x.test/{{ '.' }}{{ '.' }}#a", 20), ("/x/%2E{{ '.' }}", 11),
            ("https://x.test/{{ 'a/../b' | urlencode }}", 20), ("/a/{{ plain }}/{{ '' }}", 20),
            ("{{ url | raw }}/x", nil), ("https://x.test/{{ '..' }}{{ 'a' }}", nil),
        ] as [(String, Int?)])
    func `no value makes the path of an address go elsewhere`(source: String, offset: Int?) throws {
        let template = try TextTemplate(parsing: source, for: .url)
        do throws(EvaluationError) {
            _ = try template.render(bindings)
            #expect(offset == nil)
        } catch {
            #expect(error.code == .invalidArgument)
            let place = try #require(offset)
            // The place is that of the expression, or of the operator at its root.
            #expect((place - 2...place + 12).contains(error.offset), "\(error)")
        }
    }

    @Test(arguments: ["echo {{ v }}", "echo '{{ v }}'", "echo \"{{ v }}\"", "echo {{ v | shell }}"])
    func `a script holds no text with a NUL`(source: String) throws {
        let template = try TextTemplate(parsing: source, for: .shell)
        let error = #expect(throws: EvaluationError.self) {
            try template.render(Bindings(["v": "a\0b"]))
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test func `branches and loops leave off in the quotes they started in`() throws {
        #expect(failure("{% if n > 1 %}'{% endif %}{{ q }}", .shell)?.offset == 15)
        #expect(
            failure("{% for x in many %}\"{% endfor %}", .json)?.message.contains("quotes") == true)
        #expect(failure("{% if n > 1 %}'a'{% else %}\"b\"{% endif %}{{ q }}", .shell) == nil)
        #expect(failure("{% if n > 1 %}'{% endif %}{{ q }}", .text) == nil)
        let dollar = "\"{% for x in many %}{{ x }}${% endfor %}\""
        #expect(failure(dollar, .shell)?.message.contains("'$'") == true)
        #expect(failure(dollar, .text) == nil)
    }

    // MARK: Names

    @Test func `names of the template are no references`() throws {
        let template = try TextTemplate(
            parsing: """
                {% set a = tasks.run-tests.outputs.x %}{{ a.b }} {% for u in users %}{{ u.name }}
                {{ loop.index }}{{ other }}{{ [1].map(z, z + n) }}{% endfor %}{{ u }}
                {{ maybe.x | default(a) | upper }}
                """)
        #expect(
            template.references.map {
                "\($0.path.joined(separator: "."))\($0.mayBeMissing ? "?" : "") \($0.offset)"
            } == [
                "tasks.run-tests.outputs.x 11", "users 61", "other 101", "n 127", "u 147",
                "maybe.x? 155",
            ])
        for reference in template.references {
            let rest = template.source.utf8.dropFirst(reference.offset)
            #expect(rest.starts(with: reference.path[0].utf8))
        }
    }

    @Test(
        arguments: [
            (
                "{% if n > 1 %}{% set x = 1 %}{% endif %}{{ x }}", 43,
                "set it before the 'if' as well"
            ),
            ("{{ loop.index }}", 3, nil),
            ("{% for x in l %}{{ loop.indx }}{% endfor %}", 24, "index"),
            ("{% for x in l %}{{ loop }}{% endfor %}", 19, "loop.index"),
            ("{% set loop = 1 %}", 7, nil), ("{% for in in l %}{% endfor %}", 7, nil),
            ("{{ a ~ b }}", 5, "'+'"), ("{{ a // b }}", 5, "'/'"),
            ("{{ a is defined }}", 5, "has("),
            ("{{ a and b }}", 5, "'&&'"), ("{{ x.items() }}", 5, "value | items"),
            ("{{ range(3) }}", 3, "lists.range"), ("{{ None }}", 3, "null"),
            ("{{ a = b }}", 5, "=="),
            ("{{ a | uper }}", 7, "upper"), ("{{ a | join(seperator=1) }}", 12, nil),
            ("{{ a | truncate(lenght=1) }}", 16, "length"), ("{% fi x %}", 0, "if"),
            ("{% else if x %}", 7, "elif"), ("{% elsif x %}", 0, "elif"), ("{{ .ID }", 0, "raw"),
            ("{{ range . }}", 11, "raw"), ("{{ list }}", 3, "another name"),
            ("{{ map | json }}", 3, "another name"), ("{% include 'x' %}", 0, "input"),
            ("x {% for a in b %}", 2, "endfor"),
            ("{% if a %}{% for b in c %}{% endif %}", 26, "endfor"),
            ("{{ a if b else c }}", 5, "?"), ("{% set ns.x = 1 %}", 9, "changed"),
            ("{{ f(x) | map }}", 10, "map('upper')"), ("{{ x | map('json2') }}", 11, "json"),
            ("{{ x | select('od') }}", 14, "odd"), ("é{{ 'a }}", 5, "close"),
        ] as [(String, Int, String?)])
    func `a mistake is told with its place and what to write`(
        source: String, offset: Int, suggestion: String?
    ) throws {
        let error = try #require(failure(source))
        #expect(error.offset == offset, "\(error)")
        if let suggestion {
            #expect(error.suggestion?.contains(suggestion) == true, "\(error)")
        }
    }

    @Test func `an evaluation's error counts from the start of the text`() throws {
        for (source, offset) in [
            ("é {{ n.x }}", 8), ("{% for x in n %}{% endfor %}", 12), ("{{ n | first }}", 7),
            ("{% for x, y in many %}{% endfor %}", 15), ("{% if n / 0 %}{% endif %}", 8),
        ] {
            let error = #expect(throws: EvaluationError.self) { try render(source) }
            #expect(error?.offset == offset, "\(source): \(error?.description ?? "")")
        }
    }

    // MARK: Bounds

    @Test func `nesting is refused, not followed`() {
        for (open, close) in [("{% if n %}", "{% endif %}"), ("{% for x in l %}", "{% endfor %}")] {
            for depth in [65, 9000] {
                let source =
                    String(repeating: open, count: depth) + String(repeating: close, count: depth)
                #expect(throws: ExpressionError.self) { try TextTemplate(parsing: source) }
            }
            let source = String(repeating: open, count: 64) + String(repeating: close, count: 64)
            #expect(throws: Never.self) { try TextTemplate(parsing: source) }
        }
        let filters = "{{ n" + String(repeating: " | abs", count: 30_000) + " }}"
        #expect(throws: ExpressionError.self) { try TextTemplate(parsing: filters) }
        let tags = String(repeating: "{{ n }}", count: 10_001)
        #expect(throws: ExpressionError.self) { try TextTemplate(parsing: tags) }
        let text = String(repeating: "a", count: 1 << 20) + "b"
        #expect(throws: ExpressionError.self) { try TextTemplate(parsing: text) }
    }

    @Test(arguments: [
        "{% for a in l %}{% for b in l %}{% endfor %}{% endfor %}",
        "{% for a in l %}{{ s }}{% endfor %}", "{{ s | indent(100) | indent(100) | indent(100) }}",
        "{% for a in l %}{{ l.all(b, l.all(c, c >= 0)) }}{% endfor %}",
        "{% for a in l if l.all(b, l.all(c, c >= 0)) %}{% endfor %}",
        "{{ s | replace('', s) }}", "{{ l | map('string') | join(s) }}",
        "{{ s | list | batch(500001, 0) }}",
        "{% set x = s %}{% for a in l %}{% for b in [1] %}{{ x | upper | lower }}{% endfor %}{% endfor %}",
        "{{ 1 | round(101) }}", "{{ s | indent(101) }}", "{{ l | tojson(101) }}",
    ])
    func `what is endless stops at a bound`(source: String) throws {
        let bindings = Bindings([
            "l": .array((0..<1000).map { .integer($0) }),
            "s": .string(String(repeating: "a\n", count: 20_000)),
        ])
        let template = try TextTemplate(parsing: source)
        let error = #expect(throws: EvaluationError.self) { try template.render(bindings) }
        #expect(
            [.costExceeded, .tooLarge, .invalidArgument].contains(error?.code), "\(source)")
    }

    @Test func `a template of its own keeps the type of a sole expression`() throws {
        #expect(try TextTemplate(parsing: "{{ many }}").value(bindings) == ["a b", 1])
        #expect(try TextTemplate(parsing: "{{ many }} ").value(bindings) == "[\"a b\",1] ")
        #expect(try TextTemplate(parsing: "{{ n }}", for: .shell).value(bindings) == "'7'")
        #expect(!TextTemplate.isNeeded(for: "a { b } }} %} {#"))
        #expect(TextTemplate.isNeeded(for: "a {{"))
        #expect(TextTemplate.isNeeded(for: "{% raw %}"))
    }
}
