import Expressions
import POSIX
import TestSupport
import Testing
import Values

/// Scripts put together at random, with hostile values in them, run by a real shell.
@Suite struct ShellSafetyTests {
    private static let fragments = [
        "echo ", "a", "b=", "'", "\"", "$(", "`", ")", "(", "{", "}", "${x:-", "$x", "$", "\\", " ",
        "\n", ";", " && ", " | cat ", "# ", "<<EOF\n", "EOF\n", "<<<", "<<", "case a in a) ",
        ";; esac", "$((", "))", "$'", "[[ ", " ]]", "if true; then ", "; fi", "for i in ",
        "; do :; done", "{{ v }}", "{{ v }}", " {{ v }} ", "'{{ v }}'", "\"{{ v }}\"", "~", "*",
        "x={{ v }} ", "?", "!", "#", "|", "&", ">", "/dev/null ", "\\\n", "\\'", "\\\"", "f() ",
        "{% if true %}", "{% endif %}", "=", "case", " esac", " in ", "${#x}", "$[", "]", "<(",
        "{% for i in [1, 2] %}", "{% endfor %}", "{% else %}", "b[", "]=1", "=(", "<", " -eq 0",
        "{% if false %}", "[[", "ca", "se ",
    ]

    private static let values = [
        "$(pwn)", "`pwn`", "';pwn;'", "\";pwn;\"", "\npwn\n", "a;pwn", "$(pwn)'\"`pwn`\n;pwn;#",
        "x\\", "\\';pwn;'", "EOF\npwn\n", "))`pwn`", "}`pwn`", ")\npwn\n(", "&pwn&", "|pwn",
        "'\"\\';pwn\n", "*/;pwn", "x[$(pwn)]", "$'\\x27;pwn;'", "\\`pwn\\`", "a[$(pwn)]=1",
        "'\u{301};pwn;'\u{301}", "'\u{200D};pwn;'\u{200D}", "\"\u{301};pwn;\"\u{301}",
        "$\u{301}(pwn)`\u{301}pwn`\u{301}", "\r\npwn\r\n", "'\r\npwn\r\n'", "(pwn)", "{ pwn; }",
        "x=1", "pwn", "\\\";pwn;\\\"", "2", "x;pwn", "b[$(pwn)]", "[$(pwn)]=1",
    ]

    /// Texts that were once read otherwise than a shell reads them.
    private static let places = [
        "echo '{{ v }}'", "echo {{ v | shell }}", "n=`echo \"{{ v }}\" | wc -l`",
        "echo `echo '{{ v }}'`", "echo `# it's`\necho {{ v }}", "echo `echo 'a`' {{ v }}'",
        "echo \"$\\\n{{ v }}\"", "echo $\\\n{{ v }}", "echo \"$x{{ v }}\"",
        "echo $'\\'' {{ v }} '", "echo \"$$(\" {{ v }} \")\"", "echo $$'\\' {{ v }}",
        "echo $(date)#'\n{{ v }}\n'", "echo `date`#'\n{{ v }}\n'", "echo a\r#'\n{{ v }}\n'",
        "echo a\u{0B}#'\n{{ v }}\n'", "echo ${x:-{} # } {{ v }}", "echo $${a # x } {{ v }}",
        "cat <\\\n<EOF\n{{ v }}\nEOF", "echo \"{% if true %}${% endif %}{{ v }}\"",
        "echo \"{% if true %}${% else %}x{% endif %}{{ v }}\"",
        "echo \"${% if false %}1{% else %}{{ v }}{% endif %}\"",
        "echo \"{% for x in [1, 2] %}{{ v }}${% endfor %}\"",
        "echo a{% if true %} {% endif %}#'\n{{ v }}\n'", "echo $(echo \"{{ v }}\")",
        "echo \"$(echo '{{ v }}')\"", "echo \"`echo \\\"{{ v }}\\\"`\"",
    ]

