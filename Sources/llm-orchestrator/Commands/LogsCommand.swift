import Console
import Engine
import HTTP
import Kubernetes
import POSIX
import Values

/// `logs`: what the tasks of a run wrote.
enum LogsCommand: Command {
    static let specification = CommandSpecification(
        "logs", "Prints what a run's tasks wrote to standard output and error.",
        positionals: [
            .init("RUN", "the run's name"),
            .init("TASK", isRequired: false, "one task; all of them where absent"),
        ],
        options: [
            .value("attempt", nil, "N", "one attempt; the last where absent"),
            .flag("follow", "f", "go on until the run ends"),
        ] + Connection.options,
        examples: [("logs nightly-1 fetch", "what one task wrote")])

    private static let followInterval = Duration.milliseconds(300)

    /// How far attempts have been printed.
    private struct Printed {
        /// How many bytes, by task and attempt.
        var bytes: [String: Int] = [:]
        /// Those that write no more and are printed whole: they are not asked for again.
        var whole: Set<String> = []
    }

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        var run = try await connection.wholeRun(arguments.positionals[0])
        let only = arguments.positionals.dropFirst().first
        if let only, run.status["tasks"]?[only] == nil {
            let known = run.status["tasks"]?.objectValue?.keys ?? []
            throw CommandFailure(
                .notFound,
                "the run \(run.name) has no task \(only); it has \(known.joined(separator: ", "))")
        }
        var attempt: Int?
        if let text = arguments.value("attempt") {
            guard let number = Int(text), number > 0 else {
                throw CommandFailure(.usage, "--attempt takes a number from 1, not \"\(text)\"")
            }
            attempt = number
        }
        var printed = Printed()
        while true {
            let hasEnded = run.hasEnded
            for task in only.map({ [$0] }) ?? tasks(of: run) {
                try await printNew(
                    task, attempt, of: run, connection, &printed, isAlone: only != nil)
            }
            guard arguments.has("follow"), !hasEnded else {
                if let attempt { try checkMade(attempt, of: only, in: run) }
                return .success
            }
            try? await Task.sleep(for: followInterval)
            run = try await connection.wholeRun(run.name)
        }
    }

    /// Tells that no task has made an attempt that was asked for.
    private static func checkMade(
        _ attempt: Int, of only: String?, in run: KubernetesObject
    ) throws(CommandFailure) {
        let states = run.status["tasks"]?.objectValue ?? [:]
        let made =
            (only.map { [$0] } ?? tasks(of: run)).map {
                Int(states[$0]?["attempt"]?.integerValue ?? 0)
            }.max() ?? 0
        guard attempt > made else { return }
        let subject = only.map { "the task \($0) of \(run.name)" } ?? "no task of \(run.name)"
        let there =
            made == 0
            ? "there is none"
            : made == 1 ? "there is attempt 1" : "there are attempts 1 to \(made)"
        let verb = only == nil ? "has an" : "has no"
        throw CommandFailure(.notFound, "\(subject) \(verb) attempt \(attempt); \(there)")
    }

    /// The tasks in the order of the definition, then those that are in others, undo them, or come last.
    private static func tasks(of run: KubernetesObject) -> [String] {
        let own = RunDefinition.tasks(of: run.json).compactMap { $0["id"]?.stringValue }
        let known = Set(own)
        let all = run.status["tasks"]?.objectValue?.keys.filter { !known.contains($0) } ?? []
        return own + all
    }

    private static func printNew(
        _ task: String, _ attempt: Int?, of run: KubernetesObject, _ connection: Connection,
        _ printed: inout Printed, isAlone: Bool
    ) async throws(CommandFailure) {
        let state = run.status["tasks"]?[task]
        let last = state?["attempt"]?.integerValue.map { Int($0) } ?? 0
        let number = attempt ?? last
        guard number > 0 else { return }
        let key = "\(task)#\(number)"
        guard !printed.whole.contains(key) else { return }
        while true {
            let offset = printed.bytes[key] ?? 0
            let bytes = try await read(task, number, offset, of: run, connection)
            guard !bytes.isEmpty else {
                // What had ended before it was read has written all it ever will.
                if hasWritten(number, last, state) { printed.whole.insert(key) }
                return
            }
            guard !isAlone else {
                printed.bytes[key] = offset + bytes.count
                try? StandardStreams.write(bytes, to: .output)
                continue
            }
            // The last line may go on in the next page.
            let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
            printed.bytes[key] = offset + end
            let text = String(decoding: bytes[..<end], as: UTF8.self)
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(
                text.hasSuffix("\n") ? 1 : 0)
            {
                Output.line("\(Output.style.text("[\(task)]", .active)) \(line)")
            }
        }
    }

    /// Whether an attempt of a task writes no more: one that is cancelled may until it has stopped.
    private static func hasWritten(_ attempt: Int, _ last: Int, _ state: JSON?) -> Bool {
        let phase = (state?["phase"]?.stringValue).flatMap(TaskPhase.init(rawValue:))
        return attempt < last || phase?.isTerminal == true && phase != .cancelled
    }

    /// The operator's own log; where it serves none, what the status kept of the output.
    private static func read(
        _ task: String, _ attempt: Int, _ offset: Int, of run: KubernetesObject,
        _ connection: Connection
    ) async throws(CommandFailure) -> [UInt8] {
        do throws(KubernetesError) {
            // A path such as `review#2[3].fetch` is no path of a URL.
            let reply = try await connection.client.read(
                path: "/logs/\(run.uid ?? "")/\(PercentEncoding.encode(task))",
                query: [("attempt", "\(attempt)"), ("offset", "\(offset)")])
            if let data = reply["data"]?.stringValue { return Base64.decode(data) ?? [] }
        } catch {
            guard error.code == .notFound || error.code == .unknownPath || error.code == .forbidden
            else { throw CommandFailure(error) }
        }
        let outputs = run.status["tasks"]?[task]?["outputs"]
        let kept =
            (outputs?["stdout"]?.stringValue ?? "") + (outputs?["stderr"]?.stringValue ?? "")
        return Array(kept.utf8.dropFirst(offset))
    }
}
