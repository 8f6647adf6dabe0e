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
        while scripts.count < 60 {
            var source = ""
            for _ in 0...random.below(9) {
                source +=
                    ShellSafetyTests.fragments[
                        random.below(ShellSafetyTests.fragments.count)]
            }
            let value = ShellSafetyTests.values[random.below(ShellSafetyTests.values.count)]
            guard source.utf8.count(where: { $0 == UInt8(ascii: "v") }) > 0,
                let template = try? TextTemplate(parsing: source, for: .shell),
                let script = try? template.render(Bindings(["v": .string(value)]))
            else { continue }
            try FileSystem.write(script, to: directory.file("\(scripts.count).t"))
            scripts.append(source)
        }
        let driver = """
            for script in *.t; do
              PATH=$PWD/bin /bin/sh "$script" < /dev/null > /dev/null 2>&1
              if [ -e ran ]; then echo "$script"; rm ran; fi
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
}