    /// Texts that are read otherwise on one way to a place than on another, or by bash alone.
    private static let refused = [
        "echo http://h/p{% for x in [1, 2] %}#{{ v }} {% endfor %}",
        "{% for x in [1, 2] %}# it's\necho {{ v }}{% endfor %}",
        "{% for x in [1, 2] %}{% if true %}# it's\n{% endif %}echo {{ v }}{% endfor %}",
        "{% if false %}echo x {% else %}cat <{% endif %}<EOF\n{{ v }}\nEOF\n",
        "{% if true %}cat <{% else %}echo x {% endif %}<EOF\n{{ v }}\nEOF\n",
        "cat {% for y in [1, 2] %}x <{% endfor %}<EOF\n{{ v }}\nEOF\n",
        "cat x{% for y in [1, 2] %}<EOF\n{{ v }}\nEOF\ncat <{% endfor %}",
        "{% if true %}({% else %}: x{% endif %}(x = {{ v }}))", "cat <(true)#'\n{{ v }}\n'",
        "a=(x)#'\n{{ v }}\n'", "{% if true %}a={% else %}x {% endif %}(x)#'\n{{ v }}\n'",
        "[[ {{ v }} -eq 0 ]]", "[[ \"{{ v }}\" -eq 0 ]]", "if [[ 0 -eq '{{ v }}' ]]; then :; fi",
        "[[ ( {{ v }} -eq 0 ) ]]", "[[ a ]b && {{ v }} -eq 0 ]]",
        "{% if true %}[[{% else %}[{% endif %} {{ v }} -eq 0 ]]", "[\\\n[ {{ v }} -eq 0 ]]",
        "b[{{ v }}]=1", "b[\"{{ v }}\"]=1", "b[c[{{ v }}]]=1", "b[1 + {{ v }}]=1",
        "{% if true %}b{% else %}-{% endif %}[{{ v }}]=1",
        "{% for x in [1, 2] %}[{{ v }}]=1 b{% endfor %}",
        "echo \"$({% if true %}ca{% else %}xx{% endif %}se x in x) {{ v }} ;; esac)\"",
        "echo \"$({% for x in [1, 2] %}se x in (x) {{ v }} ;; esac; ca{% endfor %})\"",
        "echo \"$([[ a ) ]] {{ v }} \"",
    ]

    /// Texts like these that are read alike, on all ways and by all shells.
    private static let accepted = [
        "echo {% for x in [1, 2] %}{{ v }}{% endfor %}",
        "echo {% for x in [1, 2] %}{{ v }} {% endfor %}",
        "{% for x in [1, 2] %}\n# a comment\necho {{ v }}\n{% endfor %}",
        "{% for x in [1, 2] %}# a comment\necho {{ v }}\n{% endfor %}",
        "{% for x in [1, 2] %}case {{ v }} in x) ;; esac\n{% endfor %}",
        "echo http://h/{% if true %}a{% else %}b{% endif %}#x {{ v }}",
        "echo --x{% if true %}={% else %} {% endif %}{{ v }}",
        "echo \"{% if true %}<b>{% else %}x={% endif %}\" {{ v }}",
        "echo '{% if true %}${% else %}x{% endif %}' {{ v }}",
        "echo [{% for x in [1, 2] %}\"{{ v }}\",{% endfor %}]",
        "echo \"$(for i in 1 2; do echo {% for x in [1, 2] %}{{ v }} {% endfor %}; done)\"",
        "[ \"$x\" = {{ v }} ]", "if [ {{ v }} -eq 0 ]; then :; fi", "test {{ v }} = x",
        "cat file[0-9] {{ v }}", "cat file[[:digit:]]* {{ v }}", "cat [[:alpha:]]* {{ v }}",
        "[[ -f x ]] && echo {{ v }}", "[[ -f x ]]; echo {{ v }}", "[[ ( a ) ]]\necho {{ v }}",
        "x=$([[ -f x ]]) echo {{ v }}", "b[1]=2; echo {{ v }}", "b[$i]={{ v }}",
        "f() { echo {{ v }}; }", "(cd x; echo {{ v }})", "( (echo {{ v }}) )",
        "echo \"$(cat <x)\" {{ v }}", "awk '{ a[$1] = 1 }' {{ v }}",
    ]

