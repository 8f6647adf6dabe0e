internal import Expressions
public import Values
public import Workflows

/// What a stream does with its records, as a state machine: records go in, results come out, and
/// nothing else happens.
///
/// It holds no clock and does no I/O; the same records give the same results. Its whole state is
/// ``snapshot``, a JSON value of bounded size, from which it goes on in another process as if nothing
/// had been. A window closes once the watermark has reached its end: the greatest event time so far,
/// less the lateness that is allowed. A record whose windows are all closed is late: it is counted
/// and no more.
///
/// Take ``closeNext()`` until it gives false before each record, and after ``end()``.
public struct StreamPipeline: Sendable {
    /// What it does.
    public let plan: StreamPlan
    let values: JSON
    let limits: StreamLimits

    /// The offset of the next record it takes.
    public internal(set) var next: Int64 = 0
    /// How many records it has read.
    public internal(set) var records: Int64 = 0
    /// How many of them were late.
    public internal(set) var late: Int64 = 0
    /// How many were passed over, as an expression has no value for them.
    public internal(set) var skipped: Int64 = 0
    /// How many results it has given.
    public internal(set) var emitted: Int64 = 0
    /// Whether no record comes any more.
    public internal(set) var isEnded = false

    /// The time before which no window is open, in milliseconds; nil before the first record.
    var watermark: Int64?
    var windows: [OpenWindow] = []
    /// The bytes of the open windows.
    var windowBytes = 0
    /// The earliest end of an open window.
    var earliestEnd = Int64.max
    /// The last results, oldest first.
    var recent: [JSON] = []
    var recentBytes = 0
    /// How many results are known to be stored.
    var stored: Int64 = 0
    /// The bytes of those that are not.
    var pendingBytes = 0

    /// Makes a pipeline that has read nothing.
    ///
    /// - Parameter values: What expressions see as `values`.
    public init(_ plan: StreamPlan, values: JSON = [:], limits: StreamLimits = StreamLimits()) {
        self.plan = plan
        self.values = values
        self.limits = limits
    }

    // MARK: Records

    /// Takes the next record; one that was taken before changes nothing.
    ///
    /// - Returns: Whether the record was taken: false where it ends the stream.
    /// - Throws: ``StreamFailure`` where an expression has no value and that is no reason to pass the
    ///   record over, or a bound is passed.
    @discardableResult
    public mutating func accept(_ record: StreamRecord) throws(StreamFailure) -> Bool {
        guard record.offset >= next, !isEnded else { return true }
        guard record.offset == next else {
            throw StreamFailure(
                .lost, "records \(next) to \(record.offset - 1) of the stream are gone")
        }
        do {
            let value = try value(of: record)
            if let until = plan.until, try holds(until, value) {
                isEnded = true
                return false
            }
            try take(value, record)
        } catch {
            guard plan.skipsErrors, error.code == .expression || error.code == .malformed else {
                throw StreamFailure(error.code, "record \(record.offset): \(error.message)")
            }
            skipped += 1
        }
        next += 1
        records += 1
        return true
    }

    /// Notes that no record comes any more: all windows are due.
    public mutating func end() { isEnded = true }

    /// The value that a record stands for.
    private func value(of record: StreamRecord) throws(StreamFailure) -> JSON {
        switch record.content {
        case .value(let value): return value
        case .line(let bytes) where plan.format == .lines:
            return .string(String(decoding: bytes, as: UTF8.self))
        case .line(let bytes):
            do { return try JSON(parsing: bytes) } catch {
                throw StreamFailure(.malformed, "it is no JSON: \(error)")
            }
        }
    }

    private mutating func take(_ given: JSON, _ record: StreamRecord) throws(StreamFailure) {
        let time =
            try plan.time.map { expression throws(StreamFailure) in
                try eventTime(expression, given)
            } ?? record.arrival
        var value = given
        var passes = true
        for step in plan.steps where passes {
            switch step {
            case .filter(let condition): passes = try holds(condition, value)
            case .map(let expression): value = try evaluate(expression, value)
            }
        }
        if passes {
            if plan.window == nil {
                try emit(value)
            } else {
                try add(value, at: time, offset: record.offset)
            }
        }
        // A record that is filtered out tells the time as well.
        let mark = time.subtractingClamping(plan.lateness.milliseconds)
        watermark = max(watermark ?? .min, mark)
    }

    private func eventTime(
        _ expression: Expression, _ value: JSON
    ) throws(StreamFailure) -> Int64 {
        let time = try evaluate(expression, value)
        switch time {
        case .integer(let milliseconds) where milliseconds.magnitude < 1 << 53: return milliseconds
        case .string(let text):
            if let moment = Timestamp(text) {
                let (quotient, remainder) = moment.nanoseconds.quotientAndRemainder(
                    dividingBy: 1_000_000)
                return remainder < 0 ? quotient - 1 : quotient
            }
        default: break
        }
        throw StreamFailure(
            .expression,
            "its time must be a text in RFC 3339 or milliseconds since 1970, and is \(time.kindName)"
        )
    }

    // MARK: Expressions

    func evaluate(
        _ expression: Expression, _ record: JSON, _ more: [String: JSON] = [:]
    ) throws(StreamFailure) -> JSON {
        do { return try expression.evaluate(bindings(record, more)) } catch {
            throw StreamFailure(.expression, "\(expression.source): \(error)")
        }
    }

    private func holds(_ condition: Expression, _ record: JSON) throws(StreamFailure) -> Bool {
        do { return try condition.evaluateCondition(bindings(record, [:])) } catch {
            throw StreamFailure(.expression, "\(condition.source): \(error)")
        }
    }

    private func bindings(_ record: JSON, _ more: [String: JSON]) -> Bindings {
        var variables = more
        variables["record"] = record
        variables["values"] = values
        return Bindings(variables)
    }
}

extension Duration {
    /// The whole milliseconds.
    var milliseconds: Int64 { nanoseconds / 1_000_000 }
}

extension Int64 {
    func subtractingClamping(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }
}
