import Executors
import Kubernetes

/// What tasks make in the API and then wait for: approvals and child runs.
struct Children: Sendable {
    private let context: OperatorContext
    private let caches: Caches
    private let approvals: ApprovalController
    private let childRuns: ChildRunController
    private let approvalSignals = ObjectSignals()
    private let runSignals = ObjectSignals()

    init(context: OperatorContext, caches: Caches) {
        self.context = context
        self.caches = caches
        approvals = ApprovalController(
            context: context, cache: caches.approvals, runs: caches.runs)
        childRuns = ChildRunController(context: context, runs: caches.runs)
    }

    /// The executors of the tasks that make them.
    var executors: [any TaskExecutor] {
        [
            ApprovalExecutor(
                context: context, cache: caches.approvals, signals: approvalSignals,
                controller: approvals),
            ChildRunExecutor(
                context: context, runs: caches.runs, signals: runSignals, controller: childRuns),
        ]
    }

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.approvals.run() }
            group.addTask { await self.childRuns.run() }
        }
    }

    /// Ends the waits of all attempts: this process lets go of everything.
    func close() {
        approvalSignals.close()
        runSignals.close()
    }

    func runsChanged(_ changes: [ObjectChange]) {
        runSignals.signal(changes.map(\.key))
        for change in changes {
            childRuns.runChanged(change.object)
            approvals.runChanged(change.object)
        }
    }

    func approvalsChanged(_ changes: [ObjectChange]) {
        approvals.enqueue(changes.map(\.key))
        approvalSignals.signal(changes.map(\.key))
    }
}
