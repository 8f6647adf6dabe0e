import Console
import Kubernetes
import POSIX
import Values

/// `events`: what happened to a run, as its Events tell.
enum EventsCommand: Command {
    static let specification = CommandSpecification(
        "events", "Lists what happened to a run, oldest first.",
        positionals: [.init("RUN", "the run's name")],
        options: [ObjectFormat.option([.table, .json, .yaml])] + Connection.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        let run = try await connection.run(arguments.positionals[0])
        let found: [KubernetesObject]
        do throws(KubernetesError) {
            let selector = "involvedObject.kind=WorkflowRun,involvedObject.name=\(run.name)"
            found = try await connection.client.list(
                .events, namespace: run.namespace, options: ListOptions(fieldSelector: selector)
            ).items
        } catch {
            throw CommandFailure(error)
        }
        // A run of the same name that was there before has events of its own.
        let events = found.filter {
            $0.json["involvedObject"]?["uid"]?.stringValue == run.uid
        }.sorted { (lastTime($0), $0.name) < (lastTime($1), $1.name) }
        let format = arguments.value("output").flatMap { ObjectFormat(rawValue: $0) } ?? .table
        guard format == .table else {
            ObjectListOutput.write(events, as: format)
            return .success
        }
        if events.isEmpty { Output.note("no events of \(run.name); they are kept for an hour") }
        guard !events.isEmpty else { return .success }
        var table = TextTable(["AGE", "TYPE", "REASON", "COUNT", "MESSAGE"])
        let now = SystemClock.now()
        for event in events {
            let age = Timestamp(lastTime(event)).map { RunTable.shortAge(now - $0) } ?? ""
            table.add([
                age, text(event, "type"), text(event, "reason"),
                "\(event.json["count"]?.integerValue ?? 1)", text(event, "message"),
            ])
        }
        Output.write(table.text)
        return .success
    }

    private static func text(_ event: KubernetesObject, _ field: String) -> String {
        event.json[field]?.stringValue ?? ""
    }

    private static func lastTime(_ event: KubernetesObject) -> String {
        for field in ["lastTimestamp", "eventTime", "firstTimestamp"] {
            if let time = event.json[field]?.stringValue { return time }
        }
        return event.metadata["creationTimestamp"]?.stringValue ?? ""
    }
}

/// Lists of objects in the formats that are neither table nor tree.
enum ObjectListOutput {
    static func write(_ items: [KubernetesObject], as format: ObjectFormat) {
        if format == .name {
            for item in items { Output.line(item.json.resourceName) }
            return
        }
        let list: JSON = [
            "apiVersion": "v1", "kind": "List",
            "items": .array(items.map(\.json.withoutManagedFields)),
        ]
        if let text = list.text(as: format) { Output.write(text) }
    }
}
