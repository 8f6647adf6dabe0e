import Console
import Testing

@Suite struct ArgumentParserTests {
    private let run = CommandSpecification(
        "run", "Runs a workflow.",
        positionals: [.init("FILE", "the manifest")],
        options: [
            .value("output", "o", "FORMAT", choices: ["tree", "json"], "what is printed"),
            .value("set", nil, "K=V", repeats: true, "one input"), .flag("quiet", "q", "say less"),
            .value("message", "m", "TEXT", mayBeEmpty: true, "why"),
        ])

    @Test(arguments: [
        ["file.yaml", "-o", "json"], ["-ojson", "file.yaml"], ["--output=json", "file.yaml"],
        ["--output", "json", "--", "file.yaml"],
    ])
    func `options are read in every usual form`(call: [String]) throws {
        let parsed = try ParsedArguments(parsing: call, for: run)
        #expect(parsed.value("output") == "json")
        #expect(parsed.positionals == ["file.yaml"])
    }

    @Test func `an option that repeats keeps its order`() throws {
        let parsed = try ParsedArguments(
            parsing: ["f", "--set", "a=1", "--set=b=2", "-q"], for: run)
        #expect(parsed.values("set") == ["a=1", "b=2"])
        #expect(parsed.has("quiet"))
    }

    @Test(arguments: [
        (["f", "--ouput", "json"], "did you mean --output?"), ([], "run needs FILE"),
        (["f", "-o", "xml"], "one of tree, json"), (["f", "-o"], "needs a value"),
        (["f", "g"], "unexpected argument"), (["f", "--quiet=1"], "takes no value"),
        (["f", "-o", "json", "-o", "tree"], "stands twice"), (["f", "-x"], "unknown option -x"),
        (["f", "--set="], "--set is empty"), (["f", "--set", ""], "--set is empty"),
        ([""], "FILE is empty"),
    ])
    func `a wrong call says what to write`(call: [String], expected: String) {
        let error = #expect(throws: UsageError.self) {
            try ParsedArguments(parsing: call, for: run)
        }
        #expect(error?.description.contains(expected) == true)
    }

    @Test func `a text may be empty where that is one`() throws {
        let parsed = try ParsedArguments(parsing: ["f", "--message="], for: run)
        #expect(parsed.value("message") == "")
    }

    @Test func `help names every option and argument`() {
        let help = HelpText(program: "p", summary: "S.").command(run)
        for word in ["FILE", "-o, --output tree|json", "--set K=V", "-q, --quiet"] {
            #expect(help.contains(word))
        }
    }

    @Test(arguments: ShellCompletion.shells)
    func `completion knows commands, options and choices`(shell: String) throws {
        let script = try #require(ShellCompletion(program: "p", commands: [run]).script(for: shell))
        for word in ["run", "output", "tree json"] { #expect(script.contains(word)) }
    }
}
