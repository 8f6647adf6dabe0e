import Console
import Kubernetes
import POSIX
import Values

/// A run that ended, as commands print it.
struct RunResult {
    private let run: KubernetesObject

    /// Takes the run's object.
    init(_ run: KubernetesObject) { self.run = run }

    /// Writes the run to standard output.
    func write(as format: ObjectFormat) {
        if let text = run.json.text(as: format) {
            Output.write(text)
            return
        }
        if format == .table {
            Output.write(RunTable.text([run]))
            return
        }
        // The tree itself was drawn live; piped, it is drawn once, here.
        if !Terminal.isTerminal(.output) {
            let progress = RunProgress(
                run: run.json, dependencies: run.taskDependencies, now: SystemClock.now())
            for line in progress.lines(Output.style) { Output.line(line) }
        }
        writeOutputs()
    }

    /// Writes the run's outputs, a line each; nothing where it has none.
    func writeOutputs() {
        for line in outputs { Output.line(line) }
    }

    private var outputs: [String] {
        guard let outputs = run.status["outputs"]?.objectValue, !outputs.isEmpty else { return [] }
        return ["", Output.style.text("outputs", .strong)]
            + outputs.map { name, value in
                "  \(name): \(value.stringValue ?? value.text)"
            }
    }
}

/// Runs as a table, as `kubectl get` shows them.
enum RunTable {
    /// The table of runs, newest last.
    static func text(_ runs: [KubernetesObject], allNamespaces: Bool = false) -> String {
        let headings = ["NAME", "PHASE", "PROGRESS", "WORKFLOW", "AGE", "MESSAGE"]
        var table = TextTable(allNamespaces ? ["NAMESPACE"] + headings : headings)
        let now = SystemClock.now()
        for run in runs.sorted(by: isOlder) {
            let age = run.creationTimestamp.map { shortAge(now - $0) } ?? ""
            let told = run.status["waiting"]?["message"] ?? run.status["message"]
            let message = told?.stringValue ?? ""
            let workflow =
                run.status["workflow"]?["name"]?.stringValue
                ?? run.spec["workflowRef"]?["name"]?.stringValue ?? ""
            let cells = [
                run.name, run.phase, run.status["progress"]?.stringValue ?? "", workflow, age,
                String(message.prefix { !$0.isNewline }.prefix(80)),
            ]
            table.add(allNamespaces ? [run.namespace] + cells : cells)
        }
        return table.text
    }

    private static func isOlder(_ first: KubernetesObject, _ second: KubernetesObject) -> Bool {
        let zero = Timestamp(nanoseconds: 0)
        return (first.creationTimestamp ?? zero, first.name)
            < (second.creationTimestamp ?? zero, second.name)
    }

    /// The two largest units of an age, as kubectl prints them: `3m12s`, `4d`.
    static func shortAge(_ age: Duration) -> String {
        let seconds = max(0, age.components.seconds)
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<600: return "\(seconds / 60)m\(seconds % 60)s"
        case ..<7200: return "\(seconds / 60)m"
        case ..<172_800: return "\(seconds / 3600)h"
        default: return "\(seconds / 86_400)d"
        }
    }
}
