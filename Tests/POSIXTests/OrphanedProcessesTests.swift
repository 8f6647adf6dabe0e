import POSIX
import TestSupport
import Testing

@Suite struct OrphanedProcessesTests {
    @Test func `what bears the mark is ended, its own children too, and nothing else`() async throws
    {
        let mark = RandomBytes.make(8).map { String($0) }.joined(separator: "-")
        let bystander = try await ChildProcess.spawn(
            ChildConfiguration(
                executable: "/bin/sleep", arguments: ["600"],
                environment: ["PATH": "/bin:/usr/bin", "TEST_MARK": "\(mark)-other"]))
        // The outer shell ends at once; what it started stays. The inner one speaks when it has a
        // session of its own, so that the end of the outer one's group does not reach it.
        let script = "setsid sh -c 'echo $$; exec sleep 600 >/dev/null 2>&1 </dev/null' &"
        let output = try await ChildProcess.collect(
            ChildConfiguration(
                executable: "/bin/sh", arguments: ["-c", "echo $(\(script))"],
                environment: ["PATH": "/bin:/usr/bin", "TEST_MARK": mark])
        ).output
        let text = String(decoding: output, as: UTF8.self).prefix { $0.isNumber }
        let orphan = try #require(Int32(text))
        #expect(Signal(rawValue: 0).send(to: orphan))
        #expect(OrphanedProcesses.end(marked: "TEST_MARK", mark) == 1)
        _ = try await awaited("the orphan to be gone") {
            OrphanedProcesses.end(marked: "TEST_MARK", mark) == 0 ? true : nil
        }
        #expect(Signal(rawValue: 0).send(to: bystander.processID))
        await bystander.terminate(grace: .zero)
    }
}
