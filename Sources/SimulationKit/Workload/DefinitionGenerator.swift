/// Makes definitions up: graphs of up to nine tasks with all that the language can say of them.
struct DefinitionGenerator {
    let random: RandomStream
    private let features: Features
    /// The numbers for what is rarer.
    private let rare: RandomStream
    private var count: Int

    init(random: RandomStream, features: Features, rare: RandomStream, startingAt first: Int = 0) {
        count = first
        self.random = random
        self.features = features
        self.rare = rare
    }

    /// The next definition; a plain one starts no other runs and asks nobody.
    mutating func next(isPlain: Bool = false) -> ModelDefinition {
        count += 1
        let size = 1 + random.below(random.chance(0.2) ? 9 : 5)
        let density = random.pick([0.1, 0.3, 0.6])
        let failures = random.pick([0, 0.1, 0.3])
        let conditions = random.pick([0, 0.2])
        let toleration = random.pick([0, 0.5, 1])
        var tasks: [ModelTask] = []
        for index in 0..<size {
            var task = ModelTask(
                id: "t\(index)", type: random.pick(["command", "command", "http", "transform"]))
            for other in 0..<index where random.chance(density) {
                if random.chance(0.35) { task.data.append(other) } else { task.order.append(other) }
            }
            if random.chance(conditions) { task.condition = condition(before: index) }
            task.failsRun = !random.chance(toleration)
            if task.type != "transform" { giveScript(to: &task, failures) }
            tasks.append(task)
        }
        let containers = containers(after: tasks, failures)
        for index in tasks.indices { dress(&tasks[index], isDeep: !isPlain) }
        if !isPlain { tasks += specials(after: tasks.count) }
        return ModelDefinition(
            number: count, tasks: tasks, containers: containers,
            maxParallel: random.chance(0.3) ? 1 + random.below(3) : nil,
            timeout: random.chance(0.1) ? .seconds(2 + random.below(40)) : nil,
            isSuspended: false, hasLetters: features.letters,
            keeps: features.retention && !isPlain ? rare.below(2) : nil)
    }

    /// Tasks with tasks inside, and tasks at the end, in some definitions.
    private func containers(after tasks: [ModelTask], _ failures: Double) -> [ModelContainer] {
        guard random.chance(0.35) else { return [] }
        return (0..<(1 + random.below(2))).map { number in
            var kind = random.pick(ModelContainer.Kind.allCases)
            if number > 0, kind == .finally { kind = .parallel }
            let bodies = (0...random.below(2)).map { index in
                var task = ModelTask(
                    id: "c\(number)b\(index)", type: random.pick(["command", "http", "transform"]),
                    order: index > 0 && random.chance(0.5) ? [0] : [])
                task.failsRun = random.chance(0.5)
                if task.type != "transform" { giveScript(to: &task, failures) }
                return task
            }
            var container = ModelContainer(
                id: "c\(number)", kind: kind,
                order: tasks.indices.filter { _ in random.chance(0.2) }, tasks: bodies,
                maxAttempts: 1 + random.below(2), failsRun: random.chance(0.3))
            if features.deadlines, kind != .finally {
                container.timeout = deadline(0.5)
                container.totalTimeout = deadline(0.3, of: container.timeout)
            }
            return container
        }
    }

    /// A deadline in a part of all cases; that of all attempts is behind that of one.
    private func deadline(_ share: Double, of one: Duration? = nil) -> Duration? {
        guard rare.chance(share) else { return nil }
        return (one ?? .zero) + rare.duration(.milliseconds(500) ... .seconds(8))
    }

    private func condition(before index: Int) -> ModelCondition {
        guard index > 0, random.chance(0.6) else { return .constant(random.chance(0.5)) }
        let other = random.below(index)
        return random.chance(0.5)
            ? .completed(other) : .code(of: other, is: Int64(random.below(2)))
    }

    private func giveScript(to task: inout ModelTask, _ failures: Double) {
        task.maxAttempts = random.chance(0.5) ? 1 : 2 + random.below(3)
        task.jitter = random.pick([0, 0.1, 1])
        task.multiplier = random.pick([1, 2, 3])
        task.initialInterval = random.duration(.milliseconds(10) ... .seconds(2))
        task.maxInterval = task.initialInterval + random.duration(.zero ... .seconds(4))
        let isTimed = random.chance(0.3)
        if isTimed { task.timeout = .milliseconds(2000 + random.below(4000)) }
        var steps: [AttemptStep] = []
        repeat {
            steps.append(step(isTimed: isTimed, failures))
        } while random.chance(failures * 2) && steps.count < task.maxAttempts
        task.steps = steps
    }

