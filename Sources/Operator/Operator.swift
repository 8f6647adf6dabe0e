public import Engine
public import Executors
public import GitOps
public import HTTP
public import Kubernetes
public import Observability
public import POSIX
import Resources
public import Streams
public import Values

/// The control loop over one API server: repositories, definitions and runs, from their watches to
/// their ends.
///
/// Everything it knows is rebuilt from the API when it starts, so it may be killed at any time.
public final class Operator: Sendable {
    /// What an operator needs from outside.
    public struct Configuration: Sendable {
        /// The namespace to work in; nil means all.
        public var namespace: String?
        /// The directory for clones of repositories and logs of attempts.
        public var dataDirectory: String
        /// What repositories are fetched with.
        public var http: HTTPClient
        /// Where the clones of repositories are; nil means below the data directory.
        public var clones: (any GitClones)?
        /// What tasks can do.
        public var executors: ExecutorRegistry
        /// Whether repositories may be directories of this machine.
        public var readsLocalDirectories: Bool
        /// Takes secrets out of what is written.
        public var redactor: Redactor
        /// Where log lines go.
        public var logger: Logger
        /// Where time comes from.
        public var time: TimeSource
        /// The variables of the environment that required inputs may take their values from.
        public var environment: [String: String] = [:]
        /// Where the randomness of waits comes from.
        public var random: RandomSource
        /// What the attempts of tasks run on; nil means the threads of the process.
        public var attemptExecutor: (any _Concurrency.TaskExecutor)?
        /// The name of this process in events.
        public var instance: String
        /// How long ended runs are kept, where their workflows do not say.
        public var retention = RetentionPolicy.none
        /// The URLs that alerts are sent to, by the names of their channels.
        public var alertChannels: [String: String] = [:]
        /// How much may be under way at once, and how it is shared.
        public var admission = AdmissionConfiguration()
        /// The bounds of the streams of tasks.
        public var streams = StreamLimits()
        /// The name of this operator in checkpoints; nil makes one.
        ///
        /// No other may have it, nor one of another term of this process: it takes what bears the name
        /// for its own work.
        public var holder: String?
        /// What a run may take at most; what its status has no room for goes into shards.
        public var runLimits = RunLimits()
        /// What keeps the text of a run that leaves the API, under a path; nil means files.
        public var archive: (@Sendable (_ path: String, _ text: String) throws(FileError) -> Void)?
        /// What the tasks of type `stream` ask for responses with; nil means ``http``.
        public var records: RecordTransport?
        /// Where the streams and logs of attempts are kept; nil means the files of this machine.
        public var files: AttemptFiles?
        /// Makes of everything that tasks can do what their attempts are made with; nil changes nothing.
        public var instrument: (@Sendable (ExecutorRegistry) -> ExecutorRegistry)?
        /// Is told which steps from phase to phase runs and their tasks take; nil means nobody.
        public var transitions: (@Sendable (TransitionSet) -> Void)?

        /// Keeps the lines of the audit trail, in their order; nil means nobody.
        public var audit: (@Sendable ([JSON]) -> Void)?

        /// The bounds of runs, which note their steps where an audit trail is kept.
        fileprivate var machineLimits: RunLimits {
            var limits = runLimits
            limits.notesChanges = audit != nil
            return limits
        }

        /// Makes a configuration.
        public init(
            namespace: String? = nil, dataDirectory: String, http: HTTPClient,
            executors: ExecutorRegistry, readsLocalDirectories: Bool = true,
            redactor: Redactor = Redactor(), logger: Logger = .silent, time: TimeSource = .system,
            random: RandomSource = .system,
            attemptExecutor: (any _Concurrency.TaskExecutor)? = nil, instance: String,
            holder: String? = nil
        ) {
            self.namespace = namespace
            self.dataDirectory = dataDirectory
            self.http = http
            self.executors = executors
            self.readsLocalDirectories = readsLocalDirectories
            self.redactor = redactor
            self.logger = logger
            self.time = time
            self.random = random
            self.attemptExecutor = attemptExecutor
            self.instance = instance
            self.holder = holder
        }
    }

    /// The metrics of the process.
    public let metrics: MetricRegistry
    /// What attempts wrote.
    public let logs: AttemptLogStore
    /// What tasks write that others read meanwhile.
    public let streams: StreamStore

    private let context: OperatorContext
    private let attempts: AttemptRunner
    private let admission: AttemptAdmission
    private let gate: RunGate
    private let providers: ProviderController
    let runs: RunController
    private let workflows: WorkflowController
    private let templates: WorkflowController
    private let repositories: RepositoryController
    private let children: Children
    private let aftermath: Aftermath
    private let results: ResultCache
    private let checkpoints: CheckpointController
    private let informers: Informers

