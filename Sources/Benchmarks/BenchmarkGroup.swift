import POSIX
import Values

/// Figures that are measured together.
struct BenchmarkGroup {
    /// What the command line calls it.
    let name: String
    /// Whether it talks to the API server of LLM_ORCHESTRATOR_TEST_KUBECONFIG.
    var needsCluster = false
    /// Measures and reports.
    let run: (Report) async -> Void

    /// Every group, in the order in which all of them are measured.
    ///
    /// - Parameter idle: What the process used before it measured anything.
    static func all(idle: ProcessUsage) -> [BenchmarkGroup] {
        [
            BenchmarkGroup(name: "json") { jsonBenchmarks($0) },
            BenchmarkGroup(name: "yaml") { yamlBenchmarks($0) },
            BenchmarkGroup(name: "engine") { report in
                engineBenchmarks { name, shape, tasks, value, unit in
                    report.figure(
                        name, value, unit,
                        ["shape": .string(shape), "tasks": .integer(Int64(tasks))])
                }
            },
            BenchmarkGroup(name: "admission") { admissionBenchmarks($0) },
            BenchmarkGroup(name: "expressions") { report in
                expressionBenchmarks { report.figure($0, $1, $2) }
            },
            BenchmarkGroup(name: "workflows") { report in
                workflowBenchmarks { report.figure($0, $1, $2) }
            },
            BenchmarkGroup(name: "kubernetes") { report in
                kubernetesBenchmarks { report.figure($0, $1, $2) }
            },
            BenchmarkGroup(name: "controlplane") { report in
                await controlPlaneBenchmarks { report.figure($0, $1, $2) }
            },
            BenchmarkGroup(name: "http") { await httpBenchmarks($0) },
            BenchmarkGroup(name: "run", needsCluster: true) { await runBenchmarks($0) },
            BenchmarkGroup(name: "large") { await largeRunBenchmarks($0) },
            BenchmarkGroup(name: "scale") { await scaleBenchmarks($0) },
            BenchmarkGroup(name: "history") { await historyBenchmarks($0) },
            BenchmarkGroup(name: "manifests") { await manifestBenchmarks($0) },
            BenchmarkGroup(name: "soak") { await soakBenchmarks($0) },
            BenchmarkGroup(name: "peers") { await peerBenchmarks($0) },
            BenchmarkGroup(name: "memory") { memoryBenchmarks($0, idle: idle) },
        ]
    }
}