    private func step(isTimed: Bool, _ failures: Double) -> AttemptStep {
        // Well below the shortest timeout, so that nothing but a hang passes it.
        let length =
            random.chance(0.8)
            ? random.duration(.milliseconds(1) ... .milliseconds(900))
            : random.duration(.milliseconds(1) ... .milliseconds(isTimed ? 1500 : 12_000))
        guard random.chance(failures) else {
            return .succeed(after: length, code: Int64(random.below(2)))
        }
        if isTimed, random.chance(0.4) {
            return random.chance(0.5)
                ? .obey
                : .hang(
                    stoppingFor: random.chance(0.1)
                        ? .seconds(70) : random.duration(.zero ... .seconds(2)))
        }
        let type = random.pick(["RateLimitError", "ConnectionError", "ServerError", "ClientError"])
        return .fail(
            after: length, type: type, isRetryable: type != "ClientError",
            retryAfter: type == "RateLimitError" ? .milliseconds(random.below(4000)) : nil)
    }
}

extension DefinitionGenerator {
    /// Gives a task some of the rarer settings.
    private func dress(_ task: inout ModelTask, isDeep: Bool) {
        if features.fallbacks, task.condition != nil, rare.chance(0.3) { task.failsIfFalse = true }
        guard task.isScripted else { return }
        if features.interruptions, rare.chance(0.5) {
            task.interruption = rare.chance(0.5) ? .hold : .fail
        }
        if features.fallbacks, rare.chance(0.4) {
            task.fallback = rare.chance(0.6) ? .value : .skip
        }
        if features.caches, rare.chance(0.5) { task.isCached = true }
        if features.provider, rare.chance(0.5) {
            task.provider = Workload.provider
            task.steps = [task.steps[0]]
            if rare.chance(0.3) { task.totalTimeout = .seconds(8 + rare.below(10)) }
            if let timeout = task.timeout {
                task.totalTimeout = task.totalTimeout.map { $0 + timeout }
            }
        }
        if features.deadlines, task.totalTimeout == nil {
            task.totalTimeout = deadline(0.4, of: task.timeout)
        }
        if features.undoing {
            if rare.chance(0.4), task.failsRun { task.rollsBack = true }
            if rare.chance(0.6) {
                var undoing = ModelTask(id: "compensation", type: rare.pick(["command", "http"]))
                undoing.maxAttempts = 3
                let length = rare.duration(.milliseconds(1) ... .milliseconds(900))
                undoing.steps = [.succeed(after: length, code: 0)]
                if rare.chance(0.2) {
                    undoing.steps.insert(
                        .fail(
                            after: length, type: "ServerError", isRetryable: true, retryAfter: nil),
                        at: 0)
                }
                task.undoing = [undoing]
            }
        }
    }

    private func setDeadlines(ofWait task: inout ModelTask) {
        task.timeout = deadline(0.5)
        task.totalTimeout = deadline(0.3, of: task.timeout)
        task.maxAttempts = 1 + rare.below(2)
        if rare.chance(0.4) { task.fallback = rare.pick(ModelFallback.allCases) }
        task.isFallbackBroken = rare.chance(0.3)
    }

    /// Tasks that wait, for a time, for people, or for another run.
    private func specials(after count: Int) -> [ModelTask] {
        var types: [String] = []
        if features.approvals { types.append("approval") }
        if features.children { types.append("workflow") }
        if features.waits || features.deadlines { types.append("wait") }
        guard !types.isEmpty, rare.chance(0.7) else { return [] }
        return (0..<(1 + rare.below(3))).map { number in
            var task = ModelTask(
                id: "s\(number)", type: rare.pick(types),
                order: (0..<(count + number)).filter { _ in rare.chance(0.2) })
            task.failsRun = rare.chance(0.3)
            task.initialInterval = .milliseconds(300)
            switch task.type {
            case "wait":
                task.wait = rare.duration(.zero ... .seconds(9))
                if features.deadlines { setDeadlines(ofWait: &task) }
            case "workflow":
                task.child = rare.pick(Workload.childTemplates)
                task.maxAttempts = 1 + rare.below(2)
                if rare.chance(0.2) { task.timeout = rare.duration(.seconds(1) ... .seconds(20)) }
            default:
                var approval = ModelApproval(quorum: 1 + rare.below(2))
                if rare.chance(0.4) {
                    approval.deadline = rare.duration(.milliseconds(200) ... .seconds(12))
                    approval.isApprovedByDefault = rare.chance(0.5)
                }
                task.approval = approval
                task.maxAttempts = 1 + rare.below(3)
                if rare.chance(0.2) { task.timeout = rare.duration(.seconds(1) ... .seconds(12)) }
                if features.fallbacks, rare.chance(0.4) {
                    task.fallback = rare.pick(ModelFallback.allCases)
                }
            }
            return task
        }
    }
}
