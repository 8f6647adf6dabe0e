import Admission
import Engine
import Kubernetes
import Resources
import Synchronization
import Values
import Workflows

/// The one owner of one run's machine in this process.
///
/// The machine decides; whoever calls ``step(at:)`` performs. Events may be posted from anywhere; the
/// work queue sees to it that only one worker steps a run at a time (law 26).
final class RunDriver: Sendable {
    /// The run's namespace and name.
    let key: ObjectKey
    /// The run's identity, which a later run of the same name does not have.
    let identity: RunIdentity
    /// The run's first version that was seen, for events about it.
    let object: KubernetesObject
    /// What this driver is called in the checkpoints it writes: no other has the name, not even one
    /// that drove the same run in this process before.
    let holder: String
    /// How far a clock may go back before its runs are looked at again: more than machines let pass, so
    /// that they see it as well.
    fileprivate static let clockStep = Duration.seconds(2)

    fileprivate struct State: ~Copyable {
        var machine: RunMachine
        var mailbox: [RunEvent]
        /// Fields beside the machine's that no acknowledged write has carried yet.
        var unwritten: JSONObject
        /// The steps that no acknowledged write has carried yet.
        var changes: [PhaseChange] = []
        var desired: DesiredRunState
        /// The ids of the operations that the machine was told of.
        var heard: Set<String> = []
        var conditions: JSON?
        /// What of the spec the run started with; of a run of an earlier release, what it said when it
        /// was taken up.
        let startedWith: JSON
        /// The generation that was last held against it.
        var comparedGeneration: Int64
        var resourceVersion: ResourceVersion?
        var wake: Timestamp?
        /// When it was stepped last, by the clock of then.
        var stepped: Timestamp?
        /// The last checkpoint that is known to be stored by us, or that we took the run up from.
        var acknowledged: Int64
        /// Who wrote that checkpoint, or claimed the run since.
        var acknowledgedHolder: String?
        /// Whether the stored status names this driver as the holder.
        var isClaimed = false
        /// The class of what has none of its own.
        var runPriority: Admission.Priority
        /// The versions of the checkpoint's shards, as they were read or written last.
        var shardVersions: [Int: ResourceVersion]
    }

    private let state: Mutex<State>

    /// Takes a machine over, with the status fields that its first write carries.
    init(
        _ object: KubernetesObject, machine: consuming RunMachine, firstStatus: JSONObject,
        holder: String, shardVersions: [Int: ResourceVersion] = [:]
    ) {
        key = object.key
        self.holder = holder
        identity = machine.identity
        self.object = object
        // What the user wants comes first: a run that was paused or cancelled while nobody drove it
        // must not start, and one that was resumed must not stay paused.
        let desired = object.desiredRunState
        let priority = object.runPriority(or: machine.plan.definition.priority)
        state = Mutex(
            State(
                machine: machine, mailbox: [.desiredStateChanged(desired), .start],
                unwritten: firstStatus, desired: desired, conditions: object.status["conditions"],
                startedWith: object.status["startedWith"] ?? StartedSpec.of(object.spec),
                comparedGeneration: -1, resourceVersion: object.resourceVersion,
                acknowledged: object.checkpointSequence,
                acknowledgedHolder: object.checkpointHolder, runPriority: priority,
                shardVersions: shardVersions))
    }

    /// Adds an event for the next step.
    func post(_ event: RunEvent) { state.withLock { $0.mailbox.append(event) } }

    /// Takes note of what the object says now: what its user wants, and the version to write on.
    func observe(_ object: KubernetesObject) {
        let desired = object.desiredRunState
        let operations = RequestedOperations.of(object)
        state.withLock { state in
            // A late view tells what its user wanted once.
            guard !state.isPast(object) else { return }
            if let version = object.resourceVersion { state.advance(to: version) }
            // What waits already was asked for as it was; what is asked for from now on is as urgent.
            state.runPriority = object.runPriority(or: state.machine.plan.definition.priority)
            for (id, operation) in operations where state.heard.insert(id).inserted {
                state.mailbox.append(.operation(id: id, operation))
            }
            guard desired != state.desired else { return }
            state.desired = desired
            state.mailbox.append(.desiredStateChanged(desired))
        }
    }

    /// The parts of the spec that are not what the run started with; nil where nobody has edited it since
    /// that was last stored.
    func changes(in object: KubernetesObject) -> [String]? {
        state.withLock { state in
            guard !state.isPast(object), object.generation != state.comparedGeneration else {
                return nil
            }
            let changes = StartedSpec.changes(in: object.spec, since: state.startedWith)
            let isTold = StartedSpec.isTold(changes, in: object.status["conditions"])
            if isTold { state.comparedGeneration = object.generation }
            return changes
        }
    }

    /// Notes what the stored status tells beside the checkpoint, as which object.
    func noteConditions(of object: KubernetesObject) {
        state.withLock { state in
            state.conditions = object.status["conditions"]
            state.comparedGeneration = object.generation
            if let version = object.resourceVersion { state.advance(to: version) }
        }
    }

