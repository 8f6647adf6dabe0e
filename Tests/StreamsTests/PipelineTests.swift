import Expressions
import Streams
import TestSupport
import Testing
import Values
import Workflows

@Suite struct PipelineTests {
    static func plan(_ window: StreamWindow?, lateness: Duration = .zero) throws -> StreamPlan {
        var plan = StreamPlan()
        plan.time = try Expression(parsing: "record.at")
        plan.key = try Expression(parsing: "record.key")
        plan.lateness = lateness
        plan.window = window
        let value = try Expression(parsing: "record.value")
        plan.aggregates = [
            StreamAggregate(name: "count", function: .count),
            StreamAggregate(name: "total", function: .sum(value)),
            StreamAggregate(name: "least", function: .minimum(value)),
            StreamAggregate(name: "greatest", function: .maximum(value)),
            StreamAggregate(name: "all", function: .list(value)),
            StreamAggregate(
                name: "product",
                function: .reduce(
                    initial: 1, value: try Expression(parsing: "accumulator * record.value % 1009"),
                    merge: try Expression(parsing: "left * right % 1009"))),
        ]
        return plan
    }

    static func record(_ offset: Int, _ value: JSON) -> StreamRecord {
        StreamRecord(offset: Int64(offset), arrival: 0, content: .value(value))
    }

    /// Takes records and what there is to close, keeping all results.
    private struct Consumer {
        var pipeline: StreamPipeline
        var results: [JSON] = []

        mutating func accept(_ record: StreamRecord) throws {
            try drain()
            try pipeline.accept(record)
            try drain()
        }

        mutating func drain() throws {
            while try pipeline.closeNext() { take() }
            take()
        }

        mutating func finish() throws {
            pipeline.end()
            try drain()
        }

        private mutating func take() {
            results += pipeline.results(after: Int64(results.count)).results
            pipeline.noteStored(results: Int64(results.count))
        }
    }

    private static let windows: [StreamWindow] = [
        .whole, .tumbling(.seconds(1)), .sliding(.seconds(2), every: .milliseconds(500)),
        .sliding(.milliseconds(700), every: .seconds(1)), .session(gap: .milliseconds(400)),
    ]

    @Test(arguments: 0..<5)
    func `windows are what their definition says, over random streams`(
        kind: Int
    ) throws {
        for lateness in [0, 600] { try compare(kind, lateness: Int64(lateness)) }
    }

    private func compare(_ kind: Int, lateness: Int64) throws {
        let window = Self.windows[kind]
        let plan = try Self.plan(window, lateness: .milliseconds(lateness))
        var lateRecords = 0
        for seed in UInt64(1)...30 {
            var random = SeededRandom(seed: seed)
            var naive = NaiveWindows(window, lateness: lateness)
            var consumer = Consumer(pipeline: StreamPipeline(plan))
            var time: Int64 = -2000
            for offset in 0..<Int.random(in: 1...80, using: &random) {
                time += Int64.random(in: 0...250, using: &random)
                let record = NaiveWindows.Record(
                    offset: offset, time: time - Int64.random(in: 0...900, using: &random),
                    key: ["a", "b", "c"].randomElement(using: &random) ?? "a",
                    value: Int64.random(in: 1...50, using: &random))
                naive.accept(record)
                try consumer.accept(
                    Self.record(
                        offset,
                        [
                            "at": .integer(record.time), "key": .string(record.key),
                            "value": .integer(record.value),
                        ]))
            }
            naive.end()
            try consumer.finish()
            #expect(consumer.results == naive.results, "seed \(seed)")
            #expect(consumer.pipeline.late == Int64(naive.late), "seed \(seed)")
            lateRecords += naive.late
        }
        if lateness == 0, kind == 1 || kind == 4 { #expect(lateRecords > 0) }
    }

    @Test func `a snapshot at every step leads to the same results`() throws {
        for (kind, window) in Self.windows.enumerated() {
            let plan = try Self.plan(window, lateness: .milliseconds(300))
            var random = SeededRandom(seed: UInt64(kind) + 90)
            let records = (0..<40).map { offset in
                Self.record(
                    offset,
                    [
                        "at": .integer(
                            Int64(offset) * 90 - Int64.random(in: 0...500, using: &random)),
                        "key": .string(random.below(2) == 0 ? "a" : "b"),
                        "value": .integer(Int64(offset)),
                    ])
            }
            var whole = Consumer(pipeline: StreamPipeline(plan))
            for record in records { try whole.accept(record) }
            try whole.finish()
            for crash in 0...records.count {
                var first = StreamPipeline(plan)
                for record in records[..<crash] {
                    while try first.closeNext() {}
                    try first.accept(record)
                }
                // Through the text, as a status is stored.
                let stored = try JSON(parsing: JSON.object(first.snapshot).bytes)
                let members = try #require(stored.objectValue)
                var second = try StreamPipeline(plan, resuming: members)
                #expect(second.snapshot == first.snapshot)
                // A source that is read from too early on does no harm.
                for record in records[max(0, crash - 3)...] {
                    while try second.closeNext() {}
                    try second.accept(record)
                }
                second.end()
                while try second.closeNext() {}
                #expect(second.results(after: 0).results == whole.results, "\(window) at \(crash)")
                #expect(second.records == 40)
            }
        }
    }

    @Test func `steps pass records on, change them and end the stream`() throws {
        var plan = StreamPlan()
        plan.until = try Expression(parsing: "record == 'end'")
        plan.steps = [
            .filter(try Expression(parsing: "record.n % 2 == values.rest")),
            .map(try Expression(parsing: "{'twice': record.n * 2}")),
        ]
        var pipeline = StreamPipeline(plan, values: ["rest": 1])
        for offset in 0..<6 {
            #expect(try pipeline.accept(Self.record(offset, ["n": .integer(Int64(offset))])))
        }
        #expect(try !pipeline.accept(Self.record(6, "end")))
        #expect(try pipeline.accept(Self.record(7, ["n": 7])))
        #expect(pipeline.isEnded)
        #expect(pipeline.outputs["results"] == [["twice": 2], ["twice": 6], ["twice": 10]])
        #expect(pipeline.outputs["records"] == 6)
    }

    @Test func `what has no value ends the stream, or is counted`() throws {
        var plan = StreamPlan()
        plan.steps = [.map(try Expression(parsing: "record.n + 1"))]
        let lines = ["{\"n\": 1}", "no JSON", "{\"m\": 2}", "{\"n\": 3}"].enumerated().map {
            StreamRecord(offset: Int64($0), arrival: 0, content: .line(Array($1.utf8)))
        }
        var strict = StreamPipeline(plan)
        try strict.accept(lines[0])
        #expect(throws: StreamFailure.self) { try strict.accept(lines[1]) }
        plan.skipsErrors = true
        var lenient = StreamPipeline(plan)
        for line in lines { try lenient.accept(line) }
        #expect(lenient.outputs["results"] == [2, 4])
        #expect(lenient.outputs["skipped"] == 2)
    }

    @Test func `a gap in the offsets is a loss and told`() throws {
        var pipeline = StreamPipeline(StreamPlan())
        try pipeline.accept(Self.record(0, 1))
        #expect {
            try pipeline.accept(Self.record(2, 3))
        } throws: {
            ($0 as? StreamFailure)?.code == .lost
        }
    }

