import Glibc
import POSIX
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct ChildProcessTests {
    private let path = ["PATH": "/usr/bin:/bin"]

    private func shell(_ script: String, input: String = "") -> ChildConfiguration {
        ChildConfiguration(
            executable: "sh", arguments: ["-c", script], environment: path,
            standardInput: Array(input.utf8))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `both streams and the exit code come back`() async throws {
        let result = try await ChildProcess.collect(shell("echo out; echo err >&2; exit 3"))
        #expect(text(result.output) == "out\n")
        #expect(text(result.error) == "err\n")
        #expect(result.status == .exited(3))
        #expect(result.status.description == "exited with code 3")
    }

    @Test func `arguments arrive as they are`() async throws {
        let arguments = ["%s|", "two words", "", "$HOME", "a\nb", "é", "'\""]
        let result = try await ChildProcess.collect(
            ChildConfiguration(executable: "printf", arguments: arguments, environment: path))
        #expect(text(result.output) == "two words||$HOME|a\nb|é|'\"|")
    }

    @Test func `the child sees the variables it is given and no other`() async throws {
        let variables = ["A": "1", "B": "x=y", "EMPTY": ""]
        let result = try await ChildProcess.collect(
            ChildConfiguration(executable: "/usr/bin/env", environment: variables))
        #expect(text(result.output) == "A=1\nB=x=y\nEMPTY=\n")
    }

    @Test func `the child runs in its directory, and a relative path is meant from there`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try FileSystem.write("#!/bin/sh\npwd\n", to: directory.file("tool"), permissions: 0o755)
        let result = try await ChildProcess.collect(
            ChildConfiguration(
                executable: "./tool", environment: path, workingDirectory: directory.path))
        #expect(text(result.output) == directory.path + "\n")
    }

    @Test func `a large input arrives whole while the output is read`() async throws {
        let input = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let result = try await ChildProcess.collect(
            ChildConfiguration(executable: "cat", environment: path, standardInput: input),
            maximumBytes: 2 << 20)
        #expect(result.output == input)
        #expect(result.status.isSuccess)
    }

    @Test func `a child that does not read its input ends as it wants`() async throws {
        let input = String(repeating: "x", count: 1_000_000)
        let result = try await ChildProcess.collect(shell("exec 0<&-; echo done", input: input))
        #expect(text(result.output) == "done\n")
        #expect(result.status.isSuccess)
        #expect(try await ChildProcess.collect(shell("cat")).output.isEmpty)
    }

    @Test func `what keeps a program from running is told apart`() async throws {
        let directory = try TemporaryDirectory()
        try FileSystem.write("text", to: directory.file("plain"))
        try FileSystem.write("\u{1}\u{2}", to: directory.file("binary"), permissions: 0o755)
        let cases: [(ChildConfiguration, SpawnError.Step, ErrorNumber)] = [
            (ChildConfiguration(executable: "no-such-program"), .find, .notFound),
            (ChildConfiguration(executable: ""), .find, .notFound),
            (
                ChildConfiguration(executable: "plain", environment: ["PATH": directory.path]),
                .find, .permissionDenied
            ),
            (ChildConfiguration(executable: directory.file("none")), .execute, .notFound),
            (ChildConfiguration(executable: directory.file("plain")), .execute, .permissionDenied),
            (ChildConfiguration(executable: directory.file("binary")), .execute, .notExecutable),
            (
                ChildConfiguration(executable: "true", workingDirectory: directory.file("none")),
                .directory, .notFound
            ),
            (
                ChildConfiguration(executable: "true", arguments: ["a\0b"]), .execute,
                .invalidArgument
            ),
        ]
        for (configuration, step, code) in cases {
            let error = await #expect(throws: SpawnError.self) {
                try await ChildProcess.spawn(configuration)
            }
            #expect(error?.step == step)
            #expect(error?.code == code)
            #expect(error?.isTransient == false)
        }
        let error = await #expect(throws: SpawnError.self) {
            try await ChildProcess.spawn(ChildConfiguration(executable: "no-such-program"))
        }
        #expect(error?.description == "cannot run no-such-program: command not found")
    }

    @Test func `a signal is told from an exit code`() async throws {
        let result = try await ChildProcess.collect(shell("kill -SEGV $$"))
        #expect(result.status == .signalled(Signal(rawValue: SIGSEGV)))
        #expect(result.status.description == "was ended by SIGSEGV")
        #expect(result.status.shellCode == 139)
    }

    @Test func `ending a child ends its children too`() async throws {
        let process = try await ChildProcess.spawn(shell("sleep 1000 & echo $!; wait"))
        let grandchild = try #require(Int32(text(await firstLine(of: process))))
        let status = await process.terminate(grace: .seconds(60))
        #expect(status == .signalled(.terminate))
        await waitUntilGone(grandchild)
        #expect(!Signal(rawValue: 0).send(to: process.processID))
    }

    @Test func `a child that will not end by SIGTERM is killed after the grace`() async throws {
        let process = try await ChildProcess.spawn(
            shell("trap '' TERM; echo $$; while :; do :; done"))
        _ = await firstLine(of: process)
        #expect(await process.terminate(grace: .milliseconds(50)) == .signalled(.kill))
    }

    @Test func `a stopped child can be ended in good order`() async throws {
        let process = try await ChildProcess.spawn(
            shell("trap 'exit 7' TERM; echo; while :; do :; done"))
        _ = await firstLine(of: process)
        process.send(.stop)
        while processState(process.processID) != "T" { await Task.yield() }
        #expect(await process.terminate(grace: .seconds(60)) == .exited(7))
    }

    @Test func `what a child leaves behind in its group is killed when it ends`() async throws {
        let result = try await ChildProcess.collect(shell("sleep 1000 & echo $!"))
        #expect(result.status.isSuccess)
        await waitUntilGone(try #require(Int32(text(result.output.dropLast(1).map { $0 }))))
    }

    @Test func `a process that left the group cannot hold up the end of the output`() async throws {
        let result = try await ChildProcess.collect(
            shell("setsid sleep 1000 & while [ $(ps -o pgid= -p $!) = $$ ]; do :; done; echo $!"))
        let escaped = try #require(Int32(text(result.output).filter(\.isNumber)))
        Signal.kill.send(to: escaped)
    }

    @Test func `a process that left the group cannot fill the output for ever`() async throws {
        let directory = try TemporaryDirectory()
        // It sleeps once the pipe is full.
        let child = try await ChildProcess.spawn(
            shell(
                """
                setsid yes &
                while [ $(ps -o pgid= -p $!) = $$ ] || [ $(ps -o state= -p $!) != S ]; do :; done
                echo $! > \(directory.path)/escaped
                """))
        #expect(await child.wait().isSuccess)
        let number = try FileSystem.readText(directory.file("escaped")).filter(\.isNumber)
        let escaped = try #require(Int32(number))
        let held = 1 << 16
        var count = 0
        let written = writtenBytes(escaped)
        while count <= held, let output = await child.nextOutput() {
            count += output.bytes.count
            // What was read is written again, so that the pipe is never found empty.
            while writtenBytes(escaped) == written { await Task.yield() }
        }
        #expect(count == held)
        // Its pipe is closed, so that it has ended by itself.
        if count > held { Signal.kill.send(to: escaped) }
        await waitUntilGone(escaped)
    }

    @Test func `what a child wrote before its end is read whole, however slowly`() async throws {
        let child = try await ChildProcess.spawn(shell("head -c 60000 /dev/zero"))
        #expect(await child.wait().isSuccess)
        var count = 0
        while let output = await child.nextOutput() { count += output.bytes.count }
        #expect(count == 60000)
    }

    @Test func `cancelling the task ends the child and returns after that`() async throws {
        let directory = try TemporaryDirectory()
        let (lines, line) = AsyncStream.makeStream(of: Int32.self)
        let task = Task {
            try await ChildProcess.run(
                shell(
                    "trap 'echo ended > \(directory.path)/file; exit 5' TERM; echo $$; while :; do :; done"
                )
            ) { output in
                if let number = Int32(text(output.bytes).filter(\.isNumber)) { line.yield(number) }
            }
        }
        var iterator = lines.makeAsyncIterator()
        let process = try #require(await iterator.next())
        task.cancel()
        #expect(try await task.value == .exited(5))
        #expect(!FileSystem.exists("/proc/\(process)"))
        #expect(FileSystem.exists(directory.file("file")))
    }

    @Test func `a child is killed when nobody holds it any more`() async throws {
        var process: ChildProcess? = try await ChildProcess.spawn(shell("exec sleep 1000"))
        let number = try #require(process?.processID)
        process = nil
        await waitUntilGone(number)
    }

    @Test func `a child waits until its output is read`() async throws {
        let process = try await ChildProcess.spawn(shell("exec head -c 1000000 /dev/zero"))
        while writtenBytes(process.processID) < 65_536 { await Task.yield() }
        // The pipe is full now; a reader that read ahead would have let more through.
        #expect(writtenBytes(process.processID) <= 2 * 65_536)
        var count = 0
        while let output = await process.nextOutput() { count += output.bytes.count }
        #expect(count == 1_000_000)
        #expect(await process.wait().isSuccess)
    }

    @Test func `a child may use no more than its limits`() async throws {
        var configuration = shell("ulimit -n; ulimit -c; ulimit -t; head -c 9000 /dev/zero > file")
        let directory = try TemporaryDirectory()
        configuration.workingDirectory = directory.path
        configuration.limits = ChildLimits(
            processorSeconds: 50, fileBytes: 8192, openFiles: 32)
        let result = try await ChildProcess.collect(configuration)
        #expect(text(result.output) == "32\n0\n50\n")
        #expect(!result.status.isSuccess)
        #expect(try FileSystem.read(directory.file("file")).count == 8192)
    }

    // In a process of its own, as other tests use memory too.
    @Test func `fifty megabytes pass through little memory`() async {
        await #expect(processExitsWith: .success) {
            _ = try await ChildProcess.collect(ChildConfiguration(executable: "/bin/true"))
            let before = ProcessUsage.current().peakResidentBytes
            var count = 0
            let status = try await ChildProcess.run(
                ChildConfiguration(
                    executable: "/usr/bin/head", arguments: ["-c", "52428800", "/dev/zero"])
            ) { output in count += output.bytes.count }
            #expect(status.isSuccess)
            #expect(count == 50 << 20)
            #expect(ProcessUsage.current().peakResidentBytes - before < 10 << 20)
        }
    }

    @Test func `a child has three descriptors, an empty mask and default signals`() async throws {
        // Neither is close-on-exec, as those of a careless library would not be.
        let leaks = [unsafe open("/dev/null", O_RDONLY), unsafe open("/dev/null", O_WRONLY)]
        defer { for leak in leaks { close(leak) } }
        Signals.ignoreBrokenPipe()
        let result = try await ChildProcess.collect(
            shell("ls /proc/$$/fd; grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status"))
        let lines = text(result.output).split(separator: "\n")
        #expect(lines.prefix { !$0.hasPrefix("Sig") } == ["0", "1", "2"])
        #expect(lines.contains("SigBlk:\t0000000000000000"))
        #expect(lines.contains("SigIgn:\t0000000000000000"))
    }

    // In a process of its own, as other tests open descriptors and have children too.
    @Test func `hundreds of children leave no descriptor and no zombie`() async {
        await #expect(processExitsWith: .success) {
            _ = try await ChildProcess.collect(ChildConfiguration(executable: "/bin/true"))
            let before = ProcessUsage.current().openFiles
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let child = ChildConfiguration(
                            executable: "/bin/sh", arguments: ["-c", "cat; exit \(number % 7)"],
                            environment: ["PATH": "/usr/bin:/bin"],
                            standardInput: Array("\(number)".utf8))
                        let result = try? await ChildProcess.collect(child)
                        #expect(result?.output == Array("\(number)".utf8))
                        #expect(result?.status == .exited(Int32(number % 7)))
                    }
                }
            }
            for _ in 0..<20 {
                _ = try? await ChildProcess.spawn(ChildConfiguration(executable: "/none"))
                _ = try? await ChildProcess.spawn(ChildConfiguration(executable: "/bin/sleep"))
                    .terminate(grace: .seconds(60))
            }
            // A child's end is told before the loop has closed what watched it.
            while ProcessUsage.current().openFiles > before { await Task.yield() }
            #expect(zombies().isEmpty)
        }
    }

    @Test func `children die with a parent that is killed`() async throws {
        let result = await #expect(
            processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]
        ) {
            let process = try await ChildProcess.spawn(
                ChildConfiguration(executable: "/bin/sleep", arguments: ["1000"]))
            try StandardStreams.write("child=\(process.processID)\n")
            Signal.kill.send(to: Host.processID)
            _ = await process.wait()
        }
        let output = text(try #require(result?.standardOutputContent))
        let line = try #require(output.split(separator: "\n").first { $0.contains("child=") })
        let number = try #require(line.split(separator: "=").last.flatMap { Int32($0) })
        await waitUntilGone(number)
    }
}

