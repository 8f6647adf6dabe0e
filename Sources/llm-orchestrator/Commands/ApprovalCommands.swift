import Console
import GitOps
import Kubernetes
import Operator
import POSIX
import Resources
import Values

/// `approve`: says yes to what a run asks.
enum ApproveCommand: Command {
    static let specification = CommandSpecification(
        "approve", "Approves what a task of a run asks for.",
        positionals: ApprovalAnswer.positionals, options: ApprovalAnswer.options,
        examples: [("approve release-7 sign-off --comment 'looks good'", "one task's question")])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        try await ApprovalAnswer.give("approve", arguments)
    }
}

/// `reject`: says no to what a run asks.
enum RejectCommand: Command {
    static let specification = CommandSpecification(
        "reject", "Rejects what a task of a run asks for.",
        positionals: ApprovalAnswer.positionals, options: ApprovalAnswer.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        try await ApprovalAnswer.give("reject", arguments)
    }
}

/// Adds an answer to `spec.decisions` of an `Approval`, as kubectl could.
private enum ApprovalAnswer {
    static let positionals: [CommandSpecification.Positional] = [
        .init("RUN", "the run's name"),
        .init("TASK", isRequired: false, "the task that asks; needed where several do"),
    ]

    static let options: [CommandSpecification.Option] =
        [
            .value("comment", "m", "TEXT", mayBeEmpty: true, "why"),
            .value("user", nil, "NAME", "who answers; else whom the API server knows you as"),
            .flag("no-wait", nil, "do not wait until the answer is counted"),
        ] + Connection.options