    @Test func `more windows, longer lists and larger results than may be are refused`() throws {
        var limits = StreamLimits()
        limits.openWindows = 3
        var plan = try Self.plan(.whole)
        var pipeline = StreamPipeline(plan, limits: limits)
        func record(_ offset: Int, _ key: String) -> StreamRecord {
            Self.record(offset, ["at": 0, "key": .string(key), "value": 1])
        }
        for offset in 0..<3 { try pipeline.accept(record(offset, "\(offset)")) }
        try pipeline.accept(record(3, "1"))
        #expect(throws: StreamFailure.self) { try pipeline.accept(record(4, "3")) }

        limits.listElements = 2
        pipeline = StreamPipeline(plan, limits: limits)
        for offset in 0..<2 { try pipeline.accept(record(offset, "a")) }
        #expect(throws: StreamFailure.self) { try pipeline.accept(record(2, "a")) }

        limits.windowBytes = 400
        pipeline = StreamPipeline(plan, limits: limits)
        let long = String(repeating: "k", count: 400)
        #expect(throws: StreamFailure.self) { try pipeline.accept(record(0, long)) }

        plan = StreamPlan()
        limits.resultBytes = 100
        pipeline = StreamPipeline(plan, limits: limits)
        #expect(throws: StreamFailure.self) {
            try pipeline.accept(Self.record(0, .string(String(repeating: "x", count: 200))))
        }
    }

    @Test func `its state keeps the bounds whatever comes`() throws {
        let limits = StreamLimits()
        var plan = StreamPlan()
        plan.keep = 1000
        var pipeline = StreamPipeline(plan, limits: limits)
        var stores = 0
        for offset in 0..<5000 {
            try pipeline.accept(Self.record(offset, .string("record number \(offset)")))
            guard pipeline.mustStore else { continue }
            stores += 1
            #expect(
                JSON.object(pipeline.snapshot).bytes.count
                    < limits.keptBytes + limits.pendingBytes + limits.resultBytes + 512)
            pipeline.noteStored(results: pipeline.emitted)
        }
        #expect(stores >= 5000 / limits.pendingResults)
        #expect(pipeline.emitted == 5000)
        #expect(pipeline.outputs["results"]?.arrayValue?.last == "record number 4999")
    }

    @Test func `sums of integers do not wrap around`() throws {
        var plan = StreamPlan()
        plan.window = .whole
        plan.aggregates = [
            StreamAggregate(name: "total", function: .sum(try Expression(parsing: "record")))
        ]
        var pipeline = StreamPipeline(plan)
        try pipeline.accept(Self.record(0, .integer(.max)))
        #expect(throws: StreamFailure.self) { try pipeline.accept(Self.record(1, 1)) }
        var mixed = StreamPipeline(plan)
        try mixed.accept(Self.record(0, 1))
        try mixed.accept(Self.record(1, 0.5))
        mixed.end()
        #expect(try mixed.closeNext())
        #expect(mixed.outputs["result"] == ["total": 1.5])
    }

    @Test(arguments: [.min, .max, -(1 << 53), 1 << 53] as [Int64])
    func `a time that no clock shows is refused`(time: Int64) throws {
        var pipeline = StreamPipeline(
            try Self.plan(.tumbling(.seconds(1))), values: [:], limits: StreamLimits())
        let failure = #expect(throws: StreamFailure.self) {
            try pipeline.accept(
                Self.record(0, ["at": .integer(time), "key": "one", "value": 1]))
        }
        #expect(failure?.code == .expression)
    }
}
