import Foundation
import POSIX

/// Prints the figures of docs/performance.md: one JSON line each, and nothing else on stdout.
///
/// `Benchmarks [group ...]` measures the groups named, or all; `--list` names them, one a line, with
/// `cluster` behind those that need LLM_ORCHESTRATOR_TEST_KUBECONFIG. An unknown group ends it with 2.
@main
enum Main {
    static func main() async {
        let idle = ProcessUsage.current()
        let names = Array(CommandLine.arguments.dropFirst())
        let groups = BenchmarkGroup.all(idle: idle)
        if names == ["--list"] {
            for group in groups {
                try? StandardStreams.write(group.name + (group.needsCluster ? " cluster\n" : "\n"))
            }
            return
        }
        let unknown = names.filter { name in !groups.contains { $0.name == name } }
        guard unknown.isEmpty else {
            let known = groups.map(\.name).joined(separator: " ")
            try? StandardStreams.write(
                "unknown group \(unknown.joined(separator: " ")); there are: \(known)\n",
                to: .error)
            exit(2)
        }
        for group in groups where names.isEmpty || names.contains(group.name) {
            let report = Report(group: group.name)
            await group.run(report)
            // Of all that was measured so far: run-bench gives each group a process of its own.
            report.figure("memory.peak", Double(ProcessUsage.current().peakResidentBytes), "B")
        }
    }
}