    static func give(
        _ answer: String, _ arguments: ParsedArguments
    ) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        let run = try await connection.run(arguments.positionals[0])
        let identity = await Identity.current(arguments.value("user"), connection.client)
        let answered = try await write(answer, of: identity, to: run, arguments, connection)
        let asked = answered.spec["task"]?.stringValue ?? answered.name
        let subject = "\(answered.json.resourceName) \(asked): \(answer) by \(identity.user)"
        guard !arguments.has("no-wait") else {
            Output.line("\(subject) requested")
            return .success
        }
        let judgement = try await judgement(of: answered, by: identity.user, connection)
        guard judgement.counts else { throw CommandFailure(.runFailed, judgement.message) }
        Output.line("\(subject): \(judgement.message)")
        return .success
    }

    /// Adds an answer to the question that is open, and gives the approval with it.
    private static func write(
        _ answer: String, of identity: Identity, to run: KubernetesObject,
        _ arguments: ParsedArguments, _ connection: Connection
    ) async throws(CommandFailure) -> KubernetesObject {
        let task = arguments.positionals.dropFirst().first
        var conflicts = 0
        while true {
            let approval = try await pending(of: run, task: task, connection)
            try check(approval)
            let decision = decision(answer, identity, approval, arguments.value("comment"))
            do throws(KubernetesError) {
                return try await connection.client.patch(
                    .approvals, approval.key, .merge(patch(adding: decision, to: approval)))
            } catch {
                // Somebody else answered meanwhile: theirs must not be lost.
                guard error.code == .conflict, conflicts < 10 else { throw CommandFailure(error) }
                conflicts += 1
            }
        }
    }

    /// What the operator makes of an answer, once it has looked at it.
    private static func judgement(
        of answered: KubernetesObject, by user: String, _ connection: Connection
    ) async throws(CommandFailure) -> ApprovalJudgement {
        let seen = try await Awaiting.first("the answer to be counted") {
            () async throws(CommandFailure) -> ApprovalJudgement? in
            do throws(KubernetesError) {
                let now = try await connection.client.get(.approvals, answered.key)
                return ApprovalJudgement(now, generation: answered.generation, user: user)
            } catch {
                throw CommandFailure(error)
            }
        }
        guard let seen else {
            throw CommandFailure(
                .unreachable,
                "answered, but no operator counted it within \(Awaiting.patience.text)")
        }
        return seen
    }

    private static func decision(
        _ answer: String, _ identity: Identity, _ approval: KubernetesObject, _ comment: String?
    ) -> JSON {
        var decision: JSON = [
            "user": .string(identity.user), "decision": .string(answer),
            "time": .string(SystemClock.now().secondsText),
        ]
        decision["digest"] = approval.spec["digest"]
        // The same said again without a comment leaves the one that was given.
        let before = approval.spec["decisions"]?.arrayValue?.first {
            $0["user"] == decision["user"] && $0["decision"] == decision["decision"]
        }
        decision["comment"] = comment.map { .string($0) } ?? before?["comment"]
        let asked = (approval.spec["approvers"]?["groups"]?.arrayValue ?? []).compactMap(
            \.stringValue)
        let groups = identity.groups.filter(asked.contains)
        if !groups.isEmpty { decision["groups"] = .array(groups.map { .string($0) }) }
        return decision
    }

    private static func patch(adding decision: JSON, to approval: KubernetesObject) -> JSON {
        let others = (approval.spec["decisions"]?.arrayValue ?? []).filter {
            $0["user"] != decision["user"]
        }
        var metadata: JSON = [:]
        metadata["uid"] = approval.uid.map { .string($0) }
        metadata["resourceVersion"] = approval.resourceVersion.map { .string($0.description) }
        return ["metadata": metadata, "spec": ["decisions": .array(others + [decision])]]
    }

    /// The one question of the run that is open, or the one of a task.
    private static func pending(
        of run: KubernetesObject, task: String?, _ connection: Connection
    ) async throws(CommandFailure) -> KubernetesObject {
        let found: [KubernetesObject]
        do throws(KubernetesError) {
            let label = "\(Labels.run)=\(ResourceName.labelValue(run.name))"
            found = try await connection.client.list(
                .approvals, namespace: run.namespace, options: ListOptions(labelSelector: label)
            ).items
        } catch {
            throw CommandFailure(error)
        }
        let open = found.filter { approval in
            let isOpen = ["", "Pending"].contains(approval.status["phase"]?.stringValue ?? "")
            let isMeant = task == nil || approval.spec["task"]?.stringValue == task
            return isOpen && isMeant && run.uid.map(approval.isOwned) == true
        }
        guard let first = open.first else {
            throw CommandFailure(
                .notFound,
                "the run \(run.name) asks for no approval\(task.map { " in its task \($0)" } ?? "")"
            )
        }
        guard open.count == 1 else {
            let tasks = open.compactMap { $0.spec["task"]?.stringValue }.sorted()
            throw CommandFailure(
                .usage,
                "several tasks of \(run.name) ask; name one of \(tasks.joined(separator: ", "))")
        }
        return first
    }

    /// Refuses where what is shown is not what was asked: an answer would be to another question.
    private static func check(_ approval: KubernetesObject) throws(CommandFailure) {
        guard let question = approval.status["question"] else { return }
        let changes = AskedQuestion.changes(in: approval.spec, since: question)
        guard !changes.isEmpty else { return }
        throw CommandFailure(
            .runFailed,
            "not sent: of \(approval.name), \(AskedQuestion.sentence(of: changes, since: question))."
                + " Put it back, then answer")
    }
}

/// Whom the API server takes the caller for.
private struct Identity {
    let user: String
    var groups: [String] = []

    /// The user that was named, else the API server's own word, else the user of this machine.
    ///
    /// An API server before 1.28 cannot say; the embedded one knows a single user, its token's.
    static func current(_ named: String?, _ client: KubernetesClient) async -> Identity {
        if let named { return Identity(user: named) }
        let type = ResourceType(
            group: "authentication.k8s.io", version: "v1", plural: "selfsubjectreviews",
            kind: "SelfSubjectReview", namespaced: false)
        let review = try? await client.create(
            type,
            KubernetesObject([
                "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
            ]))
        if let info = review?.status["userInfo"], let user = info["username"]?.stringValue {
            let groups = (info["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
            return Identity(user: user, groups: groups)
        }
        let names = ["USER", "LOGNAME"].compactMap { Environment.variable($0) }
        return Identity(user: names.first { !$0.isEmpty } ?? "unknown")
    }
}
