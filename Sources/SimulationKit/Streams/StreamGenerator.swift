/// Makes definitions with streams up: one to three tasks, each of which reads records that are made up
/// as well, or what another one gives; and tasks beside them.
struct StreamGenerator {
    /// The first number of its definitions: below are those of others.
    static let firstNumber = 1000

    private let random: RandomStream
    /// The numbers for other sources than lists; nil for none.
    private let sources: RandomStream?
    private var count = 0

    init(_ random: RandomStream, _ sources: RandomStream?) {
        self.random = random
        self.sources = sources
    }

    /// The next definition.
    mutating func next() -> ModelDefinition {
        var tasks: [ModelTask] = []
        for index in 0..<(1 + random.below(3)) {
            let readable = tasks.indices.filter { isReadable(tasks[$0]) }
            let other = readable.isEmpty || random.chance(0.3) ? nil : random.pick(readable)
            tasks.append(task(index, other.map { ($0, tasks[$0]) }))
        }
        if random.chance(0.3) {
            // Nothing but that the other one has begun is asked for.
            var beside = ModelTask(
                id: "beside", type: "command", beside: [random.below(tasks.count)])
            let length = random.duration(.milliseconds(1) ... .seconds(3))
            beside.steps = [.succeed(after: length, code: 0)]
            beside.failsRun = false
            tasks.append(beside)
        }
        if random.chance(0.3) {
            var behind = ModelTask(id: "behind", type: "transform", order: [0])
            behind.failsRun = false
            tasks.append(behind)
        }
        count += 1
        if let sources { replaceSources(of: &tasks, sources) }
        return ModelDefinition(
            number: StreamGenerator.firstNumber + count, tasks: tasks,
            maxParallel: random.chance(0.3) ? 1 + random.below(2) : nil,
            timeout: random.chance(0.1) ? .seconds(5 + random.below(40)) : nil,
            isSuspended: false, hasLetters: false, keeps: nil)
    }

    /// Whether a task can read what this one gives: with moments that it gives.
    private func isReadable(_ task: ModelTask) -> Bool {
        task.stream.map { $0.window != .whole } ?? false
    }

    private func task(_ index: Int, _ other: (index: Int, task: ModelTask)?) -> ModelTask {
        var task = ModelTask(id: "s\(index)", type: "stream")
        task.steps = [.hang(stoppingFor: .zero)]
        task.failsRun = random.chance(0.3)
        task.maxAttempts = random.pick([1, 3, 5])
        task.initialInterval = random.duration(.milliseconds(10) ... .seconds(1))
        if random.chance(0.15) { task.timeout = random.duration(.seconds(1) ... .seconds(20)) }
        task.stream = stream(other)
        return task
    }

    private func stream(_ other: (index: Int, task: ModelTask)?) -> ModelStream {
        var stream: ModelStream
        if let other, let source = other.task.stream {
            stream = ModelStream(source: .task(other.index))
            stream.readsResults = source.window != .none || source.readsResults
            stream.hasKeys = source.window == .none ? source.hasKeys : source.isKeyed
        } else {
            stream = ModelStream(source: .items(records()))
        }
        stream.lateness = random.pick([0, 0, 500, 3000])
        if random.chance(0.4) { stream.filter = Int64(2 + random.below(3)) }
        if random.chance(0.3) { stream.factor = Int64(2 + random.below(3)) }
        if stream.hasKeys { stream.isKeyed = random.chance(0.6) }
        stream.keep = random.pick([1, 3, 100])
        switch random.below(6) {
        case 0: stream.isKeyed = false
        case 1: stream.window = .whole
        case 2, 3: stream.window = .tumbling(random.pick([1000, 1500, 10_000]))
        case 4: stream.window = .sliding(3000, every: random.pick([1000, 2000]))
        default: stream.window = .session(random.pick([400, 1500]))
        }
        if case .items(let records) = stream.source {
            if random.chance(0.1) { stream.until = Int64(random.pick([3, 7])) }
            // One without a value is passed over only by those who ask for it.
            if records.contains(where: { $0.value == nil }), stream.filter == nil {
                stream.filter = 5
            }
        }
        return stream
    }

    /// Has some of the tasks that read lists read commands or responses.
    private func replaceSources(of tasks: inout [ModelTask], _ sources: RandomStream) {
        let number = StreamGenerator.firstNumber + count
        for index in tasks.indices {
            guard case .items(let records)? = tasks[index].stream?.source, sources.chance(0.7)
            else { continue }
            if sources.chance(0.5) {
                var command = ModelTask(id: "w\(index)", type: "command")
                command.emits = records
                command.resumes = sources.chance(0.5)
                command.maxAttempts = sources.pick([1, 3])
                command.failsRun = sources.chance(0.3)
                command.steps = [.succeed(after: .milliseconds(sources.below(900)), code: 0)]
                if sources.chance(0.3) {
                    command.steps.insert(
                        .fail(
                            after: .milliseconds(sources.below(900)), type: "ServerError",
                            isRetryable: true, retryAfter: nil), at: 0)
                }
                let place = tasks.count
                tasks[index].stream?.source = .task(place)
                tasks.append(command)
                continue
            }
            var response = ModelResponse(
                url: "http://records/\(number)/\(tasks[index].id)", records: records,
                isEvents: sources.chance(0.6), isOpenEnded: false)
            if response.isEvents {
                // Their values are told apart from the fields of events by being mapped.
                let factor = tasks[index].stream?.factor ?? 1
                tasks[index].stream?.factor = factor
                response.isOpenEnded = sources.chance(0.5)
            }
            if response.isOpenEnded {
                let last = records.map(\.time).max() ?? 1_790_000_000_000
                response.records.append(ModelRecord(time: last, key: "k0", value: 1000))
                tasks[index].stream?.until = 1000
            }
            tasks[index].stream?.source = .response(response)
        }
    }

    /// Records whose times mostly go forward.
    private func records() -> [ModelRecord] {
        let step = random.pick([100, 700, 2500])
        let disorder = random.pick([0, 300, 4000])
        let keys = random.pick([1, 2, 4])
        let gaps = random.pick([0, 0.1])
        var now: Int64 = 1_790_000_000_000
        return (0..<random.below(random.chance(0.2) ? 120 : 30)).map { _ in
            now += Int64(random.below(step))
            let back = disorder > 0 && random.chance(0.3) ? Int64(random.below(disorder)) : 0
            return ModelRecord(
                time: now - back, key: "k\(random.below(keys))",
                value: random.chance(gaps) ? nil : Int64(1 + random.below(9)))
        }
    }
}
