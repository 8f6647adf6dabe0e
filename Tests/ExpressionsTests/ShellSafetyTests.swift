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
    ]

    private static let values = [
        "$(pwn)", "`pwn`", "';pwn;'", "\";pwn;\"", "\npwn\n", "a;pwn", "$(pwn)'\"`pwn`\n;pwn;#",
        "x\\", "\\';pwn;'", "EOF\npwn\n", "))`pwn`", "}`pwn`", ")\npwn\n(", "&pwn&", "|pwn",
        "'\"\\';pwn\n", "*/;pwn", "x[$(pwn)]", "$'\\x27;pwn;'", "\\`pwn\\`", "a[$(pwn)]=1",
        "'\u{301};pwn;'\u{301}", "'\u{200D};pwn;'\u{200D}", "\"\u{301};pwn;\"\u{301}",
        "$\u{301}(pwn)`\u{301}pwn`\u{301}", "\r\npwn\r\n", "'\r\npwn\r\n'", "(pwn)", "{ pwn; }",
        "x=1", "pwn", "\\\";pwn;\\\"", "2",
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
        for source in ShellSafetyTests.places where seed == 1 {
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