    /// Handles the events that wait, and gives what is to be done about them.
    ///
    /// - Parameters:
    ///   - admit: Is asked for each attempt that may not begin without; what it answers at once goes
    ///     into the same checkpoint.
    ///   - withdraw: Is told of each that was asked for and is not wanted any more.
    func step(
        at now: Timestamp, admit: (AttemptWish) -> AttemptAnswer,
        withdraw: (AttemptTicket) -> Void = { _ in }
    ) -> [RunAction] {
        var actions = state.withLock { $0.handleMailbox(at: now) }
        var next = 0
        // An answer may lead to further requests behind it. Whoever answers may have answers for
        // others as well, so no lock is held meanwhile: only one worker steps a run (law 26).
        while next < actions.count {
            defer { next += 1 }
            switch actions[next] {
            case .requestAdmission(let request):
                let answer = admit(state.withLock { $0.wish(for: request) })
                actions += state.withLock { $0.handle(answer, to: request, at: now) }
            case .withdrawAdmission(let reference):
                // In order: a request that is taken back may be made again right behind it.
                withdraw(AttemptTicket(run: identity, reference: reference))
            default: break
            }
        }
        // What was decided before an illegal step would be stored with what came of it.
        return fault == nil ? actions : []
    }

    /// The illegal step that stopped the run's machine; nil where there was none.
    var fault: IllegalTransition? { state.withLock { $0.machine.fault } }

    /// The steps from phase to phase since it was last asked.
    func takeTransitions() -> TransitionSet { state.withLock { $0.machine.takeTransitions() } }

    /// The next checkpoint: its shards, and the body of the status write that follows them, on the
    /// version it was decided on.
    func checkpoint(generation: Int64, now: Timestamp) -> (shards: [Int: JSON], patch: JSON) {
        state.withLock { state in
            var status = state.unwritten
            let taken = state.machine.takeCheckpoint()
            state.changes += taken?.changes ?? []
            let changes = taken?.status.objectValue ?? [:]
            status.merge(changes)
            let conditions = ReadyState(
                phase: state.machine.phase, reason: changes["reason"]?.stringValue,
                message: changes["message"]?.stringValue
            ).json(replacing: state.conditions, generation: generation, now: now)
            if conditions != state.conditions { status["conditions"] = conditions }
            status["observedGeneration"] = .integer(generation)
            if var checkpoint = status["checkpoint"] {
                checkpoint["holder"] = .string(holder)
                status["checkpoint"] = checkpoint
            }
            var metadata: JSON = ["uid": .string(state.machine.identity.uid)]
            metadata["resourceVersion"] = state.resourceVersion.map { .string($0.description) }
            return (taken?.shards ?? [:], ["metadata": metadata, "status": .object(status)])
        }
    }

    /// The version of a shard as it is known; nil where there is none yet.
    func shardVersion(_ shard: Int) -> ResourceVersion? {
        state.withLock { $0.shardVersions[shard] }
    }

    /// Notes the version that a shard was stored as, or was found in.
    func noteShard(_ shard: Int, _ version: ResourceVersion?) {
        state.withLock { $0.shardVersions[shard] = version }
    }

    /// Notes that a shard is gone.
    func forgetShard(_ shard: Int) { state.withLock { $0.shardVersions[shard] = nil } }

    /// The write that makes this driver the holder; nil where it is.
    ///
    /// It comes before the first shard. Two that drive one run could otherwise write the same shard, and
    /// the status of the one refer to what the other put there (law 11).
    func claim() -> JSON? {
        state.withLock { state in
            guard !state.isClaimed else { return nil }
            var metadata: JSON = ["uid": .string(identity.uid)]
            metadata["resourceVersion"] = state.resourceVersion.map { .string($0.description) }
            let checkpoint: JSON = [
                "holder": .string(holder), "sequence": .integer(state.acknowledged),
            ]
            return ["metadata": metadata, "status": ["checkpoint": checkpoint]]
        }
    }

    /// Notes that the claim was stored, as which object.
    func claimed(_ object: KubernetesObject) {
        state.withLock { state in
            state.isClaimed = true
            state.acknowledgedHolder = holder
            if let version = object.resourceVersion { state.advance(to: version) }
        }
    }

    /// Notes that a write was stored, as which object.
    ///
    /// - Returns: The steps from phase to phase that it carried.
    @discardableResult
    func wrote(_ object: KubernetesObject, sequence: Int64) -> [PhaseChange] {
        state.withLock { state in
            defer { state.changes = [] }
            state.unwritten = [:]
            state.acknowledged = sequence
            state.acknowledgedHolder = holder
            state.isClaimed = true
            state.conditions = object.status["conditions"]
            if let version = object.resourceVersion { state.advance(to: version) }
            state.mailbox.append(.checkpointAcknowledged(sequence: sequence))
            return state.changes
        }
    }

    /// Notes that a write was not stored, or may not have been.
    func failed(sequence: Int64, retryAfter: Duration) {
        post(.checkpointFailed(sequence: sequence, retryAfter: retryAfter))
    }

