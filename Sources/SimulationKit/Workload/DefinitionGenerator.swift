/// Makes definitions up: graphs of up to nine tasks with all that the language can say of them.
struct DefinitionGenerator {
    let random: RandomStream
    private var count = 0

    init(random: RandomStream) { self.random = random }

    /// The next definition.
    mutating func next() -> ModelDefinition {
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
        return ModelDefinition(
            number: count, tasks: tasks, containers: containers(after: tasks, failures),
            maxParallel: random.chance(0.3) ? 1 + random.below(3) : nil,
            timeout: random.chance(0.1) ? .seconds(2 + random.below(40)) : nil,
            isSuspended: false)
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
            return ModelContainer(
                id: "c\(number)", kind: kind,
                order: tasks.indices.filter { _ in random.chance(0.2) }, tasks: bodies,
                maxAttempts: 1 + random.below(2), failsRun: random.chance(0.3))
        }
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
