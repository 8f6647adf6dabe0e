import Console
import GitOps
import Kubernetes
import POSIX
import Resources
import Values

/// `deadletters`: the tasks that failed for good.
enum DeadLettersCommand: Command {
    static let specification = CommandSpecification(
        "deadletters", "Lists, shows, retries or purges tasks that failed for good.",
        positionals: [
            .init("ACTION", isRequired: false, "list, show, retry or purge; list where absent"),
            .init("NAME", isRequired: false, repeats: true, "dead letters, for show and retry"),
        ],
        options: [
            .value("queue", "q", "NAME", "only those of a queue"),
            .value("older-than", nil, "AGE", "for purge: only those that failed before, as 30d"),
            .value("input", nil, "JSON", "for retry: the task's inputs, in place of those it had"),
            .flag("force", nil, "for retry: also what is Resolved, which does it once more"),
            ObjectFormat.option([.table, .json, .yaml, .name]),
        ] + Connection.options,
        examples: [
            ("deadletters retry nightly-1-load-x3", "try one again"),
            ("deadletters purge --older-than 30d", "forget those of more than 30 days ago"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        let names = Array(arguments.positionals.dropFirst())
        switch arguments.positionals.first ?? "list" {
        case "list": try await list(arguments, connection)
        case "show": try await show(names, arguments, connection)
        case "retry": try await retry(names, arguments, connection)
        case "purge": try await purge(arguments, connection)
        case let other:
            throw CommandFailure(
                .usage, "deadletters takes list, show, retry or purge, not \"\(other)\"")
        }
        return .success
    }

    private static func letters(
        _ arguments: ParsedArguments, _ connection: Connection
    ) async throws(CommandFailure) -> [KubernetesObject] {
        let queue = arguments.value("queue")
        do throws(KubernetesError) {
            return try await connection.client.list(
                .deadLetters, namespace: connection.namespace,
                options: ListOptions(
                    labelSelector: queue.map { "\(Labels.queue)=\(ResourceName.labelValue($0))" })
            ).items
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func list(
        _ arguments: ParsedArguments, _ connection: Connection
    ) async throws(CommandFailure) {
        let items = try await letters(arguments, connection)
        let format = arguments.value("output").flatMap { ObjectFormat(rawValue: $0) } ?? .table
        guard format == .table else { return ObjectListOutput.write(items, as: format) }
        guard !items.isEmpty else { return Output.note("no dead letters") }
        var table = TextTable(["NAME", "PHASE", "QUEUE", "RUN", "TASK", "ERROR", "AGE", "MESSAGE"])
        let now = SystemClock.now()
        for letter in items.sorted(by: { failure($0) < failure($1) }) {
            let spec = letter.spec
            // What happened last, of the first try or of one since.
            let error = letter.status["lastRetry"]?["error"] ?? spec["error"]
            let message = error?["message"]?.stringValue ?? ""
            table.add([
                letter.name, letter.status["phase"]?.stringValue ?? "Waiting",
                spec["queue"]?.stringValue ?? "", spec["run"]?["name"]?.stringValue ?? "",
                spec["task"]?.stringValue ?? "", error?["type"]?.stringValue ?? "",
                RunTable.shortAge(now - failure(letter)),
                String(message.prefix { !$0.isNewline }.prefix(60)),
            ])
        }
        Output.write(table.text)
    }

    private static func show(
        _ names: [String], _ arguments: ParsedArguments, _ connection: Connection
    ) async throws(CommandFailure) {
        let format = arguments.value("output").flatMap { ObjectFormat(rawValue: $0) } ?? .yaml
        for name in try given(names) {
            let letter = try await letter(name, connection)
            Output.write(letter.json.text(as: format == .table ? .yaml : format) ?? "")
        }
    }

    /// Asks for another try, as kubectl could: by a new id in `spec.retry`.
    private static func retry(
        _ names: [String], _ arguments: ParsedArguments, _ connection: Connection
    ) async throws(CommandFailure) {
        var request: JSON = [
            "id": .string("cli-\(SystemClock.now().nanoseconds)"), "inputs": .null,
            "force": arguments.has("force") ? true : .null,
        ]
        if let text = arguments.value("input") {
            guard let inputs = try? JSON(parsing: text), inputs.objectValue != nil else {
                throw CommandFailure(.usage, "--input takes a JSON object such as '{\"n\": 1}'")
            }
            request["inputs"] = inputs
        }
        for name in try given(names) {
            let letter = try await letter(name, connection)
            if letter.status["phase"] == "Resolved", !arguments.has("force") {
                throw CommandFailure(
                    .runFailed,
                    "\(letter.name) is resolved: \(letter.status["message"]?.stringValue ?? "")."
                        + " --force does it once more")
            }
            var metadata: JSON = [:]
            metadata["uid"] = letter.uid.map { .string($0) }
            do throws(KubernetesError) {
                _ = try await connection.client.patch(
                    .deadLetters, letter.key,
                    .merge(["metadata": metadata, "spec": ["retry": request]]))
            } catch {
                throw CommandFailure(error)
            }
            Output.line("\(letter.json.resourceName) retry requested")
        }
    }

    private static func purge(
        _ arguments: ParsedArguments, _ connection: Connection
    ) async throws(CommandFailure) {
        guard let text = arguments.value("older-than"), let age = Duration(parsing: text) else {
            throw CommandFailure(.usage, "purge takes --older-than AGE such as 30d or 12h")
        }
        let limit = SystemClock.now() + (.zero - age)
        var purged = 0
        for letter in try await letters(arguments, connection)
        where failure(letter) <= limit && letter.status["phase"] != "Retrying" {
            do throws(KubernetesError) {
                try await connection.client.delete(
                    .deadLetters, letter.key, options: DeleteOptions(uid: letter.uid))
                purged += 1
            } catch {
                guard error.code == .notFound else { throw CommandFailure(error) }
            }
        }
        Output.line("purged \(purged) dead letter\(purged == 1 ? "" : "s")")
    }

    private static func given(_ names: [String]) throws(CommandFailure) -> [String] {
        guard !names.isEmpty else { throw CommandFailure(.usage, "name at least one dead letter") }
        return names
    }

    private static func letter(
        _ name: String, _ connection: Connection
    ) async throws(CommandFailure) -> KubernetesObject {
        let name = try ObjectArgument.name(name, of: .deadLetter)
        do throws(KubernetesError) {
            return try await connection.client.get(
                .deadLetters, ObjectKey(namespace: connection.namespace, name: name))
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func failure(_ letter: KubernetesObject) -> Timestamp {
        letter.spec["failureTime"]?.stringValue.flatMap { Timestamp($0) }
            ?? letter.creationTimestamp ?? Timestamp(seconds: 0)
    }
}
