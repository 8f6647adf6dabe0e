import Executors
import POSIX
import TestSupport
import Testing
import Values
import Workflows

@Suite(.timeLimit(.minutes(10))) struct CommandExecutorTests {
    private let executor = CommandExecutor(terminationGrace: .milliseconds(200))

    private func run(
        _ inputs: JSONObject, deadline: Timestamp? = nil
    ) async -> AttemptOutcome {
        await executor.execute(attempt(inputs, deadline: deadline), output: DiscardedOutput())
    }

    @Test func `a command starts in an empty directory of its own, which is gone after it`()
        async throws
    {
        let scratch = try TemporaryDirectory()
        let outcome = await CommandExecutor(scratchDirectory: scratch.path).execute(
            TaskAttemptRequest(
                namespace: "n", run: "r", runUID: "u", taskID: "t", attempt: 1,
                inputs: ["shell": true, "command": "pwd; touch left-behind"]),
            output: DiscardedOutput())
        #expect(outcome.outputs?["stdout"]?.stringValue?.hasPrefix("\(scratch.path)/task-") == true)
        #expect(try FileSystem.list(scratch.path).isEmpty)
    }

    @Test func `what a command writes comes back and is streamed`() async throws {
        let sink = RecordedOutput()
        let outcome = await executor.execute(
            attempt(["shell": true, "command": "echo out; echo err >&2"]), output: sink)
        #expect(outcome.outputs == ["stdout": "out\n", "stderr": "err\n", "exitCode": 0])
        #expect(sink.text(.stdout) == "out\n")
        #expect(sink.text(.stderr) == "err\n")
    }

    @Test func `arguments are not looked at by a shell`() async {
        let list = await run(["command": ["echo", "$HOME", "a  b"]])
        #expect(list.outputs?["stdout"] == "$HOME a  b\n")
        let split = await run(["command": "echo", "args": ["$HOME", 5, true]])
        #expect(split.outputs?["stdout"] == "$HOME 5 true\n")
    }

    @Test func `a shell gets the further words as its parameters`() async {
        let outcome = await run(["shell": true, "command": "echo \"$1|$#\"", "args": ["a b", "c"]])
        #expect(outcome.outputs?["stdout"] == "a b|2\n")
    }

    @Test func `JSON on standard output is an output`() async {
        let object = await run(["command": "printf", "args": [#"{"a":[1,2]}"#]])
        #expect(object.outputs?["json"] == ["a": [1, 2]])
        let text = await run(["command": "echo", "args": ["plain"]])
        #expect(text.outputs?.contains("json") == false)
        let asText = await run(["command": ["echo", "5"], "outputFormat": "text"])
        #expect(asText.outputs?.contains("json") == false)
        let lines = await run(["command": ["printf", "1\n{\"b\":2}\n"], "outputFormat": "lines"])
        #expect(lines.outputs?["lines"] == [1, ["b": 2]])
        let wrong = await run(["command": ["echo", "plain"], "outputFormat": "json"])
        #expect(wrong.error?.type == TaskError.Kind.validation)
        #expect(wrong.error?.isRetryable == false)
    }

    @Test func `input is a text as it is or JSON`() async {
        let text = await run(["command": "cat", "stdin": "a\nb"])
        #expect(text.outputs?["stdout"] == "a\nb")
        let json = await run(["command": "cat", "stdin": ["b": 1, "a": [true]]])
        #expect(json.outputs?["stdout"] == #"{"a":[true],"b":1}"#)
    }

    @Test func `the environment is a small one and what the task adds`() async throws {
        let outcome = await run([
            "command": "env", "env": ["A": "x", "N": 5, "LANG": "C"],
        ])
        let lines = try #require(outcome.outputs?["stdout"]?.stringValue).split(separator: "\n")
        let names = lines.map { String($0.prefix { $0 != "=" }) }.sorted()
        let own = names.filter { !$0.hasPrefix("ORCHESTRATOR_") }
        #expect(own == ["A", "HOME", "LANG", "N", "PATH", "TMPDIR"])
        #expect(lines.contains("ORCHESTRATOR_ATTEMPT=1"))
        #expect(lines.contains("A=x"))
        #expect(lines.contains("N=5"))
        #expect(lines.contains("LANG=C"))
    }

    @Test func `a command starts in its directory, or in a new one that goes with it`() async throws
    {
        let directory = try TemporaryDirectory()
        let named = await run(["command": "pwd", "workingDirectory": .string(directory.path)])
        #expect(named.outputs?["stdout"] == .string(directory.path + "\n"))
        let new = await run(["shell": true, "command": "pwd; ls -A; echo > file"])
        let path = try #require(new.outputs?["stdout"]?.stringValue).dropLast()
        #expect(!path.contains("\n"))
        #expect(!FileSystem.exists(String(path)))
        let missing = await run([
            "command": "pwd", "workingDirectory": .string(directory.file("none")),
        ])
        #expect(missing.error?.type == CommandExecutor.failedErrorType)
        #expect(missing.error?.isRetryable == false)
    }

    @Test func `a failed command tells its code and its last words`() async throws {
        let error = try #require(
            await run([
                "shell": true, "command": "for i in 1 2 3 4 5; do echo line $i >&2; done; exit 3",
            ]).error)
        #expect(error.type == "CommandFailed")
        #expect(error.code == 3)
        #expect(error.isRetryable)
        #expect(error.message == "the shell command exited with code 3: line 3\nline 4\nline 5")
        let killed = await run(["shell": true, "command": "kill -KILL $$"])
        #expect(killed.error?.message == "the shell command was ended by SIGKILL")
    }

    @Test func `other exit codes count as success where the task says so`() async {
        let inputs: JSONObject = [
            "command": ["sh", "-c", "exit 4"], "successExitCodes": [0, 4],
        ]
        #expect(await run(inputs).outputs?["exitCode"] == 4)
    }

    @Test func `a command that is not there is a failure for good`() async throws {
        let error = try #require(await run(["command": "no-such-command"]).error)
        #expect(error.type == "CommandNotFound")
        #expect(!error.isRetryable)
        #expect(error.message == "cannot run no-such-command: command not found")
    }

    @Test(
        arguments: [
            [:], ["command": ""], ["command": []], ["command": ["a": 1]], ["comand": "x"],
            ["command": "x", "env": "A=1"], ["command": "x", "env": ["A": [1]]],
            ["command": "x", "shell": "yes"], ["command": "x", "env": ["A=B": "1"]],
            ["command": "x", "outputFormat": "xml"],
        ] as [JSONObject])
    func `inputs that make no sense are refused`(inputs: JSONObject) async throws {
        let error = try #require(await run(inputs).error)
        #expect(error.type == TaskError.Kind.validation)
        #expect(!error.isRetryable)
    }

    @Test func `a misspelt input is told with the one that was meant`() async {
        let error = await run(["command": "x", "workingDirectoy": "/"]).error
        #expect(
            error?.message
                == "unknown input \"workingDirectoy\"; did you mean \"workingDirectory\"?")
    }

    @Test func `of a long output the end is kept, from a whole character on`() async throws {
        // 3 bytes a character, so that the cut is inside of one.
        let outcome = await run([
            "shell": true,
            "command": "i=0; while [ $i -lt 10000 ]; do printf €; i=$((i+1)); done; printf end",
        ])
        let text = try #require(outcome.outputs?["stdout"]?.stringValue)
        #expect(text.utf8.count <= ExecutorLimits.textBytes)
        #expect(text.utf8.count > ExecutorLimits.textBytes - 3)
        #expect(text.hasPrefix("€"))
        #expect(text.hasSuffix("€end"))
        #expect(outcome.outputs?["stdoutTruncated"] == true)
        #expect(outcome.outputs?.contains("stderrTruncated") == false)
    }

    @Test func `JSON longer than what is kept as text is read whole, up to its own bound`() async {
        let inputs: (Int) -> JSONObject = { count in
            ["shell": true, "command": .string("printf '\"%0\(count)d\"' 0")]
        }
        let large = await run(inputs(500_000))
        #expect(large.outputs?["json"]?.stringValue?.utf8.count == 500_000)
        #expect(large.outputs?["stdoutTruncated"] == true)
        let tooLarge = await run(inputs(1 << 20))
        #expect(tooLarge.outputs?.contains("json") == false)
        var asked = inputs(1 << 20)
        asked["outputFormat"] = "json"
        #expect(await run(asked).error?.type == TaskError.Kind.tooLarge)
    }

    @Test func `a passed deadline ends the whole group and is a timeout`() async throws {
        let sink = RecordedOutput()
        let outcome = await executor.execute(
            attempt(
                [
                    "shell": true,
                    "command": "trap '' TERM; sleep 1000 & echo $$ $!; wait; sleep 1000",
                ],
                deadline: SystemClock.now() + .milliseconds(300)),
            output: sink)
        #expect(outcome.error?.type == TaskError.Kind.timeout)
        #expect(outcome.error?.isRetryable == true)
        for word in sink.text(.stdout).split(whereSeparator: \.isWhitespace) {
            await waitUntilGone(try #require(Int32(word)))
        }
        let late = await run(["command": "true"], deadline: Timestamp(seconds: 1))
        #expect(late.error?.type == TaskError.Kind.timeout)
        let inTime = await run(["command": "true"], deadline: SystemClock.now() + .seconds(50))
        #expect(inTime.outputs?["exitCode"] == 0)
    }

    @Test(arguments: [false, true])
    func `a cancelled attempt ends the whole group`(hasDeadline: Bool) async throws {
        let sink = RecordedOutput()
        let deadline = hasDeadline ? SystemClock.now() + .seconds(1000) : nil
        let task = Task { [executor] in
            await executor.execute(
                attempt(
                    ["shell": true, "command": "sleep 1000 & echo $$ $!; wait"],
                    deadline: deadline), output: sink)
        }
        var pieces = sink.standardOutput.makeAsyncIterator()
        let words = try #require(await pieces.next()).split(whereSeparator: \.isWhitespace)
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(words.count == 2)
        for word in words { await waitUntilGone(try #require(Int32(word))) }
    }
}

/// Waits until a process is gone, or is a zombie that somebody else has to reap.
private func waitUntilGone(_ number: Int32) async {
    while let stat = try? FileSystem.readText("/proc/\(number)/stat"),
        stat.split(separator: ")").last?.hasPrefix(" Z") == false
    {
        await Task.yield()
    }
}