    /// Makes an operator that has not started.
    public init(client: KubernetesClient, configuration: Configuration) {
        let registry = MetricRegistry()
        let events = EventRecorder(
            client: client, instance: configuration.instance, time: configuration.time,
            random: configuration.random)
        let context = OperatorContext(
            client: client, events: events, logger: configuration.logger,
            redactor: configuration.redactor, metrics: OperatorMetrics(registry: registry),
            time: configuration.time, random: configuration.random,
            environment: configuration.environment,
            holder: configuration.holder
                ?? "\(configuration.instance)_\(Hexadecimal.encode(RandomBytes.make(4)))",
            runLimits: configuration.machineLimits, transitions: configuration.transitions,
            audit: AuditTrail(configuration.audit))
        let logs = AttemptLogStore(configuration)
        let caches = Caches()
        let children = Children(context: context, caches: caches)
        let streams = StreamStore(configuration)
        let attempts = AttemptRunner(
            executors: configuration.executors(children, streams), logs: logs, streams: streams,
            runningOn: configuration.attemptExecutor)
        let results = ResultCache(context: context)
        let admission = AttemptAdmission(
            configuration.admission, time: configuration.time, metrics: context.metrics.admission)
        let gate = RunGate(configuration.admission, time: configuration.time)
        let providers = ProviderController(
            context: context, admission: admission, cache: caches.providers)
        let runs = RunController(
            context: context, attempts: attempts, streams: streams, admission: admission,
            gate: gate, cache: caches.runs, results: results
        ) { kind, key in
            kind == "Template" ? caches.templates.object(key) : caches.workflows.object(key)
        }
        let workflows = WorkflowController(
            context: context, type: .workflows, cache: caches.workflows, runs: caches.runs)
        let templates = WorkflowController(
            context: context, type: .templates, cache: caches.templates, runs: caches.runs)
        let repositories = RepositoryController(
            client: client, events: events,
            sources: configuration.sources,
            caches: [.workflows: caches.workflows, .templates: caches.templates],
            repositories: caches.repositories, redactor: configuration.redactor,
            logger: configuration.logger, syncs: context.metrics.syncs, time: configuration.time,
            random: configuration.random)
        metrics = registry
        self.logs = logs
        self.streams = streams
        self.context = context
        self.attempts = attempts
        self.runs = runs
        self.admission = admission
        self.gate = gate
        self.providers = providers
        self.workflows = workflows
        self.templates = templates
        self.repositories = repositories
        self.children = children
        self.results = results
        checkpoints = CheckpointController(context: context, runs: caches.runs)
        aftermath = Aftermath(context: context, caches: caches, configuration: configuration)
        informers = Informers(
            context: context, namespace: configuration.namespace, caches: caches,
            handlers: Informers.Handlers(
                runs: runs, workflows: workflows, templates: templates, repositories: repositories,
                children: children, aftermath: aftermath, checkpoints: checkpoints,
                providers: providers, logs: logs, streams: streams))
        addGauges(to: registry)
        connectAdmission()
    }

    private func connectAdmission() {
        // Weak: the controller holds admission.
        admission.listen(
            AttemptAdmission.Listener(
                answered: { [weak runs] ticket, event in runs?.answer(ticket, event) },
                providerChanged: { [weak providers] name, change in
                    providers?.noteChange(of: name, change)
                },
                providerUsed: { [weak providers] name in providers?.noteFigures(of: name) },
                shareWanted: { [weak providers] name in providers?.noteWish(of: name) },
                pressureChanged: { [weak runs] isHigh in runs?.setPressure(isHigh) }))
    }

    private func addGauges(to registry: MetricRegistry) {
        registry.gauge("orchestrator_runs_active", help: "Runs that this process drives.") {
            [runs] in Double(runs.activeCount)
        }
        registry.gauge("orchestrator_attempts_active", help: "Attempts under way.") {
            [attempts] in Double(attempts.count)
        }
        registry.gauge("orchestrator_attempts_queued", help: "Attempts that wait to be admitted.") {
            [admission] in Double(admission.waitingCount)
        }
        registry.gauge("orchestrator_runs_queued", help: "Runs that wait to be admitted.") {
            [gate] in Double(gate.waitingCount)
        }
        registry.gauge("workqueue_depth_runs", help: "Runs that wait for a worker.") {
            [runs] in Double(runs.queueDepth)
        }
    }

