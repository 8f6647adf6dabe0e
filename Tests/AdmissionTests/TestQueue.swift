import Admission

/// Gates that tests open and close.
struct SwitchedGates: AdmissionGates {
    /// The gates that are closed, and when each is to be tried again.
    var closed: [String: Duration?] = [:]
    /// How many passed each.
    var passed: [String: Int] = [:]

    mutating func pass(_ gate: Gate, at now: Duration) -> GateVerdict<String> {
        if let until = closed[gate.name] { return .closed(.circuitOpen(gate.name), until: until) }
        passed[gate.name, default: 0] += 1
        return .passed(gate.name)
    }
}

/// A queue with its gates and its time, for tests.
struct TestQueue {
    var queue = AdmissionQueue<Int, String>()
    var gates = SwitchedGates()
    var now = Duration.zero

    mutating func add(
        _ ticket: Int, _ namespace: String = "a", _ priority: Priority = .normal,
        _ demands: [Demand] = [Demand(.total, 1)], gate: String? = nil, patience: Duration? = nil
    ) {
        queue.add(
            AdmissionRequest(
                ticket: ticket, namespace: namespace, priority: priority, demands: demands,
                gate: gate.map { Gate($0) }, patience: patience), at: now)
    }

    /// Admits, and gives who was, in order.
    mutating func admit() -> [Int] {
        var granted: [Int] = []
        queue.admit(at: now, gates: &gates) { granted.append($0.ticket) }
        return granted
    }

    /// Releases one and admits whoever follows.
    mutating func release(_ ticket: Int) -> [Int] {
        queue.remove(ticket)
        return admit()
    }
}