    /// When this run must be stepped again without any event; nil where it waits for none.
    var wake: Timestamp? { state.withLock { $0.wake } }

    /// Whether its moment has come, or the clock was put back since that was set.
    func isDue(at now: Timestamp) -> Bool {
        state.withLock { state in
            state.wake.map { $0 <= now || state.isClockBehind(now) } ?? false
        }
    }

    /// Whether events wait.
    var hasEvents: Bool { state.withLock { !$0.mailbox.isEmpty } }

    /// Whether an object holds a checkpoint that another driver wrote after the last one of ours, or
    /// its claim.
    ///
    /// So does an end that has no checkpoint, as of a run that another process ended before it began.
    /// A view that is older than what is known here tells nothing of that.
    func isTakenOver(in object: KubernetesObject) -> Bool {
        let hasEnded = RunPhases.hasEnded(object)
        let isAhead = state.withLock { state in
            let isOther =
                hasEnded || object.checkpointSequence != state.acknowledged
                || object.checkpointHolder != state.acknowledgedHolder
            return isOther && !state.isPast(object)
        }
        // Our claim stays in it where another ends it before it began.
        let isConcluded = hasEnded && object.checkpointSequence == 0
        return isAhead && (isConcluded || object.checkpointHolder != holder)
    }

    /// The path of the task that an attempt is of.
    func path(of reference: AttemptReference) -> String? {
        state.withLock { $0.machine.path(of: reference) }
    }

    /// Where the run stands.
    var phase: RunPhase { state.withLock { $0.machine.phase } }
}

extension KubernetesObject {
    /// What a run's user wants of it: whoever deletes it wants no more of it.
    fileprivate var desiredRunState: DesiredRunState {
        if isDeleting { return .terminated }
        return spec["desiredState"]?.stringValue.flatMap { DesiredRunState(rawValue: $0) }
            ?? .running
    }

    /// The place of a run's status in the order of its checkpoints; 0 before the first, also where a
    /// driver has claimed the run.
    var checkpointSequence: Int64 { status["checkpoint"]?["sequence"]?.integerValue ?? 0 }

    /// The driver that wrote the last checkpoint, or has claimed the run since.
    fileprivate var checkpointHolder: String? { status["checkpoint"]?["holder"]?.stringValue }
}

extension RunDriver.State {
    /// Whether the clock was put back since the last step: what was to wake it is further off than it
    /// was meant to be, and the machine looks at that.
    fileprivate func isClockBehind(_ now: Timestamp) -> Bool {
        stepped.map { now + RunDriver.clockStep < $0 } ?? false
    }

    fileprivate mutating func handleMailbox(at now: Timestamp) -> [RunAction] {
        if let wake, wake <= now || isClockBehind(now) {
            self.wake = nil
            mailbox.append(.timerFired)
        }
        stepped = now
        var actions: [RunAction] = []
        for event in mailbox { machine.handle(event, at: now, into: &actions) }
        mailbox.removeAll(keepingCapacity: true)
        keepTimer(of: actions)
        return actions
    }

    fileprivate mutating func handle(
        _ answer: AttemptAnswer, to request: AttemptRequest, at now: Timestamp
    ) -> [RunAction] {
        let event: RunEvent =
            switch answer {
            case .admitted: .attemptAdmitted(request.reference)
            case .waits(let message): .attemptQueued(request.reference, message: message)
            case .refused(let error): .attemptRefused(request.reference, error)
            }
        var actions: [RunAction] = []
        machine.handle(event, at: now, into: &actions)
        keepTimer(of: actions)
        return actions
    }

    private mutating func keepTimer(of actions: [RunAction]) {
        for case .setTimer(let moment) in actions { wake = moment }
    }

    fileprivate func wish(for request: AttemptRequest) -> AttemptWish {
        let given = request.priority.flatMap { Admission.Priority(rawValue: $0.rawValue) }
        return AttemptWish(
            ticket: AttemptTicket(run: machine.identity, reference: request.reference),
            // What says nothing of its own is as urgent as its run.
            priority: given ?? runPriority,
            // A child run's own attempts take places: its parent only waits for them.
            takesPlace: request.type != "workflow",
            resources: request.resources.compactMapValues { ResourceQuantity.milli($0) },
            runResources: machine.plan.definition.resources.compactMapValues {
                ResourceQuantity.milli($0)
            },
            provider: request.config["provider"]?.stringValue, executor: request.executor,
            failure: request.failure, waitingSince: request.waitingSince)
    }

    /// Whether an object is known to be older than what was seen of it.
    fileprivate func isPast(_ object: KubernetesObject) -> Bool {
        guard let present = resourceVersion, let seen = object.resourceVersion else { return false }
        return seen.isOlder(than: present)
    }

    /// Versions only go up: a late view of the object must not bring an older one back (law 24).
    fileprivate mutating func advance(to version: ResourceVersion) {
        if let present = resourceVersion, version.isOlder(than: present) { return }
        resourceVersion = version
    }
}