    /// Whether every cache has seen the API's state.
    public var isReady: Bool { informers.haveSynced }

    /// Whether this process drives a run, so that its streams may go on.
    func drives(runUID: String) -> Bool { runs.drives(runUID: runUID) }

    /// How many runs this process has brought to their ends.
    public var finishedRuns: Int { Int(context.metrics.runsFinished.total) }

    /// Returns when every cache has seen the API's state, or the task is cancelled.
    public func waitUntilReady() async { await informers.waitUntilSynced() }

    /// Works until the task is cancelled.
    ///
    /// Then nothing new starts, attempts under way are stopped without a report, and what was being
    /// written ends (law 30). What was under way is tried again by whoever goes on.
    ///
    /// - Throws: ``KubernetesError`` where the API cannot be followed any more: an operator that
    ///   looks at a part of the cluster that stands still must not go on as if it saw (law 24). All
    ///   has stopped by then, as after a cancel; another operator may start at once, from nothing.
    public func run() async throws(KubernetesError) {
        let failure = await withDiscardingTaskGroup(returning: KubernetesError?.self) { group in
            group.addTask { await self.context.events.run() }
            let failure = await self.work()
            self.children.close()
            await self.attempts.shutDown()
            await self.giveBackShares()
            self.context.events.finish()
            return failure
        }
        if let failure { throw failure }
    }

    /// In a task of its own: this one may be cancelled, and its requests would fail.
    private func giveBackShares() async {
        let shared = providers.sharedProviders
        guard !shared.isEmpty else { return }
        await Task(executorPreference: attempts.executor) { [providers] in
            await providers.giveBackShares(of: shared)
        }.value
    }

    /// - Returns: Why it ended by itself; nil where the task was cancelled.
    private func work() async -> KubernetesError? {
        await withTaskGroup(of: KubernetesError?.self) { group in
            for informer in informers.all {
                group.addTask { await self.follow(informer) }
            }
            group.addTask {
                await self.reconcile()
                return nil
            }
            var failure: KubernetesError?
            while let end = await group.next() {
                guard failure == nil, let end else { continue }
                failure = end
                group.cancelAll()
            }
            return failure
        }
    }

    private func reconcile() async {
        await informers.waitUntilSynced()
        guard !Task.isCancelled else { return }
        context.logger.info("caches synced")
        await withDiscardingTaskGroup { group in
            group.addTask { await self.runs.run() }
            group.addTask { await self.admission.run() }
            group.addTask { await self.providers.run() }
            group.addTask { await self.workflows.run() }
            group.addTask { await self.templates.run() }
            group.addTask { await self.repositories.run() }
            group.addTask { await self.children.run() }
            group.addTask { await self.aftermath.run() }
            group.addTask { await self.results.run() }
            group.addTask { await self.checkpoints.run() }
        }
    }

    /// - Returns: Why the informer gave up; nil where the task was cancelled.
    private func follow(_ informer: Informer) async -> KubernetesError? {
        do {
            try await informer.run()
            return nil
        } catch {
            context.logger.error(
                "watch ended", ["type": .string("\(informer.type)"), "error": error.logField])
            return error
        }
    }
}

extension Operator.Configuration {
    /// Where the manifests of repositories come from.
    fileprivate var sources: GitSource {
        GitSource(
            clones: clones
                ?? DirectoryClones(directory: "\(dataDirectory)/repositories", http: http),
            readsLocalDirectories: readsLocalDirectories)
    }

    /// Everything that tasks can do, what the operator itself does for them with it.
    fileprivate func executors(_ children: Children, _ streams: StreamStore) -> ExecutorRegistry {
        let transport = records ?? RecordTransport(http)
        let all = executors.adding(
            children.executors + [StreamExecutor(transport: transport, store: streams)])
        return instrument?(all) ?? all
    }
}

extension AttemptLogStore {
    /// The logs of an operator.
    fileprivate convenience init(_ configuration: Operator.Configuration) {
        self.init(
            directory: "\(configuration.dataDirectory)/logs",
            files: configuration.files ?? .system)
    }
}

extension StreamStore {
    /// The streams of an operator.
    fileprivate convenience init(_ configuration: Operator.Configuration) {
        self.init(
            directory: "\(configuration.dataDirectory)/streams", limits: configuration.streams,
            files: configuration.files ?? .system,
            clock: AttemptClock(configuration.time))
    }
}

extension AttemptClock {
    /// The clocks of an operator.
    fileprivate init(_ time: TimeSource) {
        self.init(now: time.now, monotonic: time.monotonic) { duration in
            try? await time.sleep(duration)
        }
    }
}
