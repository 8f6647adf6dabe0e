import Admission
import POSIX
import Values

/// Measures admission alone: decisions with many requests waiting.
///
/// Each decision is a release, the admission that follows, and a new request in the place of the one
/// admitted, so that as many wait afterwards as before.
func admissionBenchmarks(_ report: Report) {
    for (shape, namespaces, usesResources) in [
        ("one namespace", 1, false), ("100 namespaces", 100, false),
        ("1000 namespaces, resources", 1000, true),
    ] {
        var best = 0.0
        var latencies: [Duration] = []
        for _ in 0..<3 {
            var measure = AdmissionMeasure(
                waiting: 10_000, namespaces: namespaces, usesResources: usesResources)
            let rate = measure.run(decisions: 100_000)
            if rate > best {
                best = rate
                latencies = measure.latencies
            }
        }
        let more: JSONObject = ["shape": .string(shape), "waiting": 10_000]
        report.figure("admission.decisions", best, "decisions/s", more)
        report.quantiles("admission.decision", latencies, more)
    }
}

private struct AdmissionMeasure {
    private var queue = AdmissionQueue<Int, Void>()
    private var gates = OpenGates()
    private var admitted: [Int] = []
    private var next = 0
    private let namespaces: [String]
    private let usesResources: Bool
    private(set) var latencies: [Duration] = []

    init(waiting: Int, namespaces count: Int, usesResources: Bool) {
        namespaces = (0..<count).map { "team-\($0)" }
        self.usesResources = usesResources
        queue.setCapacity(64, of: .total)
        if usesResources { queue.setCapacity(64_000, of: .resource("cpu")) }
        for _ in 0..<waiting + 64 { add() }
        admit()
    }

    private mutating func add() {
        var demands = [Demand(.total, 1)]
        if usesResources { demands.append(Demand(.resource("cpu"), Int64(next % 3 + 1) * 1000)) }
        queue.add(
            AdmissionRequest(
                ticket: next, namespace: namespaces[next % namespaces.count],
                priority: Priority.allCases[next % 4], demands: demands),
            at: .microseconds(next))
        next += 1
    }

    private mutating func admit() {
        queue.admit(at: .microseconds(next), gates: &gates) { admitted.append($0.ticket) }
    }

    /// Makes so many decisions and gives how many a second.
    mutating func run(decisions: Int) -> Double {
        latencies.reserveCapacity(decisions)
        var first = 0
        let began = SystemClock.monotonic()
        var last = began
        while latencies.count < decisions, first < admitted.count {
            queue.remove(admitted[first])
            first += 1
            let before = admitted.count
            admit()
            for _ in before..<admitted.count { add() }
            let now = SystemClock.monotonic()
            latencies.append(now - last)
            last = now
        }
        return Double(admitted.count) / (Double((last - began).nanoseconds) / 1e9)
    }
}