/// What a child wrote up to the first line break, without it.
private func firstLine(of process: ChildProcess) async -> [UInt8] {
    var line: [UInt8] = []
    while !line.contains(10), let output = await process.nextOutput() { line += output.bytes }
    return Array(line.prefix { $0 != 10 })
}

/// The letter of a process's state; nil where there is no such process.
private func processState(_ number: Int32) -> Character? {
    let status = try? FileSystem.readText("/proc/\(number)/stat")
    return status?.split(separator: ")").last?.dropFirst().first
}

/// Waits until a process is gone, or is a zombie that somebody else has to reap.
private func waitUntilGone(_ number: Int32) async {
    while let state = processState(number), state != "Z" { await Task.yield() }
}

/// The bytes a process has written, by the kernel's count.
private func writtenBytes(_ number: Int32) -> Int {
    let counters = (try? FileSystem.readText("/proc/\(number)/io")) ?? ""
    let line = counters.split(separator: "\n").first { $0.hasPrefix("wchar:") }
    return line.flatMap { Int($0.dropFirst(7)) } ?? 0
}

/// The children of this process that have ended and were not reaped.
private func zombies() -> [String] {
    let processes = (try? FileSystem.list("/proc")) ?? []
    return processes.filter { name in
        guard let number = Int32(name), processState(number) == "Z",
            let stat = try? FileSystem.readText("/proc/\(number)/stat"),
            let parent = stat.split(separator: ")").last?.split(separator: " ").dropFirst().first
        else { return false }
        return Int32(parent) == Host.processID
    }
}