    @Test(arguments: refused)
    func `no value stands where shells read it in two ways`(source: String) {
        #expect(throws: ExpressionError.self) { try TextTemplate(parsing: source, for: .shell) }
    }

    @Test(arguments: accepted)
    func `a value stands where all shells read one word`(source: String) throws {
        _ = try TextTemplate(parsing: source, for: .shell)
    }

    @Test func `arithmetic is told by its name`() {
        let error = #expect(throws: ExpressionError.self) {
            try TextTemplate(parsing: "[[ {{ v }} -eq 0 ]]", for: .shell)
        }
        #expect(error?.message.contains("arithmetic") == true)
        #expect(error?.suggestion?.contains("[ … ]") == true)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `no value runs as a command`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let directory = try TemporaryDirectory()
        try FileSystem.createDirectory(directory.file("bin"))
        try FileSystem.write(
            "#!/bin/sh\n: > \(directory.file("ran"))\n", to: directory.file("bin/pwn"),
            permissions: 0o755)
        var scripts: [String] = []
        func add(_ source: String, _ value: String) throws {
            guard let template = try? TextTemplate(parsing: source, for: .shell),
                let script = try? template.render(Bindings(["v": .string(value)]))
            else { return }
            try FileSystem.write(script, to: directory.file("\(scripts.count).t"))
            scripts.append(source)
        }
        let places = ShellSafetyTests.places + ShellSafetyTests.refused + ShellSafetyTests.accepted
        for source in places where seed == 1 {
            for value in ShellSafetyTests.values { try add(source, value) }
        }
        let wanted = scripts.count + 60
        while scripts.count < wanted {
            var source = ""
            for _ in 0...random.below(9) {
                source +=
                    ShellSafetyTests.fragments[
                        random.below(ShellSafetyTests.fragments.count)]
            }
            let value = ShellSafetyTests.values[random.below(ShellSafetyTests.values.count)]
            guard source.utf8.contains(UInt8(ascii: "v")) else { continue }
            try add(source, value)
        }
        let driver = """
            for shell in /bin/sh /bin/bash; do
              [ -x $shell ] || continue
              for script in *.t; do
                PATH=$PWD/bin $shell "$script" < /dev/null > /dev/null 2>&1
                if [ -e ran ]; then echo "$script"; rm ran; fi
              done
            done
            """
        let shell = Program("/bin/sh", directory: directory.path)
        let result = try await shell.run("-c", driver)
        let ran = result.lines.compactMap { Int($0.dropLast(2)) }.map { scripts[$0] }
        #expect(ran.isEmpty, "\(ran.map(\.debugDescription))")
        // A value that is raw does run: the test can see what it is to find.
        try FileSystem.write(
            try TextTemplate(parsing: "echo {{ v | raw }}", for: .shell)
                .render(Bindings(["v": "$(pwn)"])), to: directory.file("0.t"))
        #expect(try await shell.run("-c", "PATH=$PWD/bin; . ./0.t; echo ran*").lines.last == "ran")
    }

    @Test(arguments: [
        "{{ v }}", "'{{ v }}'", "\"{{ v }}\"", "{{ v | shell }}", "\"$(echo {{ v }})\"",
    ])
    func `every value comes out as it went in`(place: String) async throws {
        let directory = try TemporaryDirectory()
        let template = try TextTemplate(
            parsing: "printf %s \(place)>out; printf =%s \(place)>>out", for: .shell)
        let values = [
            "2", "if", "x=1", "-", "é'\u{301}", "a\r\nb", "\r\n'", "👩\u{200D}👧'", "~", "*",
        ]
        for value in values {
            let script = try template.render(Bindings(["v": .string(value)]))
            try FileSystem.write(script, to: directory.file("script"))
            _ = try await Program("/bin/sh", directory: directory.path).run("script")
            let written = try FileSystem.read(directory.file("out"), maximumBytes: 1000)
            #expect(String(decoding: written, as: UTF8.self) == "\(value)=\(value)")
        }
    }
}
