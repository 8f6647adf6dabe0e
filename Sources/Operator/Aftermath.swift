import HTTP
import Kubernetes
import Values

/// What happens to runs once they have ended: others are told, what failed for good is kept to be
/// tried again, and what is old goes.
struct Aftermath: Sendable {
    private let notifications: NotificationController
    private let deadLetters: DeadLetterController
    private let retention: RetentionController

    init(context: OperatorContext, caches: Caches, configuration: Operator.Configuration) {
        let sender = NotificationSender(
            context: context, http: configuration.http, channels: configuration.alertChannels,
            deadLetters: DeadLetterWriter(context: context))
        notifications = NotificationController(
            context: context, runs: caches.runs, sender: sender)
        deadLetters = DeadLetterController(
            context: context, cache: caches.deadLetters, runs: caches.runs)
        retention = RetentionController(
            context: context, caches: caches, policy: configuration.retention,
            archive: RunArchive(
                directory: "\(configuration.dataDirectory)/archive", keeping: configuration.archive)
        ) { run in
            // Whoever is to be told of a run may still ask for it.
            NotificationController.isBusy(run, now: context.time.now())
        }
    }

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.notifications.run() }
            group.addTask { await self.deadLetters.run() }
            group.addTask { await self.retention.run() }
        }
    }

    func runsChanged(_ changes: [ObjectChange]) {
        notifications.runsChanged(changes)
        deadLetters.runsChanged(changes)
        retention.runsChanged(changes)
    }

    func definitionsChanged(_ changes: [ObjectChange]) { retention.definitionsChanged(changes) }

    func deadLettersChanged(_ changes: [ObjectChange]) {
        deadLetters.lettersChanged(changes)
        retention.deadLettersChanged(changes)
    }
}
